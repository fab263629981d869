using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>Makes a connection ready for HTTP: dial, TLS to a proxy, tunnel, TLS to the backend, whichever the pool needs.</summary>
internal static class Connector
{
    private const int MaxTunnelAnswer = 16 << 10;
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Throws <see cref="TransportException"/> or, when the call was cancelled, any connection failure.</summary>
    public static async ValueTask<Http1Connection> ConnectAsync(ConnectionPool pool, CancellationToken cancellationToken)
    {
        var transport = pool.Owner.Transport;
        var socket = pool.Proxy is { } via
            ? await DialProxyAsync(transport, via, cancellationToken).ConfigureAwait(false)
            : await Dialer.DialAsync(transport, pool.Host, pool.Port, cancellationToken).ConfigureAwait(false);
        Stream? stream = null;
        try
        {
            if (pool.Proxy is { IsSecure: true } secureProxy)
                stream = await HandshakeAsync(pool.Owner, new NetworkStream(socket), secureProxy.Host, cancellationToken).ConfigureAwait(false);
            if (pool.IsSecure)
            {
                stream ??= new NetworkStream(socket);
                if (pool.Proxy is { } proxy)
                    await OpenTunnelAsync(stream, pool, proxy, cancellationToken).ConfigureAwait(false);
                stream = await HandshakeAsync(pool.Owner, stream, pool.Host, cancellationToken).ConfigureAwait(false);
            }
            return new Http1Connection(pool, socket, stream);
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Socket> DialProxyAsync(HttpTransport transport, OutgoingProxy proxy, CancellationToken cancellationToken)
    {
        try
        {
            return await Dialer.DialAsync(transport, proxy.Host, proxy.Port, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            throw new TransportException(exception.Kind, $"proxyconnect tcp: {exception.Message}", exception);
        }
    }

    private static async Task<Stream> HandshakeAsync(PoolSet pools, Stream inner, string host, CancellationToken cancellationToken)
    {
        var options = pools.Tls.OptionsFor(host, out var verdict);
        using var limit = new CancellationTokenSource(HandshakeTimeout, pools.Transport.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var tls = new SslStream(inner);
        try
        {
            await tls.AuthenticateAsClientAsync(options, linked.Token).ConfigureAwait(false);
            return tls;
        }
        catch (Exception exception)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            if (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                throw new TransportException(GatewayErrorKind.Timeout, "net/http: TLS handshake timeout", exception);
            if (verdict.Reason is { } reason)
                throw new TransportException(GatewayErrorKind.Connection, $"tls: failed to verify certificate: {reason}", exception);
            if (exception is AuthenticationException)
                throw new TransportException(GatewayErrorKind.Connection, $"tls: handshake failed: {exception.GetBaseException().Message}", exception);
            if (exception is IOException)
                throw new TransportException(GatewayErrorKind.Connection, $"tls: handshake failed: {TransportErrors.Describe(exception)}", exception);
            throw;
        }
    }

    private static async Task OpenTunnelAsync(Stream stream, ConnectionPool pool, OutgoingProxy proxy, CancellationToken cancellationToken)
    {
        var authorization = proxy.Authorization is null ? "" : $"Proxy-Authorization: {proxy.Authorization}\r\n";
        var request = $"CONNECT {pool.Peer} HTTP/1.1\r\nHost: {pool.Peer}\r\n{authorization}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken).ConfigureAwait(false);

        var head = new ResponseHead(pool.Owner.Transport.Limits with { MaxResponseHeaderBytes = MaxTunnelAnswer });
        head.Reset();
        var buffer = new byte[MaxTunnelAnswer];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new TransportException(GatewayErrorKind.Connection, "proxyconnect tcp: EOF");
            length += read;
            var state = head.Parse(buffer.AsSpan(0, length));
            if (state == HeadState.Invalid)
                throw new TransportException(GatewayErrorKind.Payload, $"proxyconnect tcp: {head.Error}");
            if (state == HeadState.Complete)
                break;
        }
        if (head.StatusCode is < 200 or > 299)
            throw new TransportException(GatewayErrorKind.Connection, $"proxyconnect tcp: the proxy answered with status {head.StatusCode}");
        // Bytes before our handshake cannot come from the backend.
        if (length > head.Length)
            throw new TransportException(GatewayErrorKind.Payload, "proxyconnect tcp: data behind the proxy's answer");
    }
}
