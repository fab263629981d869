using Gateway.Core.Configuration;
using Gateway.Core.Plugins.Kinds;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>What of a configuration plugins may provide, each with the places that use it.</summary>
/// <param name="Layer">What it is: a scope for a namespace, <c>decoder</c>, <c>render</c>, <c>discovery</c>, or a kind of the language.</param>
/// <param name="Name">Its name.</param>
/// <param name="Position">The first place that uses it.</param>
/// <param name="Path">That place in the document.</param>
internal sealed record UsedName(string Layer, string Name, SourcePosition Position, string Path)
{
    /// <summary>How messages name it: <c>"acme/audit"</c>.</summary>
    public override string ToString() => $"\"{Name}\"";
}

/// <summary>Lists what a configuration uses, so that only those plugins are loaded.</summary>
internal static class ConfigUse
{
    /// <summary>Every name once, in the order of the document.</summary>
    public static IReadOnlyList<UsedName> Of(ServiceConfig config)
    {
        var used = new OrderedDictionary<(string, string), UsedName>();
        AddNamespaces(used, ConfigScope.Service, config.ExtraConfig, "extra_config");
        for (var i = 0; i < config.Endpoints.Count; i++)
        {
            var endpoint = config.Endpoints[i];
            AddNamespaces(used, ConfigScope.Endpoint, endpoint.ExtraConfig, $"endpoints[{i}].extra_config");
            Add(used, "render", endpoint.OutputEncoding, endpoint.Source, $"endpoints[{i}].output_encoding");
            if (endpoint.OutputEncoding == "negotiate")
                Add(used, "render", "yaml", endpoint.Source, $"endpoints[{i}].output_encoding");
            for (var j = 0; j < endpoint.Backends.Count; j++)
                AddBackend(used, endpoint.Backends[j], $"endpoints[{i}].backend[{j}]");
        }
        for (var i = 0; i < config.Agents.Count; i++)
        {
            AddNamespaces(used, ConfigScope.AsyncAgent, config.Agents[i].Pipeline.ExtraConfig, $"async_agent[{i}].extra_config");
            for (var j = 0; j < config.Agents[i].Pipeline.Backends.Count; j++)
                AddBackend(used, config.Agents[i].Pipeline.Backends[j], $"async_agent[{i}].backend[{j}]");
        }
        foreach (var mention in UsedKinds.Of(config))
        {
            foreach (var kind in mention.Kinds)
                used.TryAdd((kind, mention.Name), new(kind, mention.Name, mention.Position, mention.Namespace));
        }
        return [.. used.Values];
    }

    private static void AddBackend(OrderedDictionary<(string, string), UsedName> used, BackendConfig backend, string path)
    {
        AddNamespaces(used, ConfigScope.Backend, backend.ExtraConfig, $"{path}.extra_config");
        Add(used, "decoder", backend.Encoding, backend.Source, $"{path}.encoding");
        Add(used, "discovery", backend.Sd, backend.Source, $"{path}.sd");
    }

    private static void AddNamespaces(OrderedDictionary<(string, string), UsedName> used, string scope, ExtraConfig extra, string path)
    {
        foreach (var member in extra.Members)
        {
            used.TryAdd((scope, member.Name), new(scope, member.Name, member.NamePosition, $"{path}.{member.Name}"));
            if (member.Name == "workflow" && scope == ConfigScope.Backend)
                AddWorkflow(used, member.Value, $"{path}.workflow");
        }
    }

    // A workflow's names were settled by the resolver; its backends may hold further workflows.
    private static void AddWorkflow(OrderedDictionary<(string, string), UsedName> used, ConfigNode workflow, string path)
    {
        if (workflow.Kind != ConfigKind.Object)
            return;
        if (workflow["extra_config"] is { Kind: ConfigKind.Object } extra)
            AddNamespaces(used, ConfigScope.Workflow, new ExtraConfig(extra.Members), $"{path}.extra_config");
        foreach (var backend in Backends(workflow))
        {
            if (backend["extra_config"] is { Kind: ConfigKind.Object } own)
                AddNamespaces(used, ConfigScope.Backend, new ExtraConfig(own.Members), $"{path}.backend.extra_config");
        }
    }

    private static IEnumerable<ConfigNode> Backends(ConfigNode workflow) => (workflow["backend"] ?? workflow["backends"]) switch
    {
        { Kind: ConfigKind.Array } list => list.Items.Where(static b => b.Kind == ConfigKind.Object),
        { Kind: ConfigKind.Object } one => [one],
        _ => [],
    };

    private static void Add(OrderedDictionary<(string, string), UsedName> used, string layer, string name, ConfigNode source, string path)
    {
        if (name.Length > 0)
            used.TryAdd((layer, name), new(layer, name, source.Position, path));
    }
}
