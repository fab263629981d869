using KrakenPlugins.Resp.Clusters;
using KrakenPlugins.Resp.Connections;
using KrakenPlugins.Resp.Telemetry;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp;

/// <summary>
/// A server or a cluster of servers for many callers. Connects in the background from its creation on, and again for ever; while it is
/// known that nobody answers, commands fail at once. Source: Redis serialization protocol specification; TRF-072 to TRF-078.
/// </summary>
public abstract class RespClient : IRedisPool, IAsyncDisposable
{
    private readonly RespClock _clock;
    private readonly RespAdmission? _admission;

    private protected RespClient(RespOptions options)
    {
        Options = options;
        Calls = new RespCallStack(this);
        _clock = new RespClock(this);
        if (options.MaxInFlight > 0)
            _admission = new RespAdmission(this);
    }

    /// <inheritdoc/>
    public string Name => Options.Name;

    /// <inheritdoc/>
    public abstract bool IsCluster { get; }

    /// <inheritdoc/>
    public abstract bool IsReady { get; }

    /// <summary>Why it is not ready, in a line; <see langword="null"/> when it is, or has not tried yet.</summary>
    public abstract string? Down { get; }

    /// <summary>Connections, how many of them commands wait on, and how many commands wait.</summary>
    internal abstract (int All, int Used, int Waiting) Usage { get; }

    internal RespOptions Options { get; }

    internal RespCallStack Calls { get; }

    internal long Now => Options.Time.GetTimestamp();

    /// <summary>A client of one server.</summary>
    public static RespClient Connect(RespAddress address, RespOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Measured(new RespServer(address, options));
    }

