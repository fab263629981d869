using System.Net;
using System.Net.Sockets;

namespace KrakenPlugins.Jose;

/// <summary>Connections that do not go to link-local addresses, whatever a name resolves to.</summary>
internal static class GuardedConnect
{
    // Metadata services outside of the link-local ranges: AWS over IPv6, Alibaba Cloud, Oracle's older one.
    private static readonly IPAddress[] s_metadata = [IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("192.0.0.192")];

    /// <summary>Whether the host of a URL is such an address; names are looked at when they are resolved.</summary>
    public static bool IsRefused(Uri url) => IPAddress.TryParse(url.IdnHost, out var address) && IsRefused(address);

    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        return await ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var allowed = Array.FindAll(addresses, static address => !IsRefused(address));
        if (allowed.Length == 0)
            throw new HttpRequestException(addresses.Length == 0 ? "the host has no address" : "the host has only link-local addresses, which are not called");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsRefused(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal || Array.IndexOf(s_metadata, address) >= 0;
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return (bytes[0] == 169 && bytes[1] == 254) || Array.IndexOf(s_metadata, address) >= 0;
    }
}
