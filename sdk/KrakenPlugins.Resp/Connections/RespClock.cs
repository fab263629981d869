using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Connections;

/// <summary>
/// Looks every few milliseconds, while any call is on its way, which deadlines are over, and sends those again that wait for that.
/// </summary>
internal sealed class RespClock : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(5);

    private readonly RespClient _client;
    private readonly Lock _gate = new();
    private readonly List<RespCall> _expired = [];
    private readonly ITimer _timer;
    private List<RespCall> _parked = [];
    private List<RespCall> _due = [];
    private volatile bool _isAwake;
    private bool _isClosed;
    private int _isTicking;

    public RespClock(RespClient client)
    {
        _client = client;
        _timer = client.Options.Time.CreateTimer(static self => ((RespClock)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>There is something to look after.</summary>
    public void Wake()
    {
        if (_isAwake)
            return;
        lock (_gate)
        {
            if (_isAwake || _isClosed)
                return;
            _isAwake = true;
            _timer.Change(s_period, s_period);
        }
    }

    /// <summary>Keeps a call until it is due.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryPark(RespCall call, long due)
    {
        lock (_gate)
        {
            if (_isClosed || _parked.Count >= _client.Options.MaxPending)
                return false;
            call.Share();
            call.Due = due;
            _parked.Add(call);
        }
        Wake();
        return true;
    }

    /// <summary>Ends it; parked calls fail.</summary>
    public void Dispose()
    {
        RespCall[] parked;
        lock (_gate)
        {
            _isClosed = true;
            parked = [.. _parked];
            _parked.Clear();
        }
        _timer.Dispose();
        foreach (var call in parked)
        {
            call.Complete(RedisReply.Failed(RedisFailure.Unavailable, "the connection was closed"));
            call.Release();
        }
    }

    private void Tick()
    {
        if (Interlocked.Exchange(ref _isTicking, 1) != 0)
            return;
        var now = _client.Now;
        var any = _client.Expire(now, _expired);
        foreach (var call in _expired)
        {
            call.Complete(RedisReply.Failed(RedisFailure.Timeout, "no answer in time"));
            call.Release();
        }
        _expired.Clear();
        any |= SendDue(now);
        if (!any)
            Rest();
        Volatile.Write(ref _isTicking, 0);
    }

    private bool SendDue(long now)
    {
        lock (_gate)
        {
            if (_parked.Count == 0)
                return false;
            (_parked, _due) = (_due, _parked);
        }
        foreach (var call in _due)
        {
            if (call.Deadline <= now)
                call.Complete(RedisReply.Failed(RedisFailure.Timeout, call.LastError.Length > 0 ? call.LastError : "no connection in time"));
            else if (call.Due <= now)
                _client.Dispatch(call);
            else if (!call.IsDone && !TryPark(call, call.Due))
                call.Complete(RedisReply.Failed(RedisFailure.Busy, "too many commands wait for the server"));
            call.Release();
        }
        _due.Clear();
        return true;
    }

    private void Rest()
    {
        lock (_gate)
        {
            if (_isClosed || _parked.Count > 0)
                return;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _isAwake = false;
        }
        // What was queued between the look and now saw a clock that was awake.
        if (_client.Expire(_client.Now, _expired) || _expired.Count > 0)
            Wake();
    }
}
