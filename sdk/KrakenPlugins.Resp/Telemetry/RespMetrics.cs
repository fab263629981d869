using System.Diagnostics.Metrics;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Telemetry;

/// <summary>
/// Instruments of one pool, under the names of the Go client's instrumentation, which dashboards query (TRF-079, OBS-077 ff.). Where it counts
/// connections of which each carries one command, these count commands that share one.
/// </summary>
public sealed class RespMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "KrakenPlugins.Redis";

    private static readonly string[] s_outcomes = [.. Enum.GetNames<RedisFailure>().Select(static name => name.ToLowerInvariant()), "canceled"];

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _createTime;
    private readonly Histogram<double> _useTime;
    private readonly KeyValuePair<string, object?>[] _created;
    private readonly KeyValuePair<string, object?>[] _refused;
    private readonly KeyValuePair<string, object?>[][] _outcomes;
    private long _timeouts;

    /// <summary>Instruments of a pool; they are told by its options.</summary>
    /// <param name="pool">Its name, the value of <c>pool.name</c>.</param>
    /// <param name="maxIdle">Idle connections at most, as configured.</param>
    /// <param name="minIdle">Idle connections at least, as configured.</param>
    public RespMetrics(string pool, int maxIdle, int minIdle)
    {
        var name = new KeyValuePair<string, object?>("pool.name", pool);
        _created = [name, new("status", "ok")];
        _refused = [name, new("status", "error")];
        _outcomes = [.. s_outcomes.Select((outcome, i) => i == 0
            ? new KeyValuePair<string, object?>[] { name, new("type", "command"), new("status", "ok") }
            : [name, new("type", "command"), new("status", "error"), new("error_type", outcome)])];
        _createTime = _meter.CreateHistogram<double>("db.client.connections.create_time", "ms", "The time it took to create a new connection.");
        _useTime = _meter.CreateHistogram<double>("db.client.connections.use_time", "ms", "The time between a command and its reply.");
        Observe("timeouts", "{timeout}", "Commands that waited in vain for their turn.", () => Volatile.Read(ref _timeouts), name);
        Observe("max", "{connection}", "Commands that may be in flight at once.", () => Client is { } client ? client.Options.MaxInFlight > 0 ? client.Options.MaxInFlight : client.Options.MaxPending : 0, name);
        Observe("idle.max", "{connection}", "Idle connections at most, as configured.", () => maxIdle, name);
        Observe("idle.min", "{connection}", "Idle connections at least, as configured.", () => minIdle, name);
        var (idle, used) = (new[] { name, new("state", "idle") }, new[] { name, new("state", "used") });
        _meter.CreateObservableUpDownCounter("db.client.connections.usage", () => Usage(idle, used), "{connection}", "Connections on which nothing waits, and commands in flight.");
    }

    /// <summary>Whose they are.</summary>
    internal RespClient? Client { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>Whether anybody wants to know how long commands take.</summary>
    internal bool IsTiming => _useTime.Enabled;

    internal void Dialled(TimeSpan took, bool isGood) => _createTime.Record(took.TotalMilliseconds, isGood ? _created : _refused);

    internal void TimedOut() => Interlocked.Increment(ref _timeouts);

    /// <summary>A command has ended; <see langword="null"/> when its caller went away.</summary>
    internal void Ended(TimeSpan took, RedisFailure? failure) =>
        _useTime.Record(took.TotalMilliseconds, _outcomes[failure is { } known ? (int)known : _outcomes.Length - 1]);

    private void Observe(string name, string unit, string description, Func<long> value, KeyValuePair<string, object?> pool) =>
        _meter.CreateObservableUpDownCounter($"db.client.connections.{name}", () => new Measurement<long>(value(), pool), unit, description);

    private IEnumerable<Measurement<long>> Usage(KeyValuePair<string, object?>[] idle, KeyValuePair<string, object?>[] used)
    {
        var (connections, busy, waiting) = Client?.Usage ?? default;
        return [new(connections - busy, idle), new(waiting, used)];
    }
}
