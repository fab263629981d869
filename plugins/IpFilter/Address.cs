using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KrakenPlugins.IpFilter;

/// <summary>An address as a number: IPv4, also where it came mapped into IPv6, or IPv6 without zone (TRF-144).</summary>
/// <param name="IsV4">Whether it is one of IPv4; the number then has 32 bits.</param>
/// <param name="Number">The bits.</param>
internal readonly record struct Address(bool IsV4, UInt128 Number)
{
    private const int LongestText = 45;

    private static readonly UInt128 s_mapped = (UInt128)0xFFFF << 32;

    /// <summary>Bits that addresses of its kind have.</summary>
    public int Bits => IsV4 ? 32 : 128;

    /// <summary>The address of a socket.</summary>
    public static Address Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? new Address(true, BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : Unmapped(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>
    /// Reads a plain address. What else the platform takes (<c>1</c>, <c>0x7f.1</c>, octal parts, brackets, ports, zones) is none: what one reader
    /// takes for another address than the next one leads past a filter.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        address = default;
        text = text.Trim(" \t");
        if (!text.Contains(':'))
            return TryParseV4(text, out address);
        if (text.Length > LongestText || text.ContainsAnyExcept("0123456789abcdefABCDEF:.") || !IPAddress.TryParse(text, out var parsed))
            return false;
        address = Of(parsed);
        return true;
    }

    /// <summary>Reads an entry of a header, where some proxies write a port behind the address (TRF-370).</summary>
    public static bool TryParseEntry(ReadOnlySpan<char> text, out Address address)
    {
        text = text.Trim(" \t");
        if (text.IsEmpty || text[0] != '[')
        {
            var colon = text.IndexOf(':');
            return TryParse(colon > 0 && IsPort(text[colon..]) && text[..colon].Contains('.') ? text[..colon] : text, out address);
        }
        address = default;
        var bracket = text.IndexOf(']');
        return bracket > 0 && (bracket == text.Length - 1 || IsPort(text[(bracket + 1)..]))
            && TryParse(text[1..bracket], out address) && text[1..bracket].Contains(':');
    }

    /// <summary>As it was before an IPv4 address was taken out of its mapping.</summary>
    public static Address Raw(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var count);
        return count == 4 ? new Address(true, BinaryPrimitives.ReadUInt32BigEndian(bytes)) : new Address(false, BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsV4)
        {
            var number = (uint)Number;
            return string.Create(CultureInfo.InvariantCulture, $"{number >> 24}.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}");
        }
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Number);
        return new IPAddress(bytes).ToString();
    }

    private static bool IsPort(ReadOnlySpan<char> text) => text is [':', _, ..] and { Length: <= 6 } && !text[1..].ContainsAnyExceptInRange('0', '9');

    private static Address Unmapped(UInt128 number) => number >> 32 == s_mapped >> 32 ? new Address(true, (uint)number) : new Address(false, number);

    private static bool TryParseV4(ReadOnlySpan<char> text, out Address address)
    {
        address = default;
        uint number = 0;
        var parts = 0;
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            uint part = 0;
            while (at < text.Length && char.IsAsciiDigit(text[at]) && at - start < 3)
                part = (part * 10) + (uint)(text[at++] - '0');
            if (at == start || part > 255 || (at - start > 1 && text[start] == '0') || ++parts > 4)
                return false;
            number = (number << 8) | part;
            if (at == text.Length)
                break;
            if (text[at++] != '.' || at == text.Length)
                return false;
        }
        address = new Address(true, number);
        return parts == 4;
    }
}
