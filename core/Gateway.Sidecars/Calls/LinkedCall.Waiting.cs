using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Calls;

// A call's turn among those that wait for a place.
internal sealed partial class LinkedCall
{
    /// <summary>Its neighbours among those that wait; under the lock of the table, as all here.</summary>
    public LinkedCall? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    public LinkedCall? Next { get; set; }

    /// <summary>Whether it waits for a place.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether it has been given one.</summary>
    public bool HasPlace { get; private set; }

    /// <summary>Room that its start will take.</summary>
    public int StartWeight { get; private set; }

    /// <summary>When it began to wait.</summary>
    public long WaitsSince { get; private set; }

    /// <summary>Begins to wait.</summary>
    public void Queue(int weight) => (IsQueued, StartWeight, WaitsSince) = (true, weight, _stream.Now);

    /// <summary>Gives it a place.</summary>
    public void Grant()
    {
        HasPlace = true;
        Tell(default);
    }

    /// <summary>Tells it that it gets none.</summary>
    public void Refuse(CallLoss loss) => Tell(new(null, null, loss));

    private void Tell(in CallStep step)
    {
        bool wakes;
        lock (_gate)
            wakes = Post(step, 0);
        if (wakes)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async ValueTask<CallLoss?> StartLaterAsync(CallStart start, int size, CancellationToken cancellationToken)
    {
        try
        {
            var step = await TakeAsync(cancellationToken).ConfigureAwait(false);
            return step.Loss ?? Begin(start, size);
        }
        catch (OperationCanceledException)
        {
            _stream.Table.Withdraw(this);
            throw;
        }
    }
}
