using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Places;
using Stage = KrakenPlugins.Sdk.Plugins.Stage;

namespace KrakenPlugins.Sidecar.Components;

/// <summary>
/// What a plugin declares, as <see cref="GatewayPlugin.Register"/> says it. Layers that only exist inside of the gateway are noted, and refused when
/// the gateway asks what the plugin is.
/// </summary>
internal sealed class ComponentCatalog : IPluginRegistry
{
    private readonly List<DeclaredComponent> _components = [];
    private readonly List<string> _refused = [];

    /// <summary>Lets a plugin declare its components; what it throws goes to the caller.</summary>
    public ComponentCatalog(GatewayPlugin plugin) => plugin.Register(this);

    /// <summary>The components, in the order of their declaration.</summary>
    public IReadOnlyList<DeclaredComponent> Components => _components;

    /// <summary>Why the plugin cannot run in a process of its own, or <see langword="null"/>.</summary>
    public string? Refusal => _refused.Count == 0
        ? null
        : $"{string.Join(", ", _refused)} cannot run in a process of its own, because the layer exists inside of the gateway only; set \"runtime\" to \"dotnet\" in plugin.json";

    /// <summary>The component of a layer and name, or <see langword="null"/>.</summary>
    public DeclaredComponent? Find(Layer layer, string name) => _components.Find(c => c.Layer == layer && c.Name == name);

    /// <inheritdoc/>
    public void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory) => Server(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory, ComponentReach reach) => AddService(Layer.Server, name, stage, factory, reach);

    /// <inheritdoc/>
    public void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory) => Endpoint(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory, ComponentReach reach) => AddEndpoint(Layer.Endpoint, name, stage, factory, reach);

    /// <inheritdoc/>
    public void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory) => Proxy(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory, ComponentReach reach) => AddEndpoint(Layer.Proxy, name, stage, factory, reach);

    /// <inheritdoc/>
    public void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory) => Backend(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory, ComponentReach reach) => AddBackend(Layer.Backend, name, stage, factory, reach);

    /// <inheritdoc/>
    public void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory) => Client(name, stage, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory, ComponentReach reach) => AddBackend(Layer.Client, name, stage, factory, reach);

    /// <inheritdoc/>
    public void Executor(string name, ComponentFactory<IBackendContext, IProxyMiddleware> factory) => AddBackend(Layer.Executor, name, null, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void HttpServer(string name, ComponentFactory<IServiceContext, IHttpMiddleware> factory) => AddService(Layer.HttpServer, name, null, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void HttpClient(string name, ComponentFactory<IBackendContext, IClientMiddleware> factory) => AddBackend(Layer.HttpClient, name, null, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void RequestModifier(string name, ComponentFactory<IEndpointContext, IRequestModifier> factory) => AddEndpoint(Layer.RequestModifier, name, null, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void ResponseModifier(string name, ComponentFactory<IEndpointContext, IResponseModifier> factory) => AddEndpoint(Layer.ResponseModifier, name, null, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Middleware(string name, ComponentFactory<IEndpointContext, IProxyMiddleware> factory) => AddEndpoint(Layer.Middleware, name, null, factory, ComponentReach.Place);

    /// <inheritdoc/>
    public void Connection(string name, ComponentFactory<IConnectionContext, IConnectionHandler> factory) => Refuse("connection", name);

    /// <inheritdoc/>
    public void Listener(string name, ComponentFactory<IServiceContext, IListenerBranch> factory) => Refuse("listener", name);

    /// <inheritdoc/>
    public void Agent(string name, ComponentFactory<IAgentContext, IAgent> factory) => Refuse("agent", name);

    /// <inheritdoc/>
    public void Rejecter(string name, Stage stage, ComponentFactory<IEndpointContext, ITokenRejecter> factory) => Refuse("rejecter", name);

    /// <inheritdoc/>
    public void Decoder(string encoding, ComponentFactory<IBackendContext, BodyDecoder> factory) => Refuse("decoder", encoding);

    /// <inheritdoc/>
    public void Render(string encoding, ComponentFactory<IEndpointContext, IBodyRender> factory) => Refuse("render", encoding);

    /// <inheritdoc/>
    public void Discovery(string name, ComponentFactory<IBackendContext, IHostDiscovery> factory) => Refuse("discovery", name);

    /// <inheritdoc/>
    public void Balancer(string name, ComponentFactory<IBackendContext, IHostBalancer> factory) => Refuse("balancer", name);

    /// <inheritdoc/>
    public void Service<T>(string name, Stage stage, ComponentFactory<IServiceContext, T> factory) where T : class => Refuse("service", name);

    /// <inheritdoc/>
    public void Health(string name, ComponentFactory<IServiceContext, IHealthContributor> factory) => Refuse("health", name);

    /// <inheritdoc/>
    public void Logging(string name, ComponentFactory<ILogContext, IGatewayLog> factory) => Refuse("logging", name);

    /// <inheritdoc/>
    public void Command(string name, ComponentFactory<IServiceContext, IListenerBranch> factory) => Refuse("command", name);

    private void AddService<T>(Layer layer, string name, Stage? stage, ComponentFactory<IServiceContext, T> factory, ComponentReach reach) where T : class =>
        Add(new DeclaredComponent(layer, name, stage, reach, (config, place, found) => factory(config, place, found)));

    private void AddEndpoint<T>(Layer layer, string name, Stage? stage, ComponentFactory<IEndpointContext, T> factory, ComponentReach reach) where T : class =>
        Add(new DeclaredComponent(layer, name, stage, reach, (config, place, found) => factory(config, (EndpointPlaceContext)place, found)));

    private void AddBackend<T>(Layer layer, string name, Stage? stage, ComponentFactory<IBackendContext, T> factory, ComponentReach reach) where T : class =>
        Add(new DeclaredComponent(layer, name, stage, reach, (config, place, found) => factory(config, (BackendPlaceContext)place, found)));

    private void Add(DeclaredComponent component)
    {
        ArgumentException.ThrowIfNullOrEmpty(component.Name);
        if (Find(component.Layer, component.Name) is not null)
            throw new InvalidOperationException($"{LayerNames.NameOf(component.Layer)} \"{component.Name}\" is registered twice");
        _components.Add(component);
    }

    private void Refuse(string layer, string name) => _refused.Add($"{layer} \"{name}\"");
}
