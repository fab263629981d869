using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Connections;

/// <summary>Lets a bounded number of calls be in flight; others wait their turn, for so long (TRF-076).</summary>
internal sealed class RespAdmission(RespClient client)
{
    private readonly Lock _gate = new();
    private readonly Queue<RespCall> _waiting = new();
    private int _inFlight;
    private bool _isDraining;

    /// <summary>Sends a call, or lets it wait.</summary>
    public void Enter(RespCall call)
    {
        var isFull = false;
        lock (_gate)
        {
            if (_inFlight < client.Options.MaxInFlight && _waiting.Count == 0)
            {
                if (!call.TryAdmit())
                    return;
                _inFlight++;
            }
            else if (_waiting.Count >= client.Options.MaxPending)
            {
                isFull = true;
            }
            else
            {
                call.Share();
                call.Due = Math.Min(call.Deadline, client.After(client.Options.PoolTimeout));
                _waiting.Enqueue(call);
                call = null!;
            }
        }
        if (isFull)
            call.Complete(Full());
        else if (call is not null)
            client.Dispatch(call);
        else
            client.Wake();
    }

    /// <summary>A call has ended: the next ones go.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _inFlight--;
            // One that ends at once must not send the next from within itself.
            if (_isDraining)
                return;
            _isDraining = true;
        }
        while (TryTakeNext(out var call))
        {
            client.Dispatch(call);
            call.Release();
        }
    }

    /// <summary>Ends calls that have waited too long.</summary>
    /// <returns>Whether any waits.</returns>
    public bool Expire(long now)
    {
        var ended = new List<RespCall>();
        lock (_gate)
        {
            if (_waiting.Count == 0)
                return false;
            foreach (var call in _waiting)
            {
                if (call.Due > now || call.IsDone)
                    continue;
                client.Options.Metrics?.TimedOut();
                call.Share();
                ended.Add(call);
            }
        }
        foreach (var call in ended)
        {
            call.Complete(Full());
            call.Release();
        }
        return true;
    }

    private bool TryTakeNext(out RespCall call)
    {
        lock (_gate)
        {
            while (_inFlight < client.Options.MaxInFlight && _waiting.TryDequeue(out call!))
            {
                if (call.TryAdmit())
                {
                    _inFlight++;
                    return true;
                }
                call.Release();
            }
            _isDraining = false;
            call = null!;
            return false;
        }
    }

    private static RedisReply Full() => RedisReply.Failed(RedisFailure.Busy, "as many commands as \"pool_size\" allows are in flight");
}
