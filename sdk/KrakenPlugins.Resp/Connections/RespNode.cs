namespace KrakenPlugins.Resp.Connections;

/// <summary>A server, and the one connection to it, which is made again whenever it ends.</summary>
internal sealed class RespNode : IDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan s_reach = TimeSpan.FromMilliseconds(800);

    private readonly CancellationTokenSource _stop = new();
    private volatile RespConnection? _connection;
    private volatile string? _down;
    private bool _wasConnected;
    private int _attempts;

    /// <summary>Begins to connect.</summary>
    public RespNode(RespClient client, RespAddress address)
    {
        Client = client;
        Address = address;
        Running = Task.Run(RunAsync);
    }

    /// <summary>Whose it is.</summary>
    public RespClient Client { get; }

    /// <summary>Where it is.</summary>
    public RespAddress Address { get; }

    /// <summary>Ends after it was disposed; does not fail.</summary>
    public Task Running { get; }

    /// <summary>Whether there is a connection.</summary>
    public bool IsReady => _connection is not null;

    /// <summary>
    /// Why commands fail at once; <see langword="null"/> while there is a connection, and in the moment in which a new one may still come.
    /// </summary>
    public string? Down => _down;

    /// <summary>Connections, and how many of them commands wait on.</summary>
    public (int All, int Used, int Waiting) Usage => _connection is { } connection ? (1, Math.Min(connection.Waiting, 1), connection.Waiting) : default;

    /// <summary>Sends a command.</summary>
    public SendResult Send(RespCall call, bool isAsking)
    {
        var result = _connection?.Send(call, isAsking) ?? SendResult.Closed;
        return result == SendResult.Closed && _down is null ? SendResult.Connecting : result;
    }

    /// <summary>See <see cref="RespConnection.Expire"/>.</summary>
    public bool Expire(long now, List<RespCall> expired) => _connection is { } connection && connection.Expire(now, expired);

    /// <summary>See <see cref="RespConnection.Renew"/>.</summary>
    public void Renew() => _connection?.Renew();

    /// <summary>Ends the connection and makes no other.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _connection?.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = s_firstPause;
        while (!_stop.IsCancellationRequested)
        {
            string reason;
            try
            {
                reason = await ConnectAsync().ConfigureAwait(false);
                pause = s_firstPause;
            }
            catch (Exception failure)
            {
                // Whatever it is, the server is away, and the next attempt may succeed.
                reason = failure is OperationCanceledException ? "no answer in time" : failure.Message;
                _down = reason;
            }
            if (_stop.IsCancellationRequested)
                break;
            Client.Report(Address, reason);
            await PauseAsync(pause).ConfigureAwait(false);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
        _down ??= "closed";
    }

    /// <summary>One connection, until it ends.</summary>
    /// <returns>Why it ended.</returns>
    private async Task<string> ConnectAsync()
    {
        using var connection = await DialAsync().ConfigureAwait(false);
        _wasConnected = true;
        _attempts = 0;
        _down = null;
        _connection = connection;
        try
        {
            if (_stop.IsCancellationRequested)
                connection.Dispose();
            Client.Report(Address, null);
            await connection.ReadAsync().ConfigureAwait(false);
            var reason = await connection.Ended.ConfigureAwait(false);
            // One that hangs will not be back in a moment, as one that restarts may be.
            if (connection.IsStalled)
                _down = reason;
            return reason;
        }
        finally
        {
            _connection = null;
        }
    }

    /// <summary>Connects; when that takes longer than a moment, nobody waits for it any more.</summary>
    private async Task<RespConnection> DialAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(Client.Options.DialTimeout);
        var start = Client.Options.Time.GetTimestamp();
        var dialing = RespConnection.OpenAsync(this, Reach(), limit.Token);
        var grace = Client.Options.DialGrace * (_wasConnected ? 1 : 8);
        if (_down is null && await Task.WhenAny(dialing, Task.Delay(grace, Client.Options.Time, limit.Token)).ConfigureAwait(false) != dialing)
            _down = "connecting takes long";
        try
        {
            var connection = await dialing.ConfigureAwait(false);
            Client.Options.Metrics?.Dialled(Client.Options.Time.GetElapsedTime(start), isGood: true);
            return connection;
        }
        catch
        {
            Client.Options.Metrics?.Dialled(Client.Options.Time.GetElapsedTime(start), isGood: false);
            throw;
        }
    }

    // Who was unreachable is asked again by the system after 1, 3 and 7 seconds; another attempt finds one that is back sooner. Every fourth
    // takes all the time that it may.
    private TimeSpan Reach()
    {
        var longest = Client.Options.DialTimeout;
        return ++_attempts % 4 != 0 && s_reach < longest ? s_reach : longest;
    }

    // Between half of the pause and all of it, so that many gateways do not come back as one.
    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), Client.Options.Time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }
}
