using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Calls;

/// <summary>
/// One call to a sidecar: the walk of one request through one component. Used by one flow at a time, but for <see cref="SendResult"/>, which several
/// attempts may call beside each other. Disposing it ends it: one that the sidecar has not finished is cancelled there.
/// </summary>
internal abstract class SidecarCall : IAsyncDisposable
{
    /// <summary>Announces a body, whose bytes are read as the sidecar gives credit for them.</summary>
    /// <param name="source">The bytes; read by one reader, at most until the call has ended.</param>
    /// <param name="length">Bytes in all, where known.</param>
    /// <returns>What stands for the body in the message that is sent next.</returns>
    public abstract Body Announce(BodySource source, long? length);

    /// <summary>Sends the start, once the stream has a place for one more call.</summary>
    /// <returns>Why the call cannot be made, or <see langword="null"/>.</returns>
    public abstract ValueTask<CallLoss?> StartAsync(CallStart start, CancellationToken cancellationToken);

    /// <summary>Waits for what the sidecar wants next. Chunks and credit are dealt with beneath.</summary>
    /// <exception cref="OperationCanceledException">The token fired; the call is still to be disposed.</exception>
    public abstract ValueTask<CallStep> NextAsync(CancellationToken cancellationToken);

    /// <summary>Tells what came of an attempt. Has no effect once the call has ended.</summary>
    public abstract void SendResult(CallResult result);

    /// <summary>The body that a message of the sidecar announced or holds.</summary>
    public abstract SidecarBody Open(Body body);

    /// <summary>Ends the call for a reason that the sidecar is told; without effect on one that has ended.</summary>
    public abstract void Cancel(CancelReason reason);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

/// <summary>What a sidecar wants: exactly one of the three is set.</summary>
/// <param name="Proceed">To go on.</param>
/// <param name="Finish">To be done.</param>
/// <param name="Loss">Nothing more: the call is lost.</param>
internal readonly record struct CallStep(Proceed? Proceed, Finish? Finish, CallLoss? Loss);

/// <summary>Why a call came to nothing.</summary>
/// <param name="Reason">Why, for the layer.</param>
/// <param name="Message">Why, for the log; no secrets.</param>
internal sealed record CallLoss(LossReason Reason, string Message);

/// <summary>Kinds of <see cref="CallLoss"/>.</summary>
internal enum LossReason
{
    /// <summary>The process or its connection ended, or there is none.</summary>
    Gone,
    /// <summary>The sidecar owed an answer for too long.</summary>
    Late,
    /// <summary>It broke the protocol in this call.</summary>
    Protocol,
    /// <summary>Too many calls wait already.</summary>
    Overloaded,
    /// <summary>The sidecar does not take the configuration of the place.</summary>
    Closed,
    /// <summary>The place needs no component.</summary>
    Unused,
}

/// <summary>A body that the gateway has and a sidecar may ask for.</summary>
internal abstract class BodySource
{
    private volatile bool _isTaken;

    /// <summary>Whether the sidecar has given credit for it, and so took it over: what goes on is what the sidecar sends.</summary>
    public bool IsTaken => _isTaken;

    /// <summary>Notes that the sidecar takes the body over.</summary>
    public void Take() => _isTaken = true;

    /// <summary>Reads some bytes; 0 at the end. Throws <see cref="IOException"/> when the body breaks off.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);
}

/// <summary>A body that a sidecar sends. Dispose it in every case; what of it was not read then is dropped as it comes.</summary>
internal abstract class SidecarBody : IDisposable
{
    /// <summary>Bytes in all, where known.</summary>
    public abstract long? Length { get; }

    /// <summary>The bytes of a body that came as a whole; <see langword="null"/> for one in chunks.</summary>
    public abstract ReadOnlyMemory<byte>? Whole { get; }

    /// <summary>Reads some bytes; 0 at the end. Throws <see cref="IOException"/> when the body or the call breaks off.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract void Dispose();
}
