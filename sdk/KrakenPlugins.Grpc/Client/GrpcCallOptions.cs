namespace KrakenPlugins.Grpc.Client;

/// <summary>What a client says about one call; the default is a call without metadata, deadline or compression.</summary>
public readonly record struct GrpcCallOptions
{
    /// <summary>Goes to the server; not changed by the call.</summary>
    public GrpcMetadata? Metadata { get; init; }

    /// <summary>Time until the call has to have ended. It travels to the server, and both sides end the call when it has passed.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the call's messages are sent with gzip; the server has to know it.</summary>
    public bool Compress { get; init; }

    /// <summary>Ends the call with CANCELLED.</summary>
    public CancellationToken Cancellation { get; init; }
}
