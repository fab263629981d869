using System.Collections.Concurrent;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sidecar.Components;
using KrakenPlugins.Sidecar.Hosting;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>One configuration: an instance of the plugin, and the components that it made. Ends when it was retired and its last call has ended.</summary>
internal sealed class Generation : IAsyncDisposable
{
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(10);

    private readonly GatewayPlugin _plugin;
    private readonly ComponentCatalog _catalog;
    private readonly PlaceTable _table;
    private readonly List<ComponentPlace> _places = [];
    private readonly List<object> _components = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // One more than calls under way, until it is retired.
    private int _users = 1;
    private bool _isStarted;

    public Generation(GatewayPlugin plugin, PluginIdentity identity, PlaceTable table, CarriedState carried, ProcessLog log)
    {
        _plugin = plugin;
        _catalog = new ComponentCatalog(plugin);
        _table = table;
        Identity = identity;
        Carried = carried.NewShare();
        Log = log;
        Outgoing = new OwnCalls();
    }

    /// <summary>What the plugin is.</summary>
    public PluginIdentity Identity { get; }

    /// <summary>State that outlives the generation.</summary>
    public CarriedState.Share Carried { get; }

    /// <summary>Log of the process.</summary>
    public ProcessLog Log { get; }

    /// <summary>Calls of components' own.</summary>
    public OwnCalls Outgoing { get; }

    /// <summary>Fires when it is retired.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>States for the gateway's health report, one per namespace.</summary>
    public ConcurrentDictionary<string, IHealthContributor> Health { get; } = new(StringComparer.Ordinal);

    /// <summary>Begins a call; <see langword="false"/> once it has ended.</summary>
    public bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }
        return false;
    }

    /// <summary>Ends a call.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _idle.TrySetResult();
    }

    /// <summary>Builds components for places, and starts the plugin's own work with the first of them.</summary>
    public async ValueTask<ConfigureResponse> ConfigureAsync(IEnumerable<Place> places, CancellationToken cancellationToken)
    {
        var response = new ConfigureResponse();
        ServicePlace? first = null;
        foreach (var place in places)
        {
            var context = Build(place, response);
            first ??= context;
        }
        if (_isStarted || first is null || HasErrors(response))
            return response;
        _isStarted = true;
        try
        {
            await _plugin.StartAsync(first, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The edge: what the plugin throws refuses the configuration.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Write(Microsoft.Extensions.Logging.LogLevel.Error, $"{_plugin.GetType().Name}.StartAsync failed", exception);
            response.Diagnostics.Add(new Diagnostic { Severity = Severity.Error, Message = $"StartAsync failed: {exception.Message}", RefusesStart = true });
        }
        return response;
    }

    /// <summary>Waits for the last call, stops the plugin's own work and disposes what the factories made.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Leave();
        await _idle.Task.ConfigureAwait(false);
        foreach (var place in _places)
            _table.Remove(place);
        if (_isStarted)
            await StopPluginAsync().ConfigureAwait(false);
        foreach (var component in _components)
        {
            if (!Carried.Holds(component))
                await EndAsync(component).ConfigureAwait(false);
        }
        foreach (var value in Carried.Release())
            await EndAsync(value).ConfigureAwait(false);
        Outgoing.Dispose();
        _stopping.Dispose();
    }

    private ServicePlace? Build(Place place, ConfigureResponse response)
    {
        var found = new ConfigDiagnostics();
        var configured = new ConfiguredPlace { PlaceId = place.PlaceId };
        response.Places.Add(configured);
        ConfigNode? config = null;
        ServicePlace? context = null;
        object? component = null;
        try
        {
            var declared = _catalog.Find(place.Layer, place.Name)
                ?? throw new InvalidOperationException($"the plugin has no component \"{place.Name}\" of the layer {LayerNames.NameOf(place.Layer)}");
            config = ConfigText.Read(place.ConfigJson);
            context = ContextOf(place, config);
            component = declared.Build(config, context, found);
        }
#pragma warning disable CA1031 // The edge: what a factory throws is a finding about its place.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (exception is not NotSupportedException)
                Log.Write(Microsoft.Extensions.Logging.LogLevel.Error, $"{place.LogPrefix}[{place.Name}] cannot be built", exception);
            response.Diagnostics.Add(new Diagnostic { PlaceId = place.PlaceId, Severity = Severity.Error, Message = exception.Message });
        }
        foreach (var finding in found.All)
            response.Diagnostics.Add(Findings.ToMessage(place, config, finding));
        configured.IsUnused = component is null;
        if (component is not null)
            Add(place, component, configured);
        if (context is EndpointPlaceContext endpoint)
            configured.PropagatedHeaders.AddRange(endpoint.PropagatedHeaders);
        return context;
    }

    private void Add(Place place, object component, ConfiguredPlace configured)
    {
        var needs = Identity.NeedsOf(place.Layer, place.Name);
        configured.Needs = needs;
        var built = new ComponentPlace(place, component, needs, this);
        // Factories may give one component to several places.
        if (!_components.Exists(c => ReferenceEquals(c, component)))
            _components.Add(component);
        _places.Add(built);
        _table.Add(built);
    }

    private ServicePlace ContextOf(Place place, ConfigNode config) => place.Layer switch
    {
        Layer.Server or Layer.HttpServer => new ServicePlace(place, config, this),
        Layer.Backend or Layer.Client or Layer.Executor or Layer.HttpClient => new BackendPlaceContext(place, config, this),
        _ => place.Backend is null ? new EndpointPlaceContext(place, config, this) : new BackendPlaceContext(place, config, this),
    };

    private static bool HasErrors(ConfigureResponse response)
    {
        foreach (var diagnostic in response.Diagnostics)
        {
            if (diagnostic.Severity == Severity.Error)
                return true;
        }
        return false;
    }

    private async ValueTask StopPluginAsync()
    {
        using var limit = new CancellationTokenSource(s_stopLimit);
        try
        {
            await _plugin.StopAsync(limit.Token).AsTask().WaitAsync(s_stopLimit).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The edge: the generation ends all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Write(Microsoft.Extensions.Logging.LogLevel.Error, $"{_plugin.GetType().Name}.StopAsync failed", exception);
        }
    }

    private async ValueTask EndAsync(object component)
    {
        try
        {
            if (component is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            else if (component is IDisposable disposable)
                disposable.Dispose();
        }
#pragma warning disable CA1031 // The edge: the others are disposed all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Write(Microsoft.Extensions.Logging.LogLevel.Error, $"disposing {component.GetType().Name} failed", exception);
        }
    }
}
