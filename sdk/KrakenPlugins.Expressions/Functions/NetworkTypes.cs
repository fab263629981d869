using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KrakenPlugins.Expressions.Functions;

internal static class NetworkTypes
{
    public static CelType Address { get; } = CelType.Opaque("net.IP");

    public static CelType Block { get; } = CelType.Opaque("net.CIDR");
}

/// <summary>An address. One of IPv6 that stands for one of IPv4 is equal to it.</summary>
internal sealed class NetworkAddress(IPAddress address) : CelOpaque
{
    private const int MaxLength = 64;
    private const string ParseError = "IP Address parse error during conversion from string; expected as 192.168.0.1 or 2001:db8::68";

    public IPAddress Address { get; } = address;

    public override CelType Type => NetworkTypes.Address;

    public bool IsV4 => Address.AddressFamily == AddressFamily.InterNetwork;

    public int Width => IsV4 ? 32 : 128;

    /// <summary>Reads an address strictly: four decimal numbers, or IPv6 without zone and without IPv4 within.</summary>
    public static NetworkAddress? Parse(string text, out string error)
    {
        error = "";
        if (text.Length > MaxLength)
            error = ParseError;
        else if (text.Contains('%'))
            error = "IP Address with zone value is not allowed";
        else if (!IsStrict(text) || !IPAddress.TryParse(text, out var address))
            error = ParseError;
        else if (address.IsIPv4MappedToIPv6 && text.Contains('.'))
            error = "IPv4-mapped IPv6 address is not allowed";
        else
            return new(address);
        return null;
    }

    /// <summary>The address with only its first bits.</summary>
    public NetworkAddress Masked(int bits)
    {
        var bytes = Address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xFF00 >> Math.Clamp(bits - i * 8, 0, 8));
        return new(new IPAddress(bytes));
    }

    public bool IsGlobalUnicast => !IsUnspecified && !IPAddress.IsLoopback(Address) && !IsMulticast && !IsLinkLocalUnicast && !Address.Equals(IPAddress.Broadcast);

    public bool IsUnspecified => Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any);

    public bool IsLinkLocalUnicast => IsV4 ? Address.GetAddressBytes() is [169, 254, ..] : Address.IsIPv6LinkLocal;

    public bool IsLinkLocalMulticast => Address.GetAddressBytes() is var bytes && (IsV4 ? bytes is [224, 0, 0, _] : bytes[0] == 0xFF && (bytes[1] & 0x0F) == 2);

    private bool IsMulticast => IsV4 ? Address.GetAddressBytes()[0] is >= 224 and <= 239 : Address.IsIPv6Multicast;

    public override bool Equals(object? obj) => obj is NetworkAddress other && Plain(Address).Equals(Plain(other.Address));

    public override int GetHashCode() => Plain(Address).GetHashCode();

    public override string ToString() => Address.ToString();

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // The framework also reads hexadecimal, octal and shortened forms, brackets and ports.
    private static bool IsStrict(string text)
    {
        if (text.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF:."))
            return false;
        if (text.Contains(':'))
            return true;
        var parts = 0;
        foreach (var range in text.AsSpan().Split('.'))
        {
            var part = text.AsSpan(range);
            parts++;
            if (part.Length is 0 or > 3 || part.Length > 1 && part[0] == '0' || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return false;
        }
        return parts == 4;
    }
}

/// <summary>Addresses with a common beginning.</summary>
internal sealed class NetworkBlock(NetworkAddress address, int bits) : CelOpaque
{
    private const int MaxLength = 64;

    public NetworkAddress Address { get; } = address;

    public int Bits { get; } = bits;

    public override CelType Type => NetworkTypes.Block;

    public static NetworkBlock? Parse(string text, out string error)
    {
        var slash = text.AsSpan(0, Math.Min(text.Length, MaxLength)).IndexOf('/');
        if (slash >= 0 && text.AsSpan(0, slash).Contains('%'))
        {
            error = "CIDR with zone value is not allowed";
            return null;
        }
        error = "network address parse error during conversion from string; expected as 192.168.0.0/24";
        if (slash < 0)
            return null;
        if (NetworkAddress.Parse(text[..slash], out var addressError) is not { } address)
        {
            error = addressError;
            return null;
        }
        var digits = text.AsSpan(slash + 1);
        var isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && (digits.Length == 1 || digits[0] != '0');
        return isNumber && bits <= address.Width ? new(address, bits) : null;
    }

    public bool Contains(NetworkAddress other) => other.IsV4 == Address.IsV4 && other.Masked(Bits).Equals(Address.Masked(Bits));

    public bool Contains(NetworkBlock other) => other.Bits >= Bits && Contains(other.Address);

    public override bool Equals(object? obj) => obj is NetworkBlock other && Bits == other.Bits && Address.IsV4 == other.Address.IsV4 && Address.Equals(other.Address);

    public override int GetHashCode() => HashCode.Combine(Address, Bits);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Bits}");
}
