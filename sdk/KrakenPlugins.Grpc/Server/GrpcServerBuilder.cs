using System.Buffers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KrakenPlugins.Grpc.Server;

/// <summary>Collects the methods of a server.</summary>
public sealed class GrpcServerBuilder
{
    private readonly Dictionary<string, ServerMethod> _methods = new(StringComparer.Ordinal);
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);
    private ServerMethod? _fallback;

    /// <summary>Names of the services that have a method here.</summary>
    public IReadOnlyCollection<string> Services => _services;

    /// <summary>Adds a method with one message each way.</summary>
    /// <exception cref="ArgumentException">The method is of another kind or is there already.</exception>
    public GrpcServerBuilder Unary<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, UnaryHandler<TRequest, TResponse> handler) =>
        Add(method, GrpcMethodKind.Unary, new UnaryServerMethod<TRequest, TResponse>(method, handler));

    /// <summary>Adds a method whose client sends many messages.</summary>
    /// <exception cref="ArgumentException">The method is of another kind or is there already.</exception>
    public GrpcServerBuilder ClientStreaming<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, ClientStreamingHandler<TRequest, TResponse> handler) =>
        Add(method, GrpcMethodKind.ClientStreaming, new ClientStreamingServerMethod<TRequest, TResponse>(method, handler));

    /// <summary>Adds a method that answers with many messages.</summary>
    /// <exception cref="ArgumentException">The method is of another kind or is there already.</exception>
    public GrpcServerBuilder ServerStreaming<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, ServerStreamingHandler<TRequest, TResponse> handler) =>
        Add(method, GrpcMethodKind.ServerStreaming, new ServerStreamingServerMethod<TRequest, TResponse>(method, handler));

    /// <summary>Adds a method with many messages both ways.</summary>
    /// <exception cref="ArgumentException">The method is of another kind or is there already.</exception>
    public GrpcServerBuilder Duplex<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, DuplexHandler<TRequest, TResponse> handler) =>
        Add(method, GrpcMethodKind.Duplex, new DuplexServerMethod<TRequest, TResponse>(method.Requests, method.Responses, handler));

    /// <summary>Adds the methods of a service.</summary>
    public GrpcServerBuilder Add(IGrpcService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.Map(this);
        return this;
    }

    /// <summary>Answers every call of a method that is not here, of whatever kind; its messages are bytes, lent until the next read.</summary>
    public GrpcServerBuilder Fallback(DuplexHandler<ReadOnlySequence<byte>, ReadOnlySequence<byte>> handler)
    {
        _fallback = new DuplexServerMethod<ReadOnlySequence<byte>, ReadOnlySequence<byte>>(RawMarshaller.Lent, RawMarshaller.Lent, handler);
        return this;
    }

    /// <summary>Makes the server; the builder may go on and make another.</summary>
    /// <param name="options">Limits; the defaults when <see langword="null"/>.</param>
    /// <param name="logger">Gets faults of handlers.</param>
    public GrpcServer Build(GrpcServerOptions? options = null, ILogger? logger = null) =>
        new(new Dictionary<string, ServerMethod>(_methods, StringComparer.Ordinal), new HashSet<string>(_services, StringComparer.Ordinal), _fallback,
            options ?? new GrpcServerOptions(), logger ?? NullLogger.Instance);

    private GrpcServerBuilder Add(GrpcMethod method, GrpcMethodKind kind, ServerMethod served)
    {
        if (method.Kind != kind)
            throw new ArgumentException($"{method} is {method.Kind}; expected {kind}");
        if (!_methods.TryAdd(method.Path, served))
            throw new ArgumentException($"{method} is there already");
        _services.Add(method.Service);
        return this;
    }
}
