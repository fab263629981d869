using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sidecar.Hosting;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>The configurations that the process serves. They are configured one after the other.</summary>
internal sealed class Generations(PluginSource source, PluginIdentity identity, ProcessLog log) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<ulong, Generation> _generations = [];
    private readonly List<Task> _ending = [];
    private readonly CarriedState _carried = new();
    private volatile Generation? _newest;

    /// <summary>The places of all of them.</summary>
    public PlaceTable Places { get; } = new();

    /// <summary>Builds the components of a generation's places.</summary>
    public async ValueTask<ConfigureResponse> ConfigureAsync(ConfigureRequest request, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_generations.TryGetValue(request.Generation, out var generation))
            {
                generation = new Generation(source.Take(), identity, Places, _carried, log);
                _generations.Add(request.Generation, generation);
                _newest = generation;
            }
            return await generation.ConfigureAsync(request.Places, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Lets a generation end once its calls have; does not wait for them.</summary>
    public async ValueTask RetireAsync(ulong number)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            _ending.RemoveAll(static t => t.IsCompleted);
            if (!_generations.Remove(number, out var generation))
                return;
            if (ReferenceEquals(_newest, generation))
                _newest = null;
            _ending.Add(generation.DisposeAsync().AsTask());
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>How the plugin's parts are, as its newest configuration has them. Does not wait for a configuration that is being built.</summary>
    public HealthResponse Health()
    {
        var response = new HealthResponse { Status = HealthStatus.Serving };
        foreach (var (name, contributor) in _newest?.Health ?? [])
        {
            var state = StateOf(contributor);
            if (state != "ok")
                response.Status = HealthStatus.Degraded;
            response.Message += response.Message.Length == 0 ? $"{name}: {state}" : $"; {name}: {state}";
        }
        return response;
    }

    /// <summary>Ends all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        foreach (var generation in _generations.Values)
            _ending.Add(generation.DisposeAsync().AsTask());
        _generations.Clear();
        var ending = _ending.ToArray();
        _gate.Release();
        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    private static string StateOf(IHealthContributor contributor)
    {
        try
        {
            return contributor.Status;
        }
#pragma warning disable CA1031 // The contract: one that throws is shown as failed.
        catch (Exception)
#pragma warning restore CA1031
        {
            return "failed";
        }
    }
}

/// <summary>Instances of the plugin: one for each configuration.</summary>
/// <param name="first">The one that was given to the library.</param>
/// <param name="create">Makes further ones; the first serves all when <see langword="null"/>.</param>
internal sealed class PluginSource(GatewayPlugin first, Func<GatewayPlugin>? create)
{
    private bool _isFirstTaken;

    /// <summary>What the declarations are read from.</summary>
    public GatewayPlugin First => first;

    /// <summary>An instance for one more configuration.</summary>
    public GatewayPlugin Take()
    {
        if (!_isFirstTaken || create is null)
        {
            _isFirstTaken = true;
            return first;
        }
        return create();
    }
}
