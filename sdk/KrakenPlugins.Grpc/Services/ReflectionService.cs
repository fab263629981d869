using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Wire;

namespace KrakenPlugins.Grpc.Services;

/// <summary>Server reflection, <c>grpc.reflection.v1</c> and <c>v1alpha</c>: which services there are, and their descriptors.</summary>
public sealed class ReflectionService : IGrpcService
{
    /// <summary>The names that it is served under; the messages are the same.</summary>
    public static IReadOnlyList<string> Names { get; } = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

    // Answers are only written here and questions only read.
    private static readonly WireMarshaller<ReflectionRequest> s_request = new(static (_, _) => throw new NotSupportedException(), ReflectionRequest.TryRead);
    private static readonly WireMarshaller<ReflectionResponse> s_response = new(ReflectionResponse.Write, RefuseToRead);

    private readonly DescriptorIndex _index;
    private readonly IReadOnlyCollection<string> _services;

    /// <summary>Makes the service.</summary>
    /// <param name="index">Descriptors to hand out; no longer changed.</param>
    /// <param name="services">Names to list: what is exposed, which may be less than the descriptors define.</param>
    public ReflectionService(DescriptorIndex index, IReadOnlyCollection<string> services)
    {
        _index = index;
        _services = services;
    }

    /// <inheritdoc/>
    public void Map(GrpcServerBuilder server)
    {
        ArgumentNullException.ThrowIfNull(server);
        foreach (var name in Names)
            server.Duplex(new GrpcMethod<ReflectionRequest, ReflectionResponse>(GrpcMethodKind.Duplex, name, "ServerReflectionInfo", s_request, s_response), AnswerAsync);
    }

    private async ValueTask<GrpcStatus> AnswerAsync(GrpcRequestStream<ReflectionRequest> requests, GrpcResponseStream<ReflectionResponse> responses, GrpcServerCall call)
    {
        while (true)
        {
            var read = await requests.ReadAsync().ConfigureAwait(false);
            if (!read.HasMessage || !await responses.WriteAsync(Answer(read.Message)).ConfigureAwait(false))
                return read.Status;
        }
    }

    private ReflectionResponse Answer(ReflectionRequest request) => request.Question switch
    {
        ReflectionQuestion.ListServices => new ReflectionResponse(request) { Services = _services },
        ReflectionQuestion.FileByName => Files(request, _index.ByName(request.Name)),
        ReflectionQuestion.FileContainingSymbol => Files(request, _index.BySymbol(request.Name)),
        ReflectionQuestion.FileContainingExtension => Files(request, _index.ByExtension(request.Name, request.Number)),
        ReflectionQuestion.ExtensionNumbers when _index.Extensions(request.Name) is { } numbers => new ReflectionResponse(request) { ExtensionNumbers = numbers },
        ReflectionQuestion.ExtensionNumbers => NotFound(request),
        _ => new ReflectionResponse(request) { Error = new GrpcStatus(GrpcStatusCode.InvalidArgument, "the request asks nothing") },
    };

    private static ReflectionResponse Files(ReflectionRequest request, IReadOnlyList<byte[]>? files) =>
        files is null ? NotFound(request) : new ReflectionResponse(request) { Files = files };

    private static ReflectionResponse NotFound(ReflectionRequest request) =>
        new(request) { Error = new GrpcStatus(GrpcStatusCode.NotFound, $"nothing here is called {request.Name}") };

    private static bool RefuseToRead(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out ReflectionResponse response)
    {
        response = null;
        return false;
    }
}
