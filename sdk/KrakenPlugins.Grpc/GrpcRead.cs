using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Grpc;

/// <summary>What reading from a stream gave: a message, or how the stream ended.</summary>
/// <typeparam name="T">The type of the messages.</typeparam>
public readonly struct GrpcRead<T>
{
    private GrpcRead(bool hasMessage, T? message, GrpcStatus status)
    {
        HasMessage = hasMessage;
        Message = message;
        Status = status;
    }

    /// <summary>Whether there is a message; otherwise the stream has ended and <see cref="Status"/> says how.</summary>
    [MemberNotNullWhen(true, nameof(Message))]
    public bool HasMessage { get; }

    /// <summary>The message.</summary>
    public T? Message { get; }

    /// <summary>How the stream ended: at a client the status of the call; at a server OK when the client has sent all, else what is wrong with it.</summary>
    public GrpcStatus Status { get; }

    internal static GrpcRead<T> Of(T message) => new(true, message, GrpcStatus.Ok);

    internal static GrpcRead<T> End(GrpcStatus status) => new(false, default, status);
}

/// <summary>What a handler answers: a message, or a status that is not OK. Both convert to it.</summary>
/// <typeparam name="T">The type of the message.</typeparam>
public readonly struct GrpcResult<T>
{
    private GrpcResult(T? message, GrpcStatus status)
    {
        Message = message;
        Status = status;
    }

    /// <summary>The message; set when <see cref="Status"/> is OK.</summary>
    public T? Message { get; }

    /// <summary>OK with a message, any other without.</summary>
    public GrpcStatus Status { get; }

    /// <summary>An answer.</summary>
    public static implicit operator GrpcResult<T>(T message) => new(message, GrpcStatus.Ok);

    /// <summary>A failure.</summary>
    public static implicit operator GrpcResult<T>(GrpcStatus status) =>
        new(default, status.IsOk ? GrpcStatus.Internal("the handler ended with OK and without a message") : status);
}
