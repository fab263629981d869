using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Calls;

/// <summary>What both sides of a stream keep to: of each number the smaller one that a side named.</summary>
internal sealed record CallLimits
{
    /// <summary>Attempts of a call that wait for their result at a time.</summary>
    public const int MaxOutstandingAttempts = 64;

    /// <summary>Attempts of a call in all.</summary>
    public const int MaxAttempts = 1_000;

    // Below them a stream carries nothing that is of use.
    private const int LeastMessage = 16 * 1024;
    private const int LeastChunk = 256;

    /// <summary>Bytes of one gRPC message.</summary>
    public int MaxMessage { get; init; } = 16 << 20;

    /// <summary>Bytes of data in one chunk of a body.</summary>
    public int MaxChunk { get; init; } = 64 << 10;

    /// <summary>Bytes of a body that the sidecar may send before the first credit.</summary>
    public int InitialCredit { get; init; } = 256 << 10;

    /// <summary>Calls at once on the stream.</summary>
    public int MaxCalls { get; init; } = 1_000;

    /// <summary>Bytes of a body that is handed over as a whole.</summary>
    public int MaxWholeBody { get; init; } = 8 << 20;

    /// <summary>As the sidecar is told.</summary>
    public StreamLimits ToMessage() => new()
    {
        MaxMessageBytes = (uint)MaxMessage,
        MaxChunkBytes = (uint)MaxChunk,
        InitialCreditBytes = (uint)InitialCredit,
        MaxConcurrentCalls = (uint)MaxCalls,
        MaxWholeBodyBytes = (uint)MaxWholeBody,
    };

    /// <summary>These limits where they are the smaller ones, else those of the other side.</summary>
    /// <param name="theirs">What the sidecar accepts; 0 stands for the default of the protocol.</param>
    /// <param name="fault">What is wrong with its limits.</param>
    public CallLimits? With(StreamLimits? theirs, out string? fault)
    {
        var standard = new CallLimits();
        var message = Smaller(MaxMessage, theirs?.MaxMessageBytes, standard.MaxMessage);
        var chunk = Smaller(MaxChunk, theirs?.MaxChunkBytes, standard.MaxChunk);
        fault = message < LeastMessage ? $"accepts messages of {message} bytes; expected {LeastMessage} or more"
            : chunk < LeastChunk ? $"accepts chunks of {chunk} bytes; expected {LeastChunk} or more"
            : null;
        return fault is not null ? null : new CallLimits
        {
            MaxMessage = message,
            MaxChunk = Math.Min(chunk, message - EncodedFrame.Room - EncodedFrame.ChunkRoom),
            InitialCredit = Smaller(InitialCredit, theirs?.InitialCreditBytes, standard.InitialCredit),
            MaxCalls = Smaller(MaxCalls, theirs?.MaxConcurrentCalls, standard.MaxCalls),
            MaxWholeBody = Smaller(MaxWholeBody, theirs?.MaxWholeBodyBytes, standard.MaxWholeBody),
        };
    }

    private static int Smaller(int ours, uint? theirs, int standard) =>
        (int)Math.Min((uint)ours, theirs is null or 0 ? (uint)standard : theirs.Value);
}
