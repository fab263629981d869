using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// Opens TCP connections: resolves the name through the system, tries its addresses in order, and starts on the other address family
/// when the first takes longer than the fallback delay (RFC 8305). The limit covers resolution and all attempts (RTE-337).
/// </summary>
internal static class Dialer
{
    private static readonly TimeSpan DefaultKeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan DefaultFallbackDelay = TimeSpan.FromMilliseconds(300);

    public static string FormatAddress(string host, int port) =>
        host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{host}]:{port}")
            : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");

    /// <summary>
    /// A connected socket. Throws <see cref="TransportException"/> when no address answers and
    /// <see cref="OperationCanceledException"/> when the call was cancelled.
    /// </summary>
    public static async Task<Socket> DialAsync(HttpTransport transport, string host, int port, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(
            transport.Config.DialerTimeout > TimeSpan.Zero ? transport.Config.DialerTimeout : Timeout.InfiniteTimeSpan, transport.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await ResolveAsync(host, linked.Token).ConfigureAwait(false);
            var first = Array.FindAll(addresses, address => address.AddressFamily == addresses[0].AddressFamily);
            var second = Array.FindAll(addresses, address => address.AddressFamily != addresses[0].AddressFamily);
            return await RaceAsync(transport, first, second, port, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TransportException(GatewayErrorKind.Timeout, $"dial tcp {FormatAddress(host, port)}: i/o timeout");
        }
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            if (addresses.Length > 0)
                return addresses;
        }
        catch (SocketException exception)
        {
            throw new TransportException(GatewayErrorKind.Connection, $"dial tcp: lookup {host}: {Reason(exception)}", exception);
        }
        throw new TransportException(GatewayErrorKind.Connection, $"dial tcp: lookup {host}: no such host");

        static string Reason(SocketException exception) => exception.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData => "no such host",
            SocketError.TryAgain => "server misbehaving",
            _ => exception.Message,
        };
    }

    private static async Task<Socket> RaceAsync(HttpTransport transport, IPAddress[] first, IPAddress[] second, int port, CancellationToken cancellationToken)
    {
        if (second.Length == 0)
            return await TryInOrderAsync(transport, first, port, cancellationToken).ConfigureAwait(false);

        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var primary = TryInOrderAsync(transport, first, port, race.Token);
        var configured = transport.Config.DialerFallbackDelay;
        var delay = Task.Delay(configured > TimeSpan.Zero ? configured : DefaultFallbackDelay, transport.Time, race.Token);
        await Task.WhenAny(primary, delay).ConfigureAwait(false);
        if (primary.IsCompletedSuccessfully)
        {
            await race.CancelAsync().ConfigureAwait(false);
            return await primary.ConfigureAwait(false);
        }
        var fallback = TryInOrderAsync(transport, second, port, race.Token);
        var winner = await Task.WhenAny(primary, fallback).ConfigureAwait(false);
        var other = winner == primary ? fallback : primary;
        if (!winner.IsCompletedSuccessfully)
            return await EitherAsync(primary, fallback).ConfigureAwait(false);
        await race.CancelAsync().ConfigureAwait(false);
        await CloseLoserAsync(other).ConfigureAwait(false);
        return await winner.ConfigureAwait(false);
    }

    /// <summary>The socket of the one attempt that is left; the first family's failure when both failed.</summary>
    private static async Task<Socket> EitherAsync(Task<Socket> primary, Task<Socket> fallback)
    {
        await ((Task)Task.WhenAll(primary, fallback)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await (fallback.IsCompletedSuccessfully ? fallback : primary).ConfigureAwait(false);
    }

    private static async Task CloseLoserAsync(Task<Socket> loser)
    {
        try
        {
            (await loser.ConfigureAwait(false)).Dispose();
        }
        catch (Exception exception) when (TransportErrors.IsConnectionFailure(exception))
        {
            // The other family won; why this one did not is of no interest.
        }
    }

    private static async Task<Socket> TryInOrderAsync(HttpTransport transport, IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        TransportException? failure = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                SetKeepAlive(socket, transport.Config.DialerKeepAlive);
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                failure ??= new TransportException(
                    GatewayErrorKind.Connection,
                    $"dial tcp {FormatAddress(address.ToString(), port)}: connect: {TransportErrors.Describe(exception)}",
                    exception);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw failure!;
    }

    private static void SetKeepAlive(Socket socket, TimeSpan interval)
    {
        if (interval < TimeSpan.Zero)
            return;
        var seconds = (int)Math.Max(1, (interval == TimeSpan.Zero ? DefaultKeepAlive : interval).TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, seconds);
    }
}
