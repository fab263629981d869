using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>A plugin of one of the language's kinds that a configuration names.</summary>
/// <param name="Namespace">Where it is named, one of <see cref="PluginKinds.Namespaces"/>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Position">Where the name stands.</param>
public sealed record UsedKind(string Namespace, string Name, SourcePosition Position)
{
    /// <summary>What it may be registered as; one suffices.</summary>
    public IReadOnlyList<string> Kinds => PluginKinds.Of(Namespace);
}

/// <summary>Finds which plugins of the language's kinds a configuration uses, so that only those need to be loaded.</summary>
public static class UsedKinds
{
    /// <summary>Every mention, in the order of service, endpoints, backends; a name occurs as often as it is mentioned.</summary>
    public static IReadOnlyList<UsedKind> Of(ServiceConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var used = new List<UsedKind>();
        Add(config.ExtraConfig.Members, used);
        foreach (var endpoint in config.Endpoints)
        {
            Add(endpoint.ExtraConfig.Members, used);
            foreach (var backend in endpoint.Backends)
                Add(backend.ExtraConfig.Members, used);
        }
        foreach (var agent in config.Agents)
        {
            Add(agent.Pipeline.ExtraConfig.Members, used);
            foreach (var backend in agent.Pipeline.Backends)
                Add(backend.ExtraConfig.Members, used);
        }
        return used;
    }

    /// <summary>Adds what the namespaces of one place mention.</summary>
    internal static void Add(IReadOnlyList<ConfigMember> namespaces, List<UsedKind> used)
    {
        foreach (var (name, _, value) in namespaces)
        {
            if (name == "workflow")
                AddWorkflow(value, used);
            else if (PluginKinds.Namespaces.Contains(name))
                used.AddRange(PluginKinds.NamesIn(name, value).Select(plugin => new UsedKind(name, plugin.Text, plugin.Position)));
        }
    }

    // Names inside of a workflow are settled when it is loaded, so that they are the current ones here.
    private static void AddWorkflow(ConfigNode workflow, List<UsedKind> used)
    {
        Add(workflow["extra_config"]?.Members ?? [], used);
        foreach (var list in (ConfigNode?[])[workflow["backend"], workflow["backends"]])
        {
            IReadOnlyList<ConfigNode> backends = list is null ? [] : list.Kind == ConfigKind.Array ? list.Items : [list];
            foreach (var backend in backends)
                Add(backend["extra_config"]?.Members ?? [], used);
        }
    }
}
