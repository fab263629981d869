namespace KrakenPlugins.Grpc.Server;

/// <summary>Messages that the client sends. One reader at a time.</summary>
/// <typeparam name="T">The type of the messages.</typeparam>
public sealed class GrpcRequestStream<T>
{
    private readonly GrpcServerCall _call;
    private readonly IMarshaller<T> _marshaller;

    internal GrpcRequestStream(GrpcServerCall call, IMarshaller<T> marshaller)
    {
        _call = call;
        _marshaller = marshaller;
    }

    /// <summary>
    /// Waits for the next message. The end is OK once the client has sent all; any other status has ended the call, and the handler's own
    /// status no longer counts.
    /// </summary>
    public ValueTask<GrpcRead<T>> ReadAsync() => _call.ReadRequestAsync(_marshaller);

    /// <summary>
    /// Ends reading: a read that waits gives CANCELLED, as later ones do. For handlers that read beside something else; they await what reads
    /// before they return, because messages that are lent end with the handler.
    /// </summary>
    public ValueTask StopAsync() => _call.StopReadingAsync();
}

/// <summary>Messages that go to the client. One writer at a time.</summary>
/// <typeparam name="T">The type of the messages.</typeparam>
public sealed class GrpcResponseStream<T>
{
    private readonly GrpcServerCall _call;
    private readonly IMarshaller<T> _marshaller;

    internal GrpcResponseStream(GrpcServerCall call, IMarshaller<T> marshaller)
    {
        _call = call;
        _marshaller = marshaller;
    }

    /// <summary>
    /// Sends a message, and waits while the client is slow. <see langword="false"/> when the call has ended (the client left, the deadline
    /// passed, the message is too large): the handler should return, its status no longer counts.
    /// </summary>
    /// <param name="message">The message; its buffers are free again when the call returns.</param>
    /// <param name="compress">Whether to compress it where the client allows it; as <see cref="GrpcServerCall.CompressesResponses"/> says when <see langword="null"/>.</param>
    public ValueTask<bool> WriteAsync(T message, bool? compress = null) => _call.WriteResponseAsync(_marshaller, message, compress, flush: true);
}
