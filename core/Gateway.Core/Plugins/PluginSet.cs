using Gateway.Core.Plugins.Processes;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins;

/// <summary>The plugins of one configuration: an instance of each, and what they declared.</summary>
internal sealed class PluginSet(PluginHost? host, PluginRegistry? registry = null) : IAsyncDisposable
{
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(10);

    private readonly List<(PluginCode Code, GatewayPlugin Plugin, PluginOwner Owner)> _plugins = [];
    private readonly List<(GatewayPlugin Plugin, PluginOwner Owner)> _started = [];

    /// <summary>What was declared.</summary>
    public PluginRegistry Registry { get; } = registry ?? new();

    /// <summary>Whether there is any plugin.</summary>
    public bool IsEmpty => _plugins.Count == 0;

    /// <summary>The manifests of the plugins.</summary>
    public IEnumerable<PluginManifest> Manifests => _plugins.Select(static p => p.Code.Plugin.Manifest!);

    /// <summary>What is to be told of each plugin.</summary>
    public IReadOnlyList<PluginState> States => [.. _plugins.Select(p => new PluginState(
        p.Code.Plugin.Id, p.Code.Plugin.Manifest!.Version, p.Code.Plugin.Folder, _started.Exists(s => s.Owner == p.Owner), p.Owner.Faults) { Process = p.Code.Status })];

    /// <summary>How the processes of plugins are, by id.</summary>
    public IEnumerable<KeyValuePair<string, Func<ProcessStatus>>> Processes =>
        _plugins.Where(static p => p.Code.IsProcess).Select(static p => KeyValuePair.Create<string, Func<ProcessStatus>>(p.Code.Plugin.Id, () => p.Code.Status!));

    /// <summary>Makes an instance and lets it declare its components. Throws <see cref="PluginLoadException"/>.</summary>
    /// <param name="code">Its code, acquired; the set releases it, also when this throws.</param>
    /// <param name="isBypassed">Whether requests pass by a process that is not there.</param>
    /// <param name="logger">Application log.</param>
    public void Add(PluginCode code, bool isBypassed, ILogger logger)
    {
        var owner = new PluginOwner(code.Plugin.Id, code.Plugin.Folder, code.Context, logger) { HasOwnLimits = code.IsProcess };
        GatewayPlugin? instance = null;
        try
        {
            var plugin = instance = Run(code.Plugin, owner, PluginPhase.Construction, () => code.CreateInstance(isBypassed, logger));
            var declared = new PluginRegistry();
            Run<object?>(code.Plugin, owner, PluginPhase.Register, () =>
            {
                declared.Add(plugin, owner);
                return null;
            });
            Compare(code.Plugin, declared.Declared);
            Registry.Add(declared);
            _plugins.Add((code, plugin, owner));
        }
        catch
        {
            if (instance is not null)
                code.End(instance);
            _ = host!.Release(code);
            throw;
        }
    }

    /// <summary>Starts each plugin's own work. Throws <see cref="PluginLoadException"/>; those that were started are stopped with the set.</summary>
    public async Task StartAsync(Server.ServiceContext context, TimeSpan limit, CancellationToken cancellationToken)
    {
        foreach (var (code, plugin, owner) in _plugins)
        {
            // On a thread of its own: it may block where it should wait.
            var starting = Task.Run(() => plugin.StartAsync(context.For(owner, ""), cancellationToken).AsTask(), cancellationToken);
            try
            {
                await starting.WaitAsync(limit, cancellationToken).ConfigureAwait(false);
                _started.Add((plugin, owner));
            }
            catch (TimeoutException) when (!starting.IsFaulted)
            {
                throw new PluginLoadException(code.Plugin, PluginPhase.Start, $"it did not come back within {limit.TotalSeconds:0.#} s", "long work belongs into a task that StartAsync begins and StopAsync ends");
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw PluginErrors.Explain(code.Plugin, PluginPhase.Start, exception);
            }
        }
    }

