using Gateway.Core.Plugins.Kinds;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins;

/// <summary>
/// Collects what plugins declare, per layer, sorted by stage; equal stages keep the order of declaration. One per configuration.
/// </summary>
public sealed class PluginRegistry : IPluginRegistry
{
    private PluginOwner _owner = PluginOwner.Core;

    internal ComponentList<IServiceContext, IHttpMiddleware> ServerComponents { get; } = new("server");
    internal ComponentList<IEndpointContext, IHttpMiddleware> EndpointComponents { get; } = new("endpoint");
    internal ComponentList<IEndpointContext, IProxyMiddleware> ProxyComponents { get; } = new("proxy");
    internal ComponentList<IBackendContext, IProxyMiddleware> BackendComponents { get; } = new("backend");
    internal ComponentList<IBackendContext, IClientMiddleware> ClientComponents { get; } = new("client");
    internal ComponentList<IBackendContext, IProxyMiddleware> Executors { get; } = new("executor");
    internal ComponentList<IConnectionContext, IConnectionHandler> Connections { get; } = new("connection");
    internal ComponentList<IServiceContext, IListenerBranch> Listeners { get; } = new("listener");
    internal ComponentList<IAgentContext, IAgent> Agents { get; } = new("agent");
    internal ComponentList<IEndpointContext, ITokenRejecter> Rejecters { get; } = new("rejecter");
    internal ComponentList<IBackendContext, BodyDecoder> Decoders { get; } = new("decoder");
    internal ComponentList<IEndpointContext, IBodyRender> Renders { get; } = new("render");
    internal ComponentList<IBackendContext, IHostDiscovery> Discoveries { get; } = new("discovery");
    internal ComponentList<IBackendContext, IHostBalancer> Balancers { get; } = new("balancer");
    internal ComponentList<IServiceContext, object> Services { get; } = new("service");
    internal ComponentList<IServiceContext, IHealthContributor> HealthContributors { get; } = new("health");
    internal ComponentList<ILogContext, IGatewayLog> Logs { get; } = new("logging");
    internal ComponentList<IServiceContext, IListenerBranch> Commands { get; } = new("command");
    internal ComponentList<IServiceContext, IHttpMiddleware> HttpServers { get; } = new("http-server");
    internal ComponentList<IBackendContext, IClientMiddleware> HttpClients { get; } = new("http-client");
    internal ComponentList<IEndpointContext, IRequestModifier> RequestModifiers { get; } = new("request-modifier");
    internal ComponentList<IEndpointContext, IResponseModifier> ResponseModifiers { get; } = new("response-modifier");
    internal ComponentList<IEndpointContext, IProxyMiddleware> Middlewares { get; } = new("middleware");

    /// <summary>Whether a component handles a namespace in a scope: <c>service</c>, <c>endpoint</c>, <c>backend</c> or <c>async_agent</c>.</summary>
    public bool Handles(string scope, string name) => scope switch
    {
        "service" => ServerComponents.Has(name) || Listeners.Has(name) || Services.Has(name) || HealthContributors.Has(name) || Logs.Has(name) || Rejecters.Has(name)
            || EndpointComponents.Reaches(name) || ProxyComponents.Reaches(name) || BackendComponents.Reaches(name) || ClientComponents.Reaches(name),
        "endpoint" => EndpointComponents.Has(name) || ProxyComponents.Has(name) || Connections.Has(name) || Rejecters.Has(name),
        "backend" => BackendComponents.Has(name) || ClientComponents.Has(name) || Executors.Has(name) || Balancers.Has(name),
        "async_agent" => Agents.Has(name) || ProxyComponents.Has(name),
        "workflow" => ProxyComponents.Has(name),
        _ => false,
    };

    /// <summary>Whether a component provides an encoding, as <c>decoder</c> or <c>render</c>.</summary>
    public bool HandlesEncoding(string kind, string name) => kind switch
    {
        "decoder" => Decoders.Has(name),
        "render" => Renders.Has(name),
        _ => false,
    };

    /// <summary>Whether a component provides a service discovery (<c>sd</c>).</summary>
    public bool HandlesDiscovery(string name) => Discoveries.Has(name);

    /// <summary>Every name that was declared, with its contract.</summary>
    internal IReadOnlyCollection<DeclaredName> Declared => [.. Lists.SelectMany(static list => list.Names).Distinct()];

    private IEnumerable<IComponentList> Lists =>
    [
        ServerComponents, EndpointComponents, ProxyComponents, BackendComponents, ClientComponents, Executors, Connections, Listeners, Agents, Rejecters, Decoders,
        Renders, Discoveries, Balancers, Services, HealthContributors, Logs, Commands, HttpServers, HttpClients, RequestModifiers, ResponseModifiers, Middlewares,
    ];

