using System.Buffers;

namespace KrakenPlugins.Grpc;

/// <summary>How many messages go each way.</summary>
public enum GrpcMethodKind
{
    /// <summary>One there, one back.</summary>
    Unary,

    /// <summary>Many there, one back.</summary>
    ClientStreaming,

    /// <summary>One there, many back.</summary>
    ServerStreaming,

    /// <summary>Many both ways, in any order.</summary>
    Duplex,
}

/// <summary>The name of a method.</summary>
public abstract class GrpcMethod
{
    private const int MaxLength = 512;

    private static readonly SearchValues<char> s_allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/");

    private protected GrpcMethod(GrpcMethodKind kind, string service, string name)
    {
        if (!IsPath($"/{service}/{name}") || name.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"\"{service}/{name}\" names no method; expected package.Service and Method, of letters, digits, \"_\", \"-\" and \".\"");
        Kind = kind;
        Service = service;
        Name = name;
        Path = $"/{service}/{name}";
    }

    /// <summary>How many messages go each way.</summary>
    public GrpcMethodKind Kind { get; }

    /// <summary>The service with its package, such as <c>grpc.health.v1.Health</c>.</summary>
    public string Service { get; }

    /// <summary>The method's own name.</summary>
    public string Name { get; }

    /// <summary>The path of its requests, <c>/package.Service/Method</c>.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public override string ToString() => Path;

    /// <summary>Whether a text can stand as the path of a call: at least two segments of letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, none of them only dots.</summary>
    public static bool IsPath(ReadOnlySpan<char> path)
    {
        if (path.Length is < 4 or > MaxLength || path[0] != '/' || path.ContainsAnyExcept(s_allowed))
            return false;
        var segments = 0;
        foreach (var range in path[1..].Split('/'))
        {
            if (path[1..][range].TrimStart('.').IsEmpty)
                return false;
            segments++;
        }
        return segments >= 2;
    }
}

/// <summary>A method with the types of its messages; make one per method and keep it.</summary>
/// <typeparam name="TRequest">Messages that the client sends.</typeparam>
/// <typeparam name="TResponse">Messages that the server sends.</typeparam>
public sealed class GrpcMethod<TRequest, TResponse> : GrpcMethod
{
    /// <summary>Describes a method.</summary>
    /// <exception cref="ArgumentException">Service and name make no path.</exception>
    public GrpcMethod(GrpcMethodKind kind, string service, string name, IMarshaller<TRequest> requests, IMarshaller<TResponse> responses)
        : base(kind, service, name)
    {
        Requests = requests;
        Responses = responses;
    }

    /// <summary>What the client sends, to bytes and back.</summary>
    public IMarshaller<TRequest> Requests { get; }

    /// <summary>What the server sends, to bytes and back.</summary>
    public IMarshaller<TResponse> Responses { get; }
}