    /// <summary>Stops what was started, last first, and lets go of the code.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = _started.Count - 1; i >= 0; i--)
        {
            var (plugin, owner) = _started[i];
            using var limit = new CancellationTokenSource(s_stopLimit);
            try
            {
                // On a thread of its own: it may block where it should wait.
                await Task.Run(() => plugin.StopAsync(limit.Token).AsTask()).WaitAsync(s_stopLimit).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                owner.Note(exception, "StopAsync");
            }
        }
        _started.Clear();
        await ReleaseCode().ConfigureAwait(false);
    }

    /// <summary>Lets go of the code of plugins.</summary>
    /// <returns>Completes when the processes that nobody uses any more have ended.</returns>
    public Task ReleaseCode()
    {
        var ends = new List<Task>();
        foreach (var (code, plugin, _) in _plugins)
        {
            code.End(plugin);
            ends.Add(host!.Release(code));
        }
        _plugins.Clear();
        return Task.WhenAll(ends);
    }

    private static T Run<T>(FoundPlugin plugin, PluginOwner owner, PluginPhase phase, Func<T> call)
    {
        try
        {
            using (PluginWatch.Enter(owner, PluginLoadException.Name(phase)))
                return call();
        }
        catch (Exception exception)
        {
            throw PluginErrors.Explain(plugin, phase, exception);
        }
    }

    // A manifest that says more than the code does would make a configuration start without what it asks for.
    private static void Compare(FoundPlugin plugin, IReadOnlyCollection<DeclaredName> declared)
    {
        var promised = DeclaredName.Of(plugin.Manifest!);
        var missing = promised.Except(declared).ToArray();
        var surplus = declared.Except(promised).ToArray();
        if (missing.Length > 0)
            throw new PluginLoadException(plugin, PluginPhase.Register, $"its manifest promises {string.Join(", ", missing)}, which its code does not register", "correct plugin.json or Register");
        if (surplus.Length > 0)
            throw new PluginLoadException(plugin, PluginPhase.Register, $"its code registers {string.Join(", ", surplus)}, of which its manifest says nothing", "add it to plugin.json, or leave it out of Register");
    }
}

/// <summary>A plugin of the configuration that runs.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="IsStarted">Whether its <c>StartAsync</c> has come back.</param>
/// <param name="Faults">Exceptions that left its code under this configuration.</param>
public sealed record PluginState(string Id, string Version, string Folder, bool IsStarted, long Faults)
{
    /// <summary>How its process is; <see langword="null"/> for one that is loaded into the gateway's.</summary>
    public ProcessStatus? Process { get; init; }
}

/// <summary>A name that a plugin declares, as manifest and code both know it.</summary>
/// <param name="Layer">Contract.</param>
/// <param name="Name">Namespace, encoding, way of discovery or name of a kind's plugin.</param>
/// <remarks>A class: collections of a structure of the gateway's own are compiled at run time, which cost every start 20 ms.</remarks>
internal sealed record DeclaredName(string Layer, string Name)
{
    /// <summary>What a manifest promises; one contract may serve several scopes.</summary>
    public static IReadOnlyCollection<DeclaredName> Of(PluginManifest manifest)
    {
        var names = new HashSet<DeclaredName>();
        names.UnionWith(manifest.Namespaces.Select(static n => new DeclaredName(n.Layer, n.Name)));
        names.UnionWith(manifest.Plugins.Select(static n => new DeclaredName(n.Kind, n.Name)));
        names.UnionWith(manifest.Encodings.Select(static n => new DeclaredName(n.Layer, n.Name)));
        names.UnionWith(manifest.Discovery.Select(static n => new DeclaredName("discovery", n.Name)));
        names.UnionWith(manifest.Commands.Select(static n => new DeclaredName("command", n.Name)));
        return names;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Layer} \"{Name}\"";
}
