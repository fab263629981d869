using Gateway.Sidecars.Processes;

namespace Gateway.Sidecars.Supervision;

/// <summary>The connection to a sidecar that has answered the handshake.</summary>
public interface ISidecarLink : IAsyncDisposable
{
    /// <summary>Completes when calls can no longer go over it; never faults.</summary>
    Task Broken { get; }

    /// <summary>Why it is broken, as the end of "the sidecar …"; empty while it is not.</summary>
    string Reason { get; }

    /// <summary>Completes when it says that it is going to end and wants no new calls; never faults.</summary>
    Task Leaving { get; }

    /// <summary>Messages with frames of calls that it has sent: grows as long as it works, whatever it says of its health.</summary>
    long Heard => 0;

    /// <summary>Asks whether it is well. Answers within the token's time, or throws.</summary>
    Task<bool> IsHealthyAsync(CancellationToken cancellationToken);

    /// <summary>Ends it: every call on it is lost at once.</summary>
    /// <param name="reason">Why, as the end of "the sidecar …".</param>
    void Lose(string reason);

    /// <summary>Tells it that no more calls come, and waits until those that run have ended.</summary>
    Task DrainAsync(CancellationToken cancellationToken);
}

/// <summary>Connects to a sidecar and shakes hands with it.</summary>
/// <param name="process">The process that was started, or <see langword="null"/> for one that somebody else runs.</param>
/// <param name="cancellationToken">Fires when it takes too long, or the process has ended.</param>
/// <exception cref="SidecarException">It cannot be used; trying again does not help when <see cref="SidecarException.IsFinal"/>.</exception>
public delegate Task<ISidecarLink> SidecarConnect(SidecarProcess? process, CancellationToken cancellationToken);

/// <summary>Why a sidecar cannot be used, for operators.</summary>
/// <param name="message">What is wrong and what to do.</param>
public sealed class SidecarException(string message) : Exception(message)
{
    /// <summary>Whether the same build of it will fail again, so that it is tried as rarely as one in a crash loop.</summary>
    public bool IsFinal { get; init; }
}
