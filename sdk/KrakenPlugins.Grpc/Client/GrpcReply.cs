namespace KrakenPlugins.Grpc.Client;

/// <summary>How a call with one answer ended.</summary>
/// <typeparam name="T">The type of the answer.</typeparam>
public readonly struct GrpcReply<T>
{
    private readonly HttpResponseMessage? _response;
    private readonly T? _message;

    internal GrpcReply(GrpcStatus status, T? message, HttpResponseMessage? response)
    {
        Status = status;
        _message = message;
        _response = response;
    }

    /// <summary>The status.</summary>
    public GrpcStatus Status { get; }

    /// <summary>The answer; set when <see cref="Status"/> is OK.</summary>
    public T? Message => _message;

    /// <summary>What the server sent before the answer; built when asked for.</summary>
    public GrpcMetadata Headers => ReplyMetadata.Headers(_response);

    /// <summary>What the server sent with the status; built when asked for.</summary>
    public GrpcMetadata Trailers => ReplyMetadata.Trailers(_response);

    /// <summary>The answer.</summary>
    /// <exception cref="GrpcException">The call did not succeed.</exception>
    public T Require() => Status.IsOk ? _message! : throw new GrpcException(Status, Trailers);
}