    /// <summary>Lets a plugin that is compiled in declare its components; whatever it throws goes to the caller.</summary>
    public void Add(GatewayPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        plugin.Register(this);
    }

    /// <summary>Takes over what another registry collected.</summary>
    internal void Add(PluginRegistry other)
    {
        foreach (var (mine, others) in Lists.Zip(other.Lists))
            mine.TakeFrom(others);
    }

    /// <summary>Whether a plugin is registered by a name as a kind of <see cref="PluginKinds"/>.</summary>
    public bool Provides(string kind, string name) => kind switch
    {
        PluginKinds.HttpServer => HttpServers.Has(name),
        PluginKinds.HttpClient => HttpClients.Has(name),
        PluginKinds.RequestModifier => RequestModifiers.Has(name),
        PluginKinds.ResponseModifier => ResponseModifiers.Has(name),
        PluginKinds.Middleware => Middlewares.Has(name),
        _ => false,
    };

    /// <summary>Lets a plugin declare its components; whatever it throws goes to the caller.</summary>
    internal void Add(GatewayPlugin plugin, PluginOwner owner)
    {
        _owner = owner;
        try
        {
            plugin.Register(this);
        }
        finally
        {
            _owner = PluginOwner.Core;
        }
    }

    /// <inheritdoc/>
    public void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory) => Server(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory, ComponentReach reach) =>
        ServerComponents.Add(name, stage, factory, _owner, reach: reach);

    /// <inheritdoc/>
    public void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory) => Endpoint(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory, ComponentReach reach) =>
        EndpointComponents.Add(name, stage, factory, _owner, reach: reach);

    /// <inheritdoc/>
    public void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory) => Proxy(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory, ComponentReach reach) =>
        ProxyComponents.Add(name, stage, factory, _owner, reach: reach);

    /// <inheritdoc/>
    public void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory) => Backend(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory, ComponentReach reach) =>
        BackendComponents.Add(name, stage, factory, _owner, reach: reach);

    /// <inheritdoc/>
    public void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory) => Client(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory, ComponentReach reach) =>
        ClientComponents.Add(name, stage, factory, _owner, reach: reach);

    /// <inheritdoc/>
    public void Executor(string name, ComponentFactory<IBackendContext, IProxyMiddleware> factory) => Executors.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void Connection(string name, ComponentFactory<IConnectionContext, IConnectionHandler> factory) => Connections.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void Listener(string name, ComponentFactory<IServiceContext, IListenerBranch> factory) => Listeners.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void Agent(string name, ComponentFactory<IAgentContext, IAgent> factory) => Agents.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void Rejecter(string name, Stage stage, ComponentFactory<IEndpointContext, ITokenRejecter> factory) => Rejecters.Add(name, stage, factory, _owner);

    /// <inheritdoc/>
    public void Decoder(string encoding, ComponentFactory<IBackendContext, BodyDecoder> factory) => Decoders.Add(encoding, default, factory, _owner);

    /// <inheritdoc/>
    public void Render(string encoding, ComponentFactory<IEndpointContext, IBodyRender> factory) => Renders.Add(encoding, default, factory, _owner);

    /// <inheritdoc/>
    public void Discovery(string name, ComponentFactory<IBackendContext, IHostDiscovery> factory) => Discoveries.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void Balancer(string name, ComponentFactory<IBackendContext, IHostBalancer> factory) => Balancers.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void Service<T>(string name, Stage stage, ComponentFactory<IServiceContext, T> factory) where T : class =>
        Services.Add(name, stage, factory, _owner, typeof(T));

    /// <inheritdoc/>
    public void Health(string name, ComponentFactory<IServiceContext, IHealthContributor> factory) => HealthContributors.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void Logging(string name, ComponentFactory<ILogContext, IGatewayLog> factory) => Logs.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void Command(string name, ComponentFactory<IServiceContext, IListenerBranch> factory) => Commands.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void HttpServer(string name, ComponentFactory<IServiceContext, IHttpMiddleware> factory) => HttpServers.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void HttpClient(string name, ComponentFactory<IBackendContext, IClientMiddleware> factory) => HttpClients.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void RequestModifier(string name, ComponentFactory<IEndpointContext, IRequestModifier> factory) => RequestModifiers.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void ResponseModifier(string name, ComponentFactory<IEndpointContext, IResponseModifier> factory) => ResponseModifiers.Add(name, default, factory, _owner);

    /// <inheritdoc/>
    public void Middleware(string name, ComponentFactory<IEndpointContext, IProxyMiddleware> factory) => Middlewares.Add(name, default, factory, _owner);
}
