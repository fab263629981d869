using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>Keeps what a plugin declares.</summary>
internal sealed class RecordingRegistry : IPluginRegistry
{
    private readonly List<Registration> _all = [];

    public IReadOnlyList<Registration> All => _all;

    public Registration Find(string layer, string name)
    {
        // The last of equals, as in the gateway.
        return _all.FindLast(r => r.Layer == layer && r.Name == name)
            ?? throw new InvalidOperationException($"the plugin declares no {layer} \"{name}\"; it declares {(_all.Count == 0 ? "nothing" : string.Join(", ", _all))}");
    }

    public void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory) => Add("server", name, stage, factory);

    public void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory, ComponentReach reach) => Server(name, stage, factory);

    public void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory) => Add("endpoint", name, stage, factory);

    public void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory, ComponentReach reach) => Endpoint(name, stage, factory);

    public void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory) => Add("proxy", name, stage, factory);

    public void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory, ComponentReach reach) => Proxy(name, stage, factory);

    public void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory) => Add("backend", name, stage, factory);

    public void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory, ComponentReach reach) => Backend(name, stage, factory);

    public void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory) => Add("client", name, stage, factory);

    public void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory, ComponentReach reach) => Client(name, stage, factory);

    public void Executor(string name, ComponentFactory<IBackendContext, IProxyMiddleware> factory) => Add("executor", name, default, factory);

    public void Connection(string name, ComponentFactory<IConnectionContext, IConnectionHandler> factory) => Add("connection", name, default, factory);

    public void Listener(string name, ComponentFactory<IServiceContext, IListenerBranch> factory) => Add("listener", name, default, factory);

    public void Agent(string name, ComponentFactory<IAgentContext, IAgent> factory) => Add("agent", name, default, factory);

    public void Rejecter(string name, Stage stage, ComponentFactory<IEndpointContext, ITokenRejecter> factory) => Add("rejecter", name, stage, factory);

    public void Decoder(string encoding, ComponentFactory<IBackendContext, BodyDecoder> factory) => Add("decoder", encoding, default, factory);

    public void Render(string encoding, ComponentFactory<IEndpointContext, IBodyRender> factory) => Add("render", encoding, default, factory);

    public void Discovery(string name, ComponentFactory<IBackendContext, IHostDiscovery> factory) => Add("discovery", name, default, factory);

    public void Balancer(string name, ComponentFactory<IBackendContext, IHostBalancer> factory) => Add("balancer", name, default, factory);

    public void Service<T>(string name, Stage stage, ComponentFactory<IServiceContext, T> factory) where T : class => Add("service", name, stage, factory);

    public void Health(string name, ComponentFactory<IServiceContext, IHealthContributor> factory) => Add("health", name, default, factory);

    public void Logging(string name, ComponentFactory<ILogContext, IGatewayLog> factory) => Add("logging", name, default, factory);

    public void Command(string name, ComponentFactory<IServiceContext, IListenerBranch> factory) => Add("command", name, default, factory);

    public void HttpServer(string name, ComponentFactory<IServiceContext, IHttpMiddleware> factory) => Add("http-server", name, default, factory);

    public void HttpClient(string name, ComponentFactory<IBackendContext, IClientMiddleware> factory) => Add("http-client", name, default, factory);

    public void RequestModifier(string name, ComponentFactory<IEndpointContext, IRequestModifier> factory) => Add("request-modifier", name, default, factory);

    public void ResponseModifier(string name, ComponentFactory<IEndpointContext, IResponseModifier> factory) => Add("response-modifier", name, default, factory);

    public void Middleware(string name, ComponentFactory<IEndpointContext, IProxyMiddleware> factory) => Add("middleware", name, default, factory);

    private void Add<TContext, TComponent>(string layer, string name, Stage stage, ComponentFactory<TContext, TComponent> factory)
        where TComponent : class =>
        _all.Add(new(layer, name, stage, (config, context, diagnostics) => factory(config, (TContext)(object)context, diagnostics)));
}
