using System.IO.Pipelines;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Retries;

/// <summary>The limits of one attempt: its own time, which ends with the head of the answer, and the call's, which does not.</summary>
internal sealed class Attempt : IDisposable
{
    private readonly CancellationTokenSource _own;
    private readonly CancellationTokenSource _both;

    /// <summary>Begins.</summary>
    public Attempt(TimeSpan limit, TimeProvider time, CancellationToken outer)
    {
        _own = new CancellationTokenSource(limit, time);
        _both = CancellationTokenSource.CreateLinkedTokenSource(_own.Token, outer);
    }

    /// <summary>Fires when a limit passes.</summary>
    public CancellationToken Token => _both.Token;

    /// <summary>Ends the attempt's own limit; false when it has passed.</summary>
    public bool TryEndLimit()
    {
        _own.CancelAfter(Timeout.InfiniteTimeSpan);
        return !_own.IsCancellationRequested;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _both.Dispose();
        _own.Dispose();
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
