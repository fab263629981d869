using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Audit;

/// <summary>One endpoint, or the pipeline of an agent, with its backends.</summary>
/// <param name="Config">Effective values.</param>
/// <param name="Scope">Its place.</param>
/// <param name="Backends">Its backends, in file order.</param>
internal sealed record AuditedEndpoint(EndpointConfig Config, AuditedScope Scope, IReadOnlyList<AuditedBackend> Backends);

/// <summary>One backend.</summary>
/// <param name="Config">Effective values; <see langword="null"/> for a backend of a workflow, which its plugin reads.</param>
/// <param name="Scope">Its place.</param>
internal sealed record AuditedBackend(BackendConfig? Config, AuditedScope Scope);

/// <summary>A loaded configuration as the rules look at it: every place with namespaces, and the root's own attributes.</summary>
internal sealed class AuditedService
{
    private readonly List<AuditedScope> _scopes = [];
    private readonly List<AuditedBackend> _backends = [];

    /// <param name="config">The configuration, with old names, environment and inheritance applied.</param>
    public AuditedService(ServiceConfig config)
    {
        Config = config;
        Service = new(ConfigScope.Service, config.ExtraConfig, config.Source, ConfigPath.Root);
        _scopes.Add(Service);
        Endpoints = [.. config.Endpoints.Select(e => Pipeline(e, e.Source, ConfigScope.Endpoint, "endpoints"))];
        Agents = [.. config.Agents.Select(a => Pipeline(a.Pipeline, a.Source, ConfigScope.AsyncAgent, "async_agent"))];
    }

    /// <summary>Effective values.</summary>
    public ServiceConfig Config { get; }

    /// <summary>The root.</summary>
    public AuditedScope Service { get; }

    /// <summary>Every endpoint.</summary>
    public IReadOnlyList<AuditedEndpoint> Endpoints { get; }

    /// <summary>Every agent.</summary>
    public IReadOnlyList<AuditedEndpoint> Agents { get; }

    /// <summary>Every backend: of endpoints, agents and workflows.</summary>
    public IReadOnlyList<AuditedBackend> Backends => _backends;

    /// <summary>Every place with namespaces, the root first.</summary>
    public IReadOnlyList<AuditedScope> Scopes => _scopes;

    /// <summary>The section <c>tls</c>, or <see langword="null"/>.</summary>
    public ConfigNode? Tls => Config.Source.Attribute("tls");

    /// <summary>The section <c>client_tls</c>, or <see langword="null"/>.</summary>
    public ConfigNode? ClientTls => Config.Source.Attribute("client_tls");

    /// <summary>Whether a namespace takes effect anywhere.</summary>
    public bool Uses(params ReadOnlySpan<string> namespaces)
    {
        foreach (var scope in _scopes)
        {
            foreach (var name in namespaces)
            {
                if (scope.Has(name))
                    return true;
            }
        }
        return false;
    }

    /// <summary>Every place where a namespace takes effect.</summary>
    public IEnumerable<AuditedScope> Having(string name) => _scopes.Where(s => s.Has(name));

    /// <summary>An attribute of a section of the root.</summary>
    public static AuditPlace Root(string section, ConfigNode node, string attribute = "")
    {
        var path = ConfigPath.Root.Member(section);
        return attribute.Length == 0 ? new(section, node.Position) : new(path.Member(attribute).ToString(), node.Attribute(attribute)?.Position ?? node.Position);
    }

    private AuditedEndpoint Pipeline(EndpointConfig endpoint, ConfigNode node, string kind, string list)
    {
        var path = ConfigPath.Root.Member(list).Item(IndexOf(Config.Source.Attribute(list), node));
        var scope = new AuditedScope(kind, endpoint.ExtraConfig, node, path);
        _scopes.Add(scope);
        var backends = new List<AuditedBackend>(endpoint.Backends.Count);
        foreach (var backend in endpoint.Backends)
        {
            var place = path.Member("backend").Item(IndexOf(node.Attribute("backend"), backend.Source));
            backends.Add(Add(new(backend, new(ConfigScope.Backend, backend.ExtraConfig, backend.Source, place))));
        }
        return new(endpoint, scope, backends);
    }

    private AuditedBackend Add(AuditedBackend backend)
    {
        _backends.Add(backend);
        _scopes.Add(backend.Scope);
        if (backend.Scope["workflow"] is { Kind: ConfigKind.Object } workflow)
            AddWorkflow(workflow, backend.Scope.Path.Member("extra_config").Member("workflow"));
        return backend;
    }

    // The load has settled the names of a workflow, so that those in it are current ones.
    private void AddWorkflow(ConfigNode workflow, ConfigPath path)
    {
        _scopes.Add(new(ConfigScope.Workflow, Namespaces(workflow), workflow, path));
        foreach (var name in (string[])["backend", "backends"])
        {
            var backends = workflow[name].AsList();
            for (var i = 0; i < backends.Count; i++)
            {
                if (backends[i].Kind == ConfigKind.Object)
                    Add(new(null, new(ConfigScope.Backend, Namespaces(backends[i]), backends[i], path.Member(name).Item(i))));
            }
        }
    }

    private static ExtraConfig Namespaces(ConfigNode node) => node["extra_config"] is { Kind: ConfigKind.Object } extra ? new(extra.Members) : ExtraConfig.Empty;

    // What the load left out (an endpoint with an unknown method, a null) still counts as a place in the file.
    private static int IndexOf(ConfigNode? list, ConfigNode item)
    {
        var items = list.AsList();
        for (var i = 0; i < items.Count; i++)
        {
            if (ReferenceEquals(items[i], item))
                return i;
        }
        return 0;
    }
}
