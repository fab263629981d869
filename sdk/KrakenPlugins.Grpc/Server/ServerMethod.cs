using System.Runtime.CompilerServices;

namespace KrakenPlugins.Grpc.Server;

/// <summary>A method with its handler, without the types of its messages.</summary>
internal abstract class ServerMethod
{
    public abstract ValueTask<GrpcStatus> InvokeAsync(GrpcServerCall call);
}

internal sealed class UnaryServerMethod<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, UnaryHandler<TRequest, TResponse> handler) : ServerMethod
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<GrpcStatus> InvokeAsync(GrpcServerCall call)
    {
        var request = await call.ReadOnlyRequestAsync(method.Requests).ConfigureAwait(false);
        if (!request.HasMessage)
            return request.Status;
        var result = await handler(request.Message, call).ConfigureAwait(false);
        return await call.WriteOnlyResponseAsync(method.Responses, result).ConfigureAwait(false);
    }
}

internal sealed class ClientStreamingServerMethod<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, ClientStreamingHandler<TRequest, TResponse> handler) : ServerMethod
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<GrpcStatus> InvokeAsync(GrpcServerCall call)
    {
        var result = await handler(new GrpcRequestStream<TRequest>(call, method.Requests), call).ConfigureAwait(false);
        return await call.WriteOnlyResponseAsync(method.Responses, result).ConfigureAwait(false);
    }
}

internal sealed class ServerStreamingServerMethod<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, ServerStreamingHandler<TRequest, TResponse> handler) : ServerMethod
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<GrpcStatus> InvokeAsync(GrpcServerCall call)
    {
        var request = await call.ReadOnlyRequestAsync(method.Requests).ConfigureAwait(false);
        return request.HasMessage
            ? await handler(request.Message, new GrpcResponseStream<TResponse>(call, method.Responses), call).ConfigureAwait(false)
            : request.Status;
    }
}

internal sealed class DuplexServerMethod<TRequest, TResponse>(
    IMarshaller<TRequest> requests, IMarshaller<TResponse> responses, DuplexHandler<TRequest, TResponse> handler) : ServerMethod
{
    public override ValueTask<GrpcStatus> InvokeAsync(GrpcServerCall call) =>
        handler(new GrpcRequestStream<TRequest>(call, requests), new GrpcResponseStream<TResponse>(call, responses), call);
}
