using Microsoft.Extensions.ObjectPool;

namespace Gateway.Core.Proxy;

/// <summary>
/// A cancellation source with a time limit, tied to an outer token, reused across requests: arming its timer and registering with
/// the outer token allocate nothing after the first use.
/// </summary>
internal sealed class Deadline
{
    private static readonly DefaultObjectPool<Deadline> s_pool = new(new Policy(), 1024);

    private CancellationTokenSource _source = new();
    private CancellationTokenRegistration _outer;

    /// <summary>Fires when the time is up or the outer token fired.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether it has fired.</summary>
    public bool IsExpired => _source.IsCancellationRequested;

    /// <summary>A deadline from now.</summary>
    public static Deadline Start(TimeSpan after, CancellationToken outer)
    {
        var deadline = s_pool.Get();
        deadline._source.CancelAfter(after);
        if (outer.CanBeCanceled)
            deadline._outer = outer.UnsafeRegister(static state => ((Deadline)state!).Cancel(), deadline);
        return deadline;
    }

    /// <summary>Fires now.</summary>
    public void Cancel() => _source.Cancel();

    /// <summary>Ends the use; the token must not be used any more.</summary>
    public void Return()
    {
        _outer.Dispose();
        _outer = default;
        s_pool.Return(this);
    }

    private sealed class Policy : PooledObjectPolicy<Deadline>
    {
        public override Deadline Create() => new();

        // A source that fired stays with whoever still observes it.
        public override bool Return(Deadline deadline)
        {
            if (deadline._source.TryReset())
                return true;
            deadline._source = new CancellationTokenSource();
            return true;
        }
    }
}