    /// <summary>A client of a cluster.</summary>
    /// <param name="members">Some of its servers, at least one.</param>
    /// <param name="options">How to connect.</param>
    public static RespClient ConnectCluster(IReadOnlyList<RespAddress> members, RespOptions options)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(members.Count);
        return Measured(new RespCluster(members, options));
    }

    /// <inheritdoc/>
    public ValueTask<RedisReply> ExecuteAsync(ReadOnlySpan<RedisArgument> command, RedisCall call, CancellationToken cancellationToken = default)
    {
        SharedCommands.Check(command);
        var taken = Calls.Take();
        taken.Set(command, call, DeadlineOf(call), IsCluster && command.Length > 1 ? KeySlot.Of(command[1]) : -1);
        taken.Span = Options.Traces?.Start(command[0].Text!);
        return Start(taken, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<RedisReply> EvaluateAsync(RedisScript script, ReadOnlySpan<RedisArgument> keys, ReadOnlySpan<RedisArgument> arguments, RedisCall call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(script);
        var taken = Calls.Take();
        taken.Set(script, keys, arguments, call, DeadlineOf(call), IsCluster && keys.Length > 0 ? KeySlot.Of(keys[0]) : -1);
        taken.Span = Options.Traces?.Start("EVALSHA");
        return Start(taken, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _clock.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends a call to the server that it belongs to.</summary>
    internal void Dispatch(RespCall call)
    {
        if (!call.IsDone)
            Send(call, Route(call.Slot), isAsking: false);
    }

    /// <summary>Sends a call to a server; <see langword="null"/> when none is known.</summary>
    internal void Send(RespCall call, RespNode? node, bool isAsking)
    {
        if (node is not null)
            call.Span?.SetTag("server.address", node.Address.Host).SetTag("server.port", node.Address.Port);
        switch (node?.Send(call, isAsking) ?? Unrouted)
        {
            case SendResult.Queued:
                _clock.Wake();
                break;
            case SendResult.Full:
                call.Complete(RedisReply.Failed(RedisFailure.Busy, "too many commands wait for the server"));
                break;
            case SendResult.Connecting:
                Park(call, TimeSpan.Zero);
                break;
            default:
                call.Complete(RedisReply.Failed(RedisFailure.Unavailable, node?.Down ?? Down ?? "no server is known for the key"));
                break;
        }
    }

    /// <summary>Takes a server's answer.</summary>
    internal void Answer(RespCall call, RespNode node, RedisReply reply)
    {
        if (reply.IsFailed && !call.IsDone && TryRepair(call, node, reply.Error))
            return;
        call.Complete(reply);
    }

    /// <summary>Takes back a call whose connection ended.</summary>
    internal void Interrupt(RespCall call, bool wasSent, string reason)
    {
        if (call.Deadline <= Now)
        {
            call.Complete(RedisReply.Failed(RedisFailure.Timeout, "no answer in time"));
            return;
        }
        if (call.IsDone || ((!wasSent || call.IsRepeatable) && TryAgain(call, reason)))
            return;
        call.Complete(RedisReply.Failed(wasSent ? RedisFailure.Lost : RedisFailure.Unavailable, reason));
    }

    /// <summary>A call that was admitted has ended.</summary>
    internal void Leave() => _admission?.Leave();

    /// <summary>A caller has been told.</summary>
    internal void Told(RespCall call, RedisFailure? failure)
    {
        if (Options.Metrics is { IsTiming: true } metrics)
            metrics.Ended(Options.Time.GetElapsedTime(call.Started), failure);
        if (call.Span is { } span)
            RespTraces.End(span, failure);
    }

    /// <summary>Tells of a connection made or lost.</summary>
    internal virtual void Report(RespAddress address, string? failure) => Options.Connection?.Invoke(address, failure);

    /// <summary>Looks after the calls of all connections.</summary>
    /// <returns>Whether any waits.</returns>
    internal bool Expire(long now, List<RespCall> expired)
    {
        var any = ExpireNodes(now, expired);
        return (_admission is not null && _admission.Expire(now)) || any;
    }

    internal void Wake() => _clock.Wake();

    internal long After(TimeSpan time) => Now + Ticks(time);

    internal long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Options.Time.TimestampFrequency);

    private protected abstract RespNode? Route(int slot);

    private protected abstract SendResult Unrouted { get; }

    private protected abstract bool ExpireNodes(long now, List<RespCall> expired);

    private protected abstract ValueTask CloseAsync();

    /// <summary>Follows what a cluster says.</summary>
    private protected virtual bool TryRedirect(RespCall call, RespNode node, string error) => false;

    /// <summary>Errors after which a command that did not run is sent once more.</summary>
    private bool TryRepair(RespCall call, RespNode node, string error)
    {
        var space = error.IndexOf(' ', StringComparison.Ordinal);
        switch (space < 0 ? error : error[..space])
        {
            case "NOSCRIPT":
                if (!call.TrySendText())
                    return false;
                Send(call, node, isAsking: false);
                return true;
            case "MOVED" or "ASK":
                return TryRedirect(call, node, error);
            case "LOADING" or "CLUSTERDOWN" or "TRYAGAIN" or "MASTERDOWN":
                if (!TryAgain(call, error))
                    call.Complete(RedisReply.Failed(RedisFailure.Unavailable, error));
                return true;
            case "READONLY":
                node.Renew();
                return false;
            // Until Redis 6 what a script ran into stands in the middle.
            case "ERR" when error.Contains(" -READONLY ", StringComparison.Ordinal):
                node.Renew();
                return false;
            default:
                return false;
        }
    }

    /// <summary>Parks a call for a random, growing time (TRF-077).</summary>
    private bool TryAgain(RespCall call, string reason)
    {
        if (call.Retries >= Options.MaxRetries)
            return false;
        var longest = Math.Min(Options.MaxRetryBackoff.TotalMilliseconds, Options.MinRetryBackoff.TotalMilliseconds * (1 << Math.Min(++call.Retries, 20)));
        var shortest = Math.Min(Options.MinRetryBackoff.TotalMilliseconds, longest);
        call.LastError = reason;
        Park(call, TimeSpan.FromMilliseconds(shortest + (Random.Shared.NextDouble() * (longest - shortest))));
        return true;
    }

    private void Park(RespCall call, TimeSpan pause)
    {
        if (!_clock.TryPark(call, After(pause)))
            call.Complete(RedisReply.Failed(RedisFailure.Busy, "too many commands wait for the server"));
    }

    private static RespClient Measured(RespClient client)
    {
        if (client.Options.Metrics is { } metrics)
            metrics.Client = client;
        return client;
    }

    private ValueTask<RedisReply> Start(RespCall call, CancellationToken cancellationToken)
    {
        var task = call.Task;
        if (cancellationToken.CanBeCanceled)
            call.Observe(cancellationToken);
        // The caller's own share keeps it until the result was taken.
        if (_admission is null)
            Dispatch(call);
        else
            _admission.Enter(call);
        return task;
    }

    private long DeadlineOf(RedisCall call)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(call.Timeout, TimeSpan.Zero, nameof(call));
        return After(call.Timeout);
    }
}
