using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace KrakenPlugins.Grpc.Client;

/// <summary>
/// Calls to one server. Connections are opened when they are needed and shared by all calls; a broken one is replaced with the next call.
/// Safe for concurrent use. No call throws because of the peer: failures are statuses.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private const string UnixScheme = "unix:";

    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _authority;
    // Keyed weakly: whoever forwards calls makes methods as they come.
    private readonly ConditionalWeakTable<GrpcMethod, Uri> _addresses = [];

    /// <summary>Makes a channel; nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">The address is none.</exception>
    public GrpcChannel(GrpcChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        var connect = options.Connect;
        if (options.Address.StartsWith(UnixScheme, StringComparison.Ordinal))
        {
            var socket = new UnixDomainSocketEndPoint(options.Address[UnixScheme.Length..]);
            connect ??= cancellationToken => ConnectUnixAsync(socket, cancellationToken);
            _authority = new Uri("http://localhost");
        }
        else
        {
            _authority = Authority(options.Address);
        }
        _invoker = new HttpMessageInvoker(Transport(options, connect));
    }

    /// <summary>Where the channel leads and what it takes.</summary>
    public GrpcChannelOptions Options { get; }

    /// <summary>A call with one message each way.</summary>
    /// <exception cref="ArgumentException">The method is of another kind, or its answers point into buffers that end with the call.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<GrpcReply<TResponse>> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options = default)
    {
        Expect(method, GrpcMethodKind.Unary);
        if (method.Responses.KeepsPayload)
            throw new ArgumentException($"{method}: the answer would lie in a buffer that ends with the call; use RawMarshaller.Pooled");
        using var content = new UnaryContent(Options.Limits.MaxSentMessage);
        var status = content.Fill(method.Requests, request, options.Compress);
        if (!status.IsOk)
            return new GrpcReply<TResponse>(status, default, null);
        using var exchange = new HttpExchange(this, method, options, content, canCancel: false);
        if (!await exchange.SendAsync().ConfigureAwait(false))
            return new GrpcReply<TResponse>(exchange.Status!.Value, default, exchange.Response);
        var read = await exchange.ReadSingleAsync(method.Responses).ConfigureAwait(false);
        return new GrpcReply<TResponse>(read.Status, read.Message, exchange.Response);
    }

    /// <summary>Begins a call that the client sends messages with as it goes on.</summary>
    /// <exception cref="ArgumentException">The method takes one message only.</exception>
    public GrpcClientCall<TRequest, TResponse> Open<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, GrpcCallOptions options = default)
    {
        if (method.Kind is GrpcMethodKind.Unary or GrpcMethodKind.ServerStreaming)
            throw new ArgumentException($"{method} takes one message; use {nameof(CallAsync)} or {nameof(Stream)}");
        var content = new PushContent();
        return new GrpcClientCall<TRequest, TResponse>(method, new HttpExchange(this, method, options, content, canCancel: true), content, options.Compress);
    }

    /// <summary>Begins a call with one message that the server answers with many.</summary>
    /// <exception cref="ArgumentException">The method is of another kind.</exception>
    public GrpcClientCall<TRequest, TResponse> Stream<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options = default)
    {
        Expect(method, GrpcMethodKind.ServerStreaming);
        var content = new UnaryContent(Options.Limits.MaxSentMessage);
        var status = content.Fill(method.Requests, request, options.Compress);
        var exchange = new HttpExchange(this, method, options, content, canCancel: true);
        if (!status.IsOk)
            exchange.End(status);
        return new GrpcClientCall<TRequest, TResponse>(method, exchange, content, options.Compress);
    }

    /// <summary>Closes the connections; calls under way end with UNAVAILABLE.</summary>
    public void Dispose() => _invoker.Dispose();

    internal Uri AddressOf(GrpcMethod method) =>
        _addresses.TryGetValue(method, out var address) ? address : _addresses.GetValue(method, key => new Uri(_authority, key.Path));

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker.SendAsync(request, cancellationToken);

    private static void Expect(GrpcMethod method, GrpcMethodKind kind)
    {
        if (method.Kind != kind)
            throw new ArgumentException($"{method} is {method.Kind}; expected {kind}");
    }

    private static Uri Authority(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.PathAndQuery == "/" && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0
            ? uri
            : throw new ArgumentException($"\"{address}\" is no address of a gRPC server; expected http://host:port, https://host:port or unix:/path");

    private static SocketsHttpHandler Transport(GrpcChannelOptions options, Func<CancellationToken, ValueTask<Stream>>? connect)
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = options.AllowsManyConnections,
            InitialHttp2StreamWindowSize = options.InitialStreamWindow,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            // In KiB. What is over our own limit but under the handler's gets a status that says so.
            MaxResponseHeadersLength = Math.Max(16, 2 * options.Limits.MaxMetadataBytes / 1024),
            PooledConnectionIdleTimeout = options.IdleTimeout,
            UseCookies = false,
            UseProxy = false,
        };
        if (options.Tls is { } tls)
            handler.SslOptions = tls;
        if (connect is not null)
            handler.ConnectCallback = (_, cancellationToken) => connect(cancellationToken);
        return handler;
    }

    private static async ValueTask<Stream> ConnectUnixAsync(UnixDomainSocketEndPoint path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(path, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
