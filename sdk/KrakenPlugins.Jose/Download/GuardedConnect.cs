using System.Net;
using System.Net.Sockets;

namespace KrakenPlugins.Jose;

/// <summary>Connections that do not go to link-local addresses, whatever a name resolves to.</summary>
internal static class GuardedConnect
{
    // What clouds serve credentials from: link-local addresses, and those of AWS over IPv6, Google over IPv6, Alibaba Cloud, Azure and Oracle.
    private static readonly IPNetwork[] s_refused = [.. new[]
    {
        "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "fd20:ce::254/128", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",
    }.Select(IPNetwork.Parse)];

    // An IPv4 address in the last four bytes: IPv4-compatible, translated (RFC 6052, RFC 2765); after the prefix: 6to4.
    private static readonly IPNetwork[] s_embedding = [IPNetwork.Parse("::/96"), IPNetwork.Parse("64:ff9b::/96"), IPNetwork.Parse("::ffff:0:0:0/96")];
    private static readonly IPNetwork s_6to4 = IPNetwork.Parse("2002::/16");

    /// <summary>Whether the host of a URL is such an address; names are looked at when they are resolved.</summary>
    public static bool IsRefused(Uri url) => IPAddress.TryParse(url.IdnHost, out var address) && IsRefused(address);

    /// <summary>Connects to the addresses of a name, which is resolved once: what was looked at is what is called.</summary>
    public static async ValueTask<Stream> ConnectAsync(Func<string, CancellationToken, Task<IPAddress[]>> resolve, DnsEndPoint host, CancellationToken cancellationToken)
    {
        var addresses = await resolve(host.Host, cancellationToken).ConfigureAwait(false);
        return await ConnectAsync(addresses, host.Port, cancellationToken).ConfigureAwait(false);
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
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // Without the zone, which would make it another address.
            var bytes = address.GetAddressBytes();
            address = new IPAddress(bytes);
            if (address.IsIPv4MappedToIPv6 || Array.Exists(s_embedding, each => each.Contains(address)))
                address = new IPAddress(bytes.AsSpan(12));
            else if (s_6to4.Contains(address))
                address = new IPAddress(bytes.AsSpan(2, 4));
        }
        return Array.Exists(s_refused, each => each.Contains(address));
    }
}
