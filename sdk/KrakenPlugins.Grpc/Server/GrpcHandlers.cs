namespace KrakenPlugins.Grpc.Server;

/// <summary>Answers one message with one.</summary>
public delegate ValueTask<GrpcResult<TResponse>> UnaryHandler<TRequest, TResponse>(TRequest request, GrpcServerCall call);

/// <summary>Answers many messages with one.</summary>
public delegate ValueTask<GrpcResult<TResponse>> ClientStreamingHandler<TRequest, TResponse>(GrpcRequestStream<TRequest> requests, GrpcServerCall call);

/// <summary>Answers one message with many; the status ends the call.</summary>
public delegate ValueTask<GrpcStatus> ServerStreamingHandler<TRequest, TResponse>(TRequest request, GrpcResponseStream<TResponse> responses, GrpcServerCall call);

/// <summary>Reads and writes as it likes; the status ends the call, also when the client has not sent all.</summary>
public delegate ValueTask<GrpcStatus> DuplexHandler<TRequest, TResponse>(GrpcRequestStream<TRequest> requests, GrpcResponseStream<TResponse> responses, GrpcServerCall call);

/// <summary>A service that adds its methods to a server.</summary>
public interface IGrpcService
{
    /// <summary>Adds the methods.</summary>
    void Map(GrpcServerBuilder server);
}
