using Gateway.Core.Configuration;
using Gateway.Core.Plugins.Kinds;
using Gateway.Core.Plugins.Processes;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins;

/// <summary>
/// Finds plugins, loads those that a configuration uses, and keeps their code as long as a configuration runs with it. One per gateway
/// process; loads come one after the other.
/// </summary>
/// <param name="search">Where plugins are looked for.</param>
public sealed partial class PluginHost(PluginSearch search) : IDisposable
{
    private static readonly (string Tag, string[] Kinds)[] s_kindTags =
    [
        ("Executor Plugin", [PluginKinds.HttpClient]),
        ("Handler Plugin", [PluginKinds.HttpServer]),
        ("Modifier Plugin", [PluginKinds.RequestModifier, PluginKinds.ResponseModifier]),
        ("Middleware Plugin", [PluginKinds.Middleware]),
    ];

    // Of one plugin; enough for any real one.
    private const int MostWatched = 2_000;

    private readonly ShadowCopy _copies = new();
    private readonly Dictionary<string, PluginCode> _code = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Reason, string Fingerprint)> _hanging = new(StringComparer.Ordinal);
    private IProcessPlugins? _processes;
    private bool _isStarted;

    /// <summary>Names that a configuration may use although their plugin is missing or broken; <c>*</c> stands for all.</summary>
    public IReadOnlySet<string> AllowMissing { get; init; } = new HashSet<string>();

    /// <summary>Makes what runs plugins in processes of their own; called when the first of them is needed. Without it they are refused.</summary>
    public Func<IProcessPlugins>? Processes { get; init; }

    /// <summary>What is installed, as <see cref="Discover"/> saw it last.</summary>
    public PluginCatalog Catalog { get; private set; } = PluginCatalog.Empty;

    /// <summary>Reads the manifests anew; for <see cref="LoadOptions.PluginFolderKnown"/>.</summary>
    public void Discover(PluginFolderConfig? configured) => Catalog = PluginCatalog.Discover(search, configured);

    /// <summary>Whether an installed plugin handles a namespace in a scope; for <see cref="LoadOptions.IsAvailable"/>.</summary>
    public bool ProvidesNamespace(string scope, string name) => Catalog.ProvidesNamespace(scope, name);

    /// <summary>Whether an installed plugin has an encoding as what an <see cref="EncodingKind"/> says; for <see cref="LoadOptions.IsEncodingAvailable"/>.</summary>
    public bool ProvidesEncoding(string kind, string name) => Catalog.EncodingProviders(kind, name).Any();

    /// <summary>Whether an installed plugin has a service discovery; for <see cref="LoadOptions.IsDiscoveryAvailable"/>.</summary>
    public bool ProvidesDiscovery(string name) => Catalog.DiscoveryProviders(name).Any();

    /// <summary>Whether an installed plugin has one of the language's kinds under a name; for <see cref="LoadOptions.IsKindAvailable"/>.</summary>
    public bool ProvidesKind(string kind, string name) => Catalog.KindProviders(kind, name).Any();

    /// <summary>Everything on disk that a reload might see otherwise: the folders that are searched, and the folders and files of each plugin.</summary>
    public IReadOnlyList<string> WatchedPaths(PluginFolderConfig? configured)
    {
        var paths = search.Folders(configured).Select(static folder => Path.GetFullPath(folder.Path)).ToHashSet(StringComparer.Ordinal);
        foreach (var plugin in Catalog.Plugins)
        {
            paths.Add(plugin.Folder);
            try
            {
                paths.UnionWith(Directory.EnumerateFileSystemEntries(plugin.Folder, "*", SearchOption.AllDirectories).Where(static f => !PluginCode.IsByproduct(f)).Take(MostWatched));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It is just being replaced; its folder is watched, and shows it.
            }
        }
        return [.. paths];
    }

    /// <summary>
    /// Loads the plugins that a configuration uses and lets them declare their components. What a plugin cannot provide is reported for
    /// every name that it is needed for, and the others go on. The result belongs to the caller.
    /// </summary>
    internal PluginSet Load(ServiceConfig config, ConfigDiagnostics diagnostics, ILogger logger)
    {
        ReportCatalog(config, diagnostics, logger);
        ProcessRules.Judge(config.Sidecars, Catalog, diagnostics);
        var set = new PluginSet(this);
        var chosen = new PluginChoice(Catalog, diagnostics).Choose(config, ConfigUse.Of(config));
        var starting = StartProcesses(chosen.Keys, config, logger);
        try
        {
            foreach (var (plugin, names) in chosen)
            {
                try
                {
                    var plan = ProcessPlan.Of(plugin.Manifest!, config.Sidecars.GetValueOrDefault(plugin.Id));
                    set.Add(AcquireCode(plugin, plan, _isStarted, logger), plan.IsBypassed, logger);
                    Log.Loaded(logger, plugin.ToString());
                }
                catch (PluginLoadException exception)
                {
                    ReportBroken(exception, names, diagnostics, logger);
                }
            }
        }
        catch
        {
            _ = set.ReleaseCode();
            throw;
        }
        finally
        {
            foreach (var code in starting)
                _ = Release(code);
        }
        ReportKinds(set, logger);
        if (config.Plugin is not null)
            Log.Completed(logger);
        _isStarted = true;
        return set;
    }

    /// <summary>
    /// Loads one plugin as a configuration that uses it would, and lets it declare its components. Throws <see cref="PluginLoadException"/>.
    /// The result belongs to the caller.
    /// </summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="isCollectible">Whether its code is unloaded with the result, as after a reload.</param>
    /// <param name="logger">Application log.</param>
    internal PluginSet LoadOnly(FoundPlugin plugin, bool isCollectible, ILogger logger)
    {
        var set = new PluginSet(this);
        var plan = ProcessPlan.Of(plugin.Manifest!, null);
        set.Add(AcquireCode(plugin, plan, isCollectible, logger), plan.IsBypassed, logger);
        return set;
    }

    /// <summary>Remembers that this build of a plugin did not come back, so that the next load leaves it out with that reason.</summary>
    internal void MarkHanging(PluginHangException exception)
    {
        if (Catalog.Plugins.FirstOrDefault(p => p.IsUsable && p.Folder == exception.Owner.Folder) is not { } plugin)
            throw new ConfigurationException(exception.Message);
        _hanging[plugin.Folder] = (exception.Message, PluginCode.FingerprintOf(plugin));
    }

    /// <summary>Ends a use of code; what nobody uses any more is forgotten before it is unloaded, so that no load gets hold of it.</summary>
    /// <returns>Completes when a process that nobody uses any more has ended; at once in all other cases.</returns>
    internal Task Release(PluginCode code)
    {
        lock (_code)
        {
            if (!code.Release())
                return Task.CompletedTask;
            if (_code.TryGetValue(code.Plugin.Folder, out var known) && ReferenceEquals(known, code))
                _code.Remove(code.Plugin.Folder);
            return code.Ended;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _copies.Dispose();
        _processes?.Dispose();
    }

    // They take their time beside each other; whether one has started is seen when it is added. The uses that this counts are the caller's to end.
    private List<PluginCode> StartProcesses(IEnumerable<FoundPlugin> chosen, ServiceConfig config, ILogger logger)
    {
        var started = new List<PluginCode>();
        foreach (var plugin in chosen)
        {
            if (!plugin.Manifest!.IsProcess)
                continue;
            try
            {
                started.Add(AcquireCode(plugin, ProcessPlan.Of(plugin.Manifest, config.Sidecars.GetValueOrDefault(plugin.Id)), _isStarted, logger));
            }
            catch (PluginLoadException)
            {
                // Said again, and reported, when it is added.
            }
        }
        return started;
    }

    // Counted as used already, so that a configuration which ends at the same time does not unload it.
    private PluginCode AcquireCode(FoundPlugin plugin, ProcessPlan plan, bool isCollectible, ILogger logger)
    {
        if (_hanging.TryGetValue(plugin.Folder, out var hanging) && hanging.Fingerprint == PluginCode.FingerprintOf(plugin))
            throw new PluginLoadException(plugin, PluginPhase.Load, hanging.Reason, "it is left out until another build of it is installed");
        Judge(plugin);
        lock (_code)
        {
            PluginCode code = plugin.Manifest!.IsProcess ? ProcessOf(plugin, plan, logger) : LoadedOf(plugin, isCollectible);
            _code[plugin.Folder] = code;
            code.Acquire();
            return code;
        }
    }

    private LoadedCode LoadedOf(FoundPlugin plugin, bool isCollectible)
    {
        if (_code.GetValueOrDefault(plugin.Folder) is LoadedCode known && known.Fingerprint == PluginCode.FingerprintOf(plugin))
            return known;
        using (PluginWatch.Enter(new PluginOwner(plugin.Id, plugin.Folder), "loading its assemblies"))
            return LoadedCode.Load(plugin, _copies, isCollectible);
    }

    private ProcessCode ProcessOf(FoundPlugin plugin, ProcessPlan plan, ILogger logger)
    {
        if (_code.GetValueOrDefault(plugin.Folder) is ProcessCode known && known.Serves(plugin, plan))
            return known;
        if ((_processes ??= Processes?.Invoke()) is not { } processes)
            throw new PluginLoadException(plugin, PluginPhase.Manifest, "it runs as a process of its own (\"runtime\": \"process\")", "processes of plugins are not started here");
        return ProcessCode.Start(plugin, plan, processes, logger);
    }

    private static void Judge(FoundPlugin plugin)
    {
        var manifest = plugin.Manifest!;
        VersionRange.TryParse(manifest.Sdk, out var range);
        if (range!.IsBelow(SharedAssemblies.SdkVersion))
            throw new PluginLoadException(plugin, PluginPhase.Manifest, $"it needs the SDK {manifest.Sdk}, the gateway has {SharedAssemblies.SdkVersion}", "update the gateway, or get an older version of the plugin");
        if (range.IsAbove(SharedAssemblies.SdkVersion))
            throw new PluginLoadException(plugin, PluginPhase.Manifest, $"it was made for the SDK {manifest.Sdk}, the gateway has the later {SharedAssemblies.SdkVersion}", "get a version of the plugin for this SDK");
    }

    private void ReportCatalog(ServiceConfig config, ConfigDiagnostics diagnostics, ILogger logger)
    {
        if (config.Plugin is not null)
            Log.Starting(logger);
        foreach (var finding in Catalog.Diagnostics.All)
            diagnostics.Add(finding);
        foreach (var file in Catalog.GoPlugins)
            Log.GoPlugin(logger, file);
        foreach (var plugin in Catalog.Plugins)
        {
            if (plugin.Manifest is null)
                Log.Broken(logger, plugin.Folder, string.Join("; ", plugin.Diagnostics.All));
            else if (plugin.HiddenBy is { } other)
                Log.Hidden(logger, plugin.ToString(), other.ToString());
        }
    }

    // Scripts that watch a start look for these lines (EXT-007).
    private static void ReportKinds(PluginSet set, ILogger logger)
    {
        foreach (var (tag, kinds) in s_kindTags)
        {
            var count = set.Manifests.Count(m => m.Plugins.Any(p => kinds.Contains(p.Kind)));
            if (count > 0)
                Log.Kind(logger, tag, count);
        }
    }

    private void ReportBroken(PluginLoadException exception, List<UsedName> names, ConfigDiagnostics diagnostics, ILogger logger)
    {
        var isNeeded = false;
        foreach (var name in names)
        {
            if (AllowMissing.Contains("*") || AllowMissing.Contains(name.Name))
            {
                diagnostics.Notice(name.Position, name.Path, $"runs without {name}, as allowed: {exception.Message}");
            }
            else if (NamespaceRegistry.IsOptional(name.Name))
            {
                diagnostics.Warning(name.Position, name.Path, $"{name} has no effect: {exception.Message}");
            }
            else
            {
                isNeeded = true;
                diagnostics.Error(name.Position, name.Path, exception.Message);
            }
        }
        if (!isNeeded)
            Log.LeftOut(logger, exception.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Plugin Loader] Starting loading process")]
        public static partial void Starting(ILogger logger);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Plugin Loader] Loading process completed")]
        public static partial void Completed(ILogger logger);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Plugin Loader] Loaded {Plugin}")]
        public static partial void Loaded(ILogger logger, string plugin);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: {Tag}] Total plugins loaded: {Count}")]
        public static partial void Kind(ILogger logger, string tag, int count);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Plugin Loader] {File} is a Go plugin, which cannot run here: rewrite it with the SDK (`gateway plugin new`, docs/plugins/writing.md) or keep its code in a Go process beside the gateway")]
        public static partial void GoPlugin(ILogger logger, string file);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Plugin Loader] {Folder} cannot be used: {Reason}")]
        public static partial void Broken(ILogger logger, string folder, string reason);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Plugin Loader] {Plugin} is hidden by {Other}")]
        public static partial void Hidden(ILogger logger, string plugin, string other);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Plugin Loader] {Reason}")]
        public static partial void LeftOut(ILogger logger, string reason);
    }
}
