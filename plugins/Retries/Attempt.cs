using System.IO.Pipelines;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Retries;

/// <summary>The limits of one attempt: its own time, which ends with the head of the answer, and the call's, which does not.</summary>
internal sealed class Attempt : IDisposable
{
    private const int Running = 0;
    private const int TooLate = 1;
    private const int Done = 2;

    private readonly CancellationTokenSource _end;
    private readonly ITimer _limit;
    private int _state;

    /// <summary>Begins.</summary>
    public Attempt(TimeSpan limit, TimeProvider time, CancellationToken outer)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _limit = time.CreateTimer(static state => ((Attempt)state!).PassLimit(), this, limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Fires when a limit passes.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Ends the attempt's own limit, which ends nothing from then on; false when it has passed.</summary>
    public bool TryEndLimit()
    {
        _limit.Dispose();
        return Interlocked.CompareExchange(ref _state, Done, Running) == Running;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TryEndLimit();
        // The timer's thread may just be about to fire it.
        if (Volatile.Read(ref _state) == Done)
            _end.Dispose();
    }

    // A timer that was stopped may still be on its way: it must not cut an answer that the client is getting.
    private void PassLimit()
    {
        if (Interlocked.CompareExchange(ref _state, TooLate, Running) == Running)
            _end.Cancel();
    }
}

/// <summary>An answer whose connection still listens to the token of its attempt.</summary>
internal sealed class AttemptResponse(ClientResponse inner, Attempt attempt) : DelegatingResponse(inner)
{
    /// <inheritdoc/>
    public override ValueTask<PooledBytes> ReadAllAsync(int maxLength, CancellationToken cancellationToken) => Inner.ReadAllAsync(maxLength, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CopyToAsync(PipeWriter writer, CancellationToken cancellationToken) => Inner.CopyToAsync(writer, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        attempt.Dispose();
    }
}
