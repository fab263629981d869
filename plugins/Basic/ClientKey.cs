using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace KrakenPlugins.Basic;

/// <summary>Who counts as one client: an IPv4 address, or the 64 bits of an IPv6 address that one subscriber has.</summary>
internal static class ClientKey
{
    private const int SubscriberBits = 64;

    /// <summary>The key of an address; all that is none is one client.</summary>
    public static UInt128 Of(string address)
    {
        if (!IPAddress.TryParse(address, out var ip))
            return UInt128.MaxValue;
        if (ip.IsIPv4MappedToIPv6)
            ip = ip.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        ip.TryWriteBytes(bytes, out _);
        var key = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return ip.AddressFamily == AddressFamily.InterNetworkV6 ? key >> SubscriberBits : key;
    }
}
