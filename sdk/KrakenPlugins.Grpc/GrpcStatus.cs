namespace KrakenPlugins.Grpc;

/// <summary>The outcomes of a call, as the gRPC status code document numbers them.</summary>
public enum GrpcStatusCode
{
    /// <summary>The call succeeded.</summary>
    Ok = 0,

    /// <summary>The call was cancelled, mostly by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error that says nothing about itself.</summary>
    Unknown = 2,

    /// <summary>The caller sent what is wrong whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The time was over before the call ended.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a limit or some space is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the call needs.</summary>
    FailedPrecondition = 9,

    /// <summary>The call lost against another.</summary>
    Aborted = 10,

    /// <summary>Past the end of what is valid.</summary>
    OutOfRange = 11,

    /// <summary>The method does not exist here.</summary>
    Unimplemented = 12,

    /// <summary>Something that must hold does not; mostly a broken peer.</summary>
    Internal = 13,

    /// <summary>The service cannot be reached now; trying again may help.</summary>
    Unavailable = 14,

    /// <summary>What is lost cannot be recovered.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known.</summary>
    Unauthenticated = 16,
}

/// <summary>How a call ended: a code, and a text for people.</summary>
/// <param name="Code">The code; a peer may send numbers that have no name.</param>
/// <param name="Detail">What went wrong; empty when there is nothing to say.</param>
public readonly record struct GrpcStatus(GrpcStatusCode Code, string Detail)
{
    /// <summary>Success.</summary>
    public static GrpcStatus Ok => new(GrpcStatusCode.Ok, "");

    /// <summary>What went wrong; empty when there is nothing to say.</summary>
    public string Detail { get; init; } = Detail;

    /// <summary>Whether the call succeeded.</summary>
    public bool IsOk => Code == GrpcStatusCode.Ok;

    /// <inheritdoc/>
    public override string ToString() => string.IsNullOrEmpty(Detail) ? Code.ToString() : $"{Code}: {Detail}";

    internal static GrpcStatus Internal(string detail) => new(GrpcStatusCode.Internal, detail);

    internal static GrpcStatus Exhausted(string detail) => new(GrpcStatusCode.ResourceExhausted, detail);
}

/// <summary>A status as an exception, for code that has no other way out: a handler may throw it, <see cref="Client.GrpcReply{T}.Require"/> does.</summary>
public sealed class GrpcException : Exception
{
    /// <summary>Wraps a status.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="trailers">Metadata that goes with it; none when <see langword="null"/>.</param>
    public GrpcException(GrpcStatus status, GrpcMetadata? trailers = null)
        : base(status.ToString())
    {
        Status = status;
        Trailers = trailers ?? GrpcMetadata.Empty;
    }

    /// <summary>How the call ended.</summary>
    public GrpcStatus Status { get; }

    /// <summary>Metadata that goes with it.</summary>
    public GrpcMetadata Trailers { get; }
}
