using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Revoker.Http;
using KrakenPlugins.Revoker.State;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Revoker.Server;

/// <summary>
/// The revoke server (AUT-078 to 091): keeps a filter of its own, takes revocations, and spreads them to the gateways that have registered. What it holds
/// outlives reloads.
/// </summary>
internal sealed partial class RevokeServer : IListenerBranch, IRevocations
{
    /// <summary>Name of the server itself among those that have an element.</summary>
    private const string Own = "revoker";

    private readonly RevokerSettings _settings;
    private readonly IServiceContext _context;
    private readonly ServerMemory _memory;
    private readonly Snapshot? _snapshot;
    private readonly ServedFilters _served;
    private readonly ServerApi _api;
    private readonly Pushes _pushes;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _background = new();
    private Task _pinging = Task.CompletedTask;

    private RevokeServer(RevokerSettings settings, IServiceContext context)
    {
        _settings = settings;
        _context = context;
        var time = context.Time;
        var place = settings.Source.Node.Position;
        var isNew = false;
        _memory = context.Carry("memory", settings.Filter.ToNode(place), () =>
        {
            isNew = true;
            return new ServerMemory(settings.Filter, time);
        });
        _served = context.Carry("served", ConfigNode.String(place, ""), static () => new ServedFilters("Revoker"));
        if (settings.SnapshotPath.Length > 0)
        {
            var filter = _memory.Filter;
            _snapshot = context.Carry("snapshot", ConfigNode.String(place, $"{settings.Filter} {settings.SnapshotPath}"), () => new Snapshot(filter, isNew, settings.SnapshotPath, time));
        }
        _pushes = new Pushes(_memory.Instances, Encoding.UTF8.GetBytes(settings.RevokeServerApiKey), settings.RevokeServerMaxWorkers, settings.RevokeServerMaxRetries, context.Logger, time, _stop.Token);
        _api = new ServerApi(new ApiKey(settings.RevokeServerApiKey), this, context);
    }

    /// <inheritdoc/>
    public bool NeedsClearTextHttp2 => false;

    /// <summary>The gateways that have registered.</summary>
    public InstanceTable Instances => _memory.Instances;

    /// <summary>What gateways must have in common with the server.</summary>
    public FilterSettings Filter => _settings.Filter;

    /// <summary>Builds it; <see langword="null"/> with the errors reported when the configuration cannot be used.</summary>
    public static RevokeServer? Create(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics) =>
        RevokerSettings.Read(config, context.Document, diagnostics, isServer: true) is { } settings ? new RevokeServer(settings, context) : null;

    /// <summary>Takes up the snapshot and begins to look after gateways. Throws <see cref="SnapshotException"/>.</summary>
    public async Task StartAsync()
    {
        if (_snapshot is not null)
            await _snapshot.StartAsync(_settings.SnapshotInterval, _context.Logger).ConfigureAwait(false);
        _served.Enter(_memory.Filter, _context.Logger);
        _pinging = PingAsync();
    }

    /// <summary>Ends what <see cref="StartAsync"/> began.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _pinging.ConfigureAwait(false);
        await Task.WhenAll(_background.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pushes.Dispose();
        _served.Leave(_memory.Filter);
    }

    /// <inheritdoc/>
    public bool Accepts(HttpContext context) => _api.Accepts(context.Request.Path);

    /// <inheritdoc/>
    public Task RunAsync(HttpContext context, CancellationToken closing) => _api.ServeAsync(context);

    /// <inheritdoc/>
    public async Task AddAsync(IReadOnlyList<byte[]> elements, CancellationToken cancellationToken)
    {
        foreach (var element in elements)
            _memory.Filter.Add(element);
        // Whoever registers while the pushes run catches up with the filter, which has the elements already.
        await _pushes.AllAsync(client => client.AddAsync(elements)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<(IReadOnlyList<string> Hits, IReadOnlyList<string> Misses)> FindAsync(byte[] element, CancellationToken cancellationToken)
    {
        var instances = _memory.Instances.All;
        var found = new bool[instances.Count];
        await Task.WhenAll(instances.Select((instance, i) => _pushes.ToAsync(instance, async client => found[i] = await client.CheckAsync(element).ConfigureAwait(false)))).ConfigureAwait(false);
        var (hits, misses) = (new List<string>(), new List<string>());
        for (var i = 0; i < found.Length; i++)
            (found[i] ? hits : misses).Add(instances[i].Name);
        (_memory.Filter.Has(element) ? hits : misses).Add(Own);
        return (hits, misses);
    }

    /// <inheritdoc/>
    public void WriteStatus(Utf8JsonWriter json) => StatusJson.Write(json, _settings, _memory.Filter);

    /// <summary>Registers a gateway: connects to it, and lets it catch up when it is new; why it cannot be reached, or <see langword="null"/>.</summary>
    public async Task<string?> RegisterAsync(Instance instance)
    {
        if (await _pushes.TryAsync(instance, client => client.CompareAsync(_settings.Filter)).ConfigureAwait(false) is { } reason)
            return reason;
        if (_memory.Instances.Has(instance))
            return null;
        if (!_memory.Instances.TryAdd(instance))
            return $"{InstanceTable.Most} gateways are registered, which is the limit";
        Log.Registered(_context.Logger, instance.Name);
        Run(CatchUpAsync(instance));
        return null;
    }

    // A server that has lost its memory learns again from the gateways, as long as theirs reaches back before its start.
    private async Task CatchUpAsync(Instance instance)
    {
        var before = _memory.Filter.Capacity;
        if (_memory.IsYoung && !await _pushes.ToAsync(instance, client => client.FetchAsync(_memory.Filter)).ConfigureAwait(false))
            return;
        if (_memory.Filter.Capacity > before)
            await _pushes.AllAsync(client => client.UniteAsync(_memory.Filter)).ConfigureAwait(false);
        else
            await _pushes.ToAsync(instance, client => client.UniteAsync(_memory.Filter)).ConfigureAwait(false);
    }

    private async Task PingAsync()
    {
        using var timer = new PeriodicTimer(_settings.RevokeServerPingInterval, _context.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
                await _pushes.AllAsync(client => client.CompareAsync(_settings.Filter)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The configuration ends.
        }
    }

    private void Run(Task task)
    {
        _background.TryAdd(task, true);
        _ = EndAsync(task);
    }

    private async Task EndAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The gateway registers with the next configuration.
        }
        catch (Exception exception)
        {
            Log.Failed(_context.Logger, exception);
        }
        finally
        {
            _background.TryRemove(task, out _);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Revoker] {Instance} has registered")]
        public static partial void Registered(ILogger logger, string instance);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Revoker] A gateway could not catch up")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}

/// <summary>What the server holds over reloads.</summary>
internal sealed class ServerMemory(FilterSettings settings, TimeProvider time) : IDisposable
{
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>The revoked elements.</summary>
    public RotatingFilter Filter { get; } = new(settings, time);

    /// <summary>The gateways that have registered.</summary>
    public InstanceTable Instances { get; } = new();

    /// <summary>Whether gateways may know of revocations from before the start.</summary>
    public bool IsYoung => time.GetUtcNow() - _started < settings.Period * 2;

    /// <inheritdoc/>
    public void Dispose() => Filter.Dispose();
}
