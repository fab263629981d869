using System.Collections.Concurrent;
using KrakenPlugins.Resp;
using KrakenPlugins.Resp.Telemetry;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Redis;

/// <summary>
/// The connections of a name, kept over reloads that leave its settings as they are. Logs what changes, not every attempt.
/// </summary>
internal sealed partial class SharedPool : IAsyncDisposable
{
    private const int MostServers = 1000;

    private readonly ConcurrentDictionary<RespAddress, bool> _states = new();
    private readonly string _name;
    private readonly RespMetrics? _metrics;
    private readonly RespTraces? _traces;
    private volatile ILogger _logger;

    public SharedPool(IReadOnlyList<RespAddress> addresses, bool isCluster, RespOptions options, PoolSettings settings, ILogger logger)
    {
        _logger = logger;
        _name = options.Name;
        var telemetry = settings.Opentelemetry;
        _metrics = telemetry.DisableMetrics ? null : new RespMetrics(_name, settings.MaxIdleConns, settings.MinIdleConns);
        _traces = telemetry.DisableTraces ? null : new RespTraces(_name, options.Database, telemetry.TracesStaticAttributes.Select(static a => KeyValuePair.Create(a.Key, a.Value)));
        options = options with { Metrics = _metrics, Traces = _traces, Connection = Report };
        Client = isCluster ? RespClient.ConnectCluster(addresses, options) : RespClient.Connect(addresses[0], options);
    }

    /// <summary>The client.</summary>
    public RespClient Client { get; }

    /// <summary>Logs with the newest configuration's log from now on.</summary>
    public void LogTo(ILogger logger) => _logger = logger;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync().ConfigureAwait(false);
        _metrics?.Dispose();
        _traces?.Dispose();
    }

    private void Report(RespAddress address, string? failure)
    {
        if (_states.TryGetValue(address, out var wasConnected) && wasConnected == (failure is null))
            return;
        // A cluster may name servers without end.
        if (_states.Count >= MostServers)
            _states.Clear();
        _states[address] = failure is null;
        if (failure is null)
            Log.Connected(_logger, _name, address.ToString());
        else
            Log.Lost(_logger, _name, address.ToString(), failure);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Redis] {Name}: connected to {Address}")]
        public static partial void Connected(ILogger logger, string name, string address);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Redis] {Name}: no connection to {Address}: {Reason}")]
        public static partial void Lost(ILogger logger, string name, string address, string reason);
    }
}
