using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>
/// Decides which installed plugin provides what a configuration uses. Two that offer the same are an error which names both, unless the
/// namespace <c>gateway/plugins</c> of the service says <c>{"use": {"acme/audit": "acme.audit"}}</c>.
/// </summary>
internal sealed class PluginChoice(PluginCatalog catalog, ConfigDiagnostics diagnostics)
{
    /// <summary>Namespace of the choice.</summary>
    public const string Namespace = "gateway/plugins";

    /// <summary>Each plugin that is needed, with the names it is needed for.</summary>
    public IReadOnlyDictionary<FoundPlugin, List<UsedName>> Choose(ServiceConfig config, IReadOnlyList<UsedName> used)
    {
        var wanted = Wishes(config);
        var chosen = new OrderedDictionary<FoundPlugin, List<UsedName>>();
        foreach (var name in used)
        {
            if (Provider(name, wanted) is not { } plugin)
                continue;
            if (!chosen.TryGetValue(plugin, out var names))
                chosen.Add(plugin, names = []);
            names.Add(name);
        }
        return chosen;
    }

    private FoundPlugin? Provider(UsedName name, Dictionary<string, string> wanted)
    {
        var providers = name.Layer switch
        {
            "decoder" or "render" => catalog.EncodingProviders(name.Layer, name.Name),
            "discovery" => catalog.DiscoveryProviders(name.Name),
            ConfigScope.Service or ConfigScope.Endpoint or ConfigScope.Backend or ConfigScope.AsyncAgent or ConfigScope.Workflow => catalog.Providers(name.Layer, name.Name),
            _ => catalog.KindProviders(name.Layer, name.Name),
        };
        var all = providers.ToArray();
        if (all.Length <= 1)
            return all.FirstOrDefault();
        if (wanted.TryGetValue(name.Name, out var id) && Array.Find(all, p => p.Id == id) is { } wish)
            return wish;
        diagnostics.Error(name.Position, name.Path,
            $"{name} is provided by {all.Length} plugins: {string.Join(", ", all.Select(static p => p.ToString()))}; remove all but one, or choose with \"{Namespace}\": {{\"use\": {{\"{name.Name}\": \"{all[0].Id}\"}}}} in the service's extra_config");
        return null;
    }

    private Dictionary<string, string> Wishes(ServiceConfig config)
    {
        var wishes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (config.ExtraConfig[Namespace] is not { } value)
            return wishes;
        var settings = new ConfigBinder(diagnostics).Bind<Settings>(value, ConfigPath.Root.Member("extra_config").Member(Namespace));
        foreach (var (name, id) in settings.Use)
        {
            if (catalog.Find(id) is null)
                settings.Source.Error(diagnostics, "use", $"no installed plugin has the id \"{id}\"{NearestName.Suggest(id, [.. catalog.Plugins.Where(static p => p.IsUsable).Select(static p => p.Id)])}");
            wishes[name] = id;
        }
        return wishes;
    }

    private sealed class Settings
    {
        public ConfigSource Source { get; init; } = null!;
        public IReadOnlyDictionary<string, string> Use { get; init; } = new Dictionary<string, string>();
    }
}
