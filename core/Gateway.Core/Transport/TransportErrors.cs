using System.Net.Sockets;
using System.Security.Authentication;
using Gateway.Core.Proxy;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>A failure on a cold path (dial, handshake, tunnel) on its way to becoming a <see cref="GatewayError"/>.</summary>
internal sealed class TransportException(GatewayErrorKind kind, string message, Exception? inner = null) : IOException(message, inner)
{
    public GatewayErrorKind Kind { get; } = kind;
}

/// <summary>The transport's failures as values, in the words that operators of the reference know from its logs.</summary>
internal static class TransportErrors
{
    public const string HeaderTimeout = "net/http: timeout awaiting response headers";
    public const string Dial = "dial";
    public const string UnexpectedEnd = "unexpected EOF";

    /// <summary>A call whose token fired: the client left, or the time is up, which says nothing of a backend that still waits for the client's body.</summary>
    public static GatewayError Cancelled(ProxyRequest request, bool waitedForClient = false) =>
        request.ClientAborted.IsCancellationRequested
            ? new(GatewayErrorKind.ClientAborted, GatewayError.ContextCanceled)
            : new(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded) { IsNeutral = waitedForClient };

    /// <summary>
    /// Why a request's own body cannot be read: it is larger than allowed (MAN-271), it breaks the protocol and is answered with the
    /// server's status, or the client left.
    /// </summary>
    public static GatewayError RequestBody(Exception exception) => exception switch
    {
        BufferLimitException limit => PipelineFault.TooLarge(limit),
        _ when ClientFault.StatusOf(exception) is > 0 and var status => new(GatewayErrorKind.Rejected, exception.Message, status, exception),
        _ => new(GatewayErrorKind.ClientAborted, exception.Message, exception: exception),
    };

    /// <summary>A request that must not be sent as it is.</summary>
    public static GatewayError Rejected(string message) => new(GatewayErrorKind.Rejected, message, 400);

    public static GatewayError Connection(string operation, string peer, Exception exception) =>
        exception is TransportException known
            ? new(known.Kind, known.Message, exception: exception) { IsUnsent = operation == Dial }
            : new(GatewayErrorKind.Connection, $"{operation} tcp {peer}: {Describe(exception)}", exception: exception) { IsUnsent = operation == Dial };

    /// <summary>Whether an exception is what a socket or TLS stream throws when the connection fails or was closed under it.</summary>
    public static bool IsConnectionFailure(Exception exception) =>
        exception is SocketException or IOException or ObjectDisposedException or OperationCanceledException or AuthenticationException;

    public static string Describe(Exception exception)
    {
        var socket = exception as SocketException ?? exception.InnerException as SocketException;
        return socket?.SocketErrorCode switch
        {
            null => exception.Message,
            SocketError.ConnectionRefused => "connection refused",
            SocketError.ConnectionReset => "connection reset by peer",
            SocketError.Shutdown => "broken pipe",
            SocketError.NetworkUnreachable => "network is unreachable",
            SocketError.HostUnreachable => "no route to host",
            SocketError.TimedOut => "connection timed out",
            SocketError.OperationAborted => "use of closed network connection",
            _ => socket.Message,
        };
    }
}
