using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// The namespaces that take effect somewhere in a configuration. Someone who comes from an engine without a component sees here that
/// it guards or limits from now on (CFG-298).
/// </summary>
internal static class ActiveNamespaces
{
    /// <summary>Their current names, sorted by ordinal, each once.</summary>
    public static IReadOnlyCollection<string> Of(ServiceConfig config)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        Add(config.ExtraConfig.Members, names);
        foreach (var endpoint in config.Endpoints)
        {
            Add(endpoint.ExtraConfig.Members, names);
            foreach (var backend in endpoint.Backends)
                Add(backend.ExtraConfig.Members, names);
        }
        return names;
    }

    private static void Add(IReadOnlyList<ConfigMember> members, SortedSet<string> names)
    {
        foreach (var member in members)
        {
            names.Add(member.Name);
            if (member is { Name: "workflow", Value.Kind: ConfigKind.Object })
                AddNested(member.Value, names);
        }
    }

    // A workflow is an endpoint inside a backend; the load has settled the names in it (NamespaceResolver).
    private static void AddNested(ConfigNode node, SortedSet<string> names)
    {
        foreach (var member in node.Members)
        {
            if (member is { Name: "extra_config", Value.Kind: ConfigKind.Object })
                Add(member.Value.Members, names);
            else if (member.Name is "backend" or "backends")
                AddBackends(member.Value, names);
        }
    }

    private static void AddBackends(ConfigNode backends, SortedSet<string> names)
    {
        IEnumerable<ConfigNode> list = backends.Kind == ConfigKind.Array ? backends.Items : [backends];
        foreach (var backend in list.Where(static b => b.Kind == ConfigKind.Object))
            AddNested(backend, names);
    }
}
