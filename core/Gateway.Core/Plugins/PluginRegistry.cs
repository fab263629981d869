using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins;

/// <summary>Collects what plugins declare, per layer, sorted by stage; equal stages keep the order of declaration.</summary>
public sealed class PluginRegistry : IPluginRegistry
{
    private readonly List<Component<IServiceContext, IHttpMiddleware>> _server = [];
    private readonly List<Component<IEndpointContext, IHttpMiddleware>> _endpoint = [];
    private readonly List<Component<IEndpointContext, IProxyMiddleware>> _proxy = [];
    private readonly List<Component<IBackendContext, IProxyMiddleware>> _backend = [];
    private readonly List<Component<IBackendContext, IClientMiddleware>> _client = [];
    private readonly List<Component<IBackendContext, IProxyMiddleware>> _executors = [];

    internal IReadOnlyList<Component<IServiceContext, IHttpMiddleware>> ServerComponents => _server;
    internal IReadOnlyList<Component<IEndpointContext, IHttpMiddleware>> EndpointComponents => _endpoint;
    internal IReadOnlyList<Component<IEndpointContext, IProxyMiddleware>> ProxyComponents => _proxy;
    internal IReadOnlyList<Component<IBackendContext, IProxyMiddleware>> BackendComponents => _backend;
    internal IReadOnlyList<Component<IBackendContext, IClientMiddleware>> ClientComponents => _client;
    internal IReadOnlyList<Component<IBackendContext, IProxyMiddleware>> Executors => _executors;

    /// <summary>Whether a component handles a namespace in a scope: <c>service</c>, <c>endpoint</c> or <c>backend</c>.</summary>
    public bool Handles(string scope, string name) => scope switch
    {
        "service" => Has(_server, name),
        "endpoint" => Has(_endpoint, name) || Has(_proxy, name),
        "backend" => Has(_backend, name) || Has(_client, name) || Has(_executors, name),
        _ => false,
    };

    /// <inheritdoc/>
    public void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory) => Insert(_server, new(name, stage, factory));

    /// <inheritdoc/>
    public void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory) => Insert(_endpoint, new(name, stage, factory));

    /// <inheritdoc/>
    public void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory) => Insert(_proxy, new(name, stage, factory));

    /// <inheritdoc/>
    public void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory) => Insert(_backend, new(name, stage, factory));

    /// <inheritdoc/>
    public void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory) => Insert(_client, new(name, stage, factory));

    /// <inheritdoc/>
    public void Executor(string name, ComponentFactory<IBackendContext, IProxyMiddleware> factory) => _executors.Add(new(name, default, factory));

    private static void Insert<TContext, TMiddleware>(List<Component<TContext, TMiddleware>> list, Component<TContext, TMiddleware> component)
        where TMiddleware : class
    {
        var index = list.Count;
        while (index > 0 && list[index - 1].Stage.Order > component.Stage.Order)
            index--;
        list.Insert(index, component);
    }

    private static bool Has<TContext, TMiddleware>(List<Component<TContext, TMiddleware>> list, string name)
        where TMiddleware : class => list.Exists(c => string.Equals(c.Name, name, StringComparison.Ordinal));
}

/// <summary>One declared component.</summary>
internal sealed record Component<TContext, TMiddleware>(string Name, Stage Stage, ComponentFactory<TContext, TMiddleware> Factory)
    where TMiddleware : class;
