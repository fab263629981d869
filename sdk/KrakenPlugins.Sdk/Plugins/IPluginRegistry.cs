using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>Builds the component of a namespace; <see langword="null"/> means that this configuration needs none.</summary>
/// <typeparam name="TContext">What it is built for.</typeparam>
/// <typeparam name="TMiddleware">What it builds.</typeparam>
/// <param name="config">The namespace's value.</param>
/// <param name="context">What it is built for.</param>
/// <param name="diagnostics">Where faults of the value are reported, with position.</param>
public delegate TMiddleware? ComponentFactory<in TContext, out TMiddleware>(ConfigNode config, TContext context, ConfigDiagnostics diagnostics)
    where TMiddleware : class;

/// <summary>
/// Where components declare what they handle. Declaring has no side effect; factories run when a configuration that uses the name is
/// loaded, once per place that uses it, never per request. What a factory makes and what is <see cref="IDisposable"/> or
/// <see cref="IAsyncDisposable"/> is disposed when the configuration was replaced and its last request has ended. Every name must stand in
/// the manifest with the same scope and layer.
/// </summary>
public interface IPluginRegistry
{
    /// <summary>A component around the whole service.</summary>
    void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory);

    /// <summary>A component around the whole service. Its reach says whether the namespace of an endpoint is enough for it to stand there.</summary>
    void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory, ComponentReach reach);

    /// <summary>A component of an endpoint on the HTTP exchange.</summary>
    void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory);

    /// <summary>A component of endpoints on the HTTP exchange. Its reach says whether in one place or in all.</summary>
    void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory, ComponentReach reach);

    /// <summary>A component of an endpoint's proxy pipeline.</summary>
    void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory);

    /// <summary>A component of endpoints' proxy pipelines. Its reach says whether in one place or in all.</summary>
    void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory, ComponentReach reach);

    /// <summary>A component of a backend's pipeline.</summary>
    void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory);

    /// <summary>A component of backends' pipelines. Its reach says whether in one place or in all.</summary>
    void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory, ComponentReach reach);

    /// <summary>A component around the raw HTTP call of a backend.</summary>
    void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory);

    /// <summary>A component around the raw HTTP calls of backends. Its reach says whether in one place or in all.</summary>
    void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory, ComponentReach reach);

    /// <summary>A replacement of a backend's transport: it answers with data itself.</summary>
    void Executor(string name, ComponentFactory<IBackendContext, IProxyMiddleware> factory);

    /// <summary>
    /// A handler that takes an endpoint's connections over for as long as it likes, behind the endpoint's HTTP components and in place of its
    /// proxy pipeline (WebSocket).
    /// </summary>
    void Connection(string name, ComponentFactory<IConnectionContext, IConnectionHandler> factory);

    /// <summary>A branch of the listener that takes some requests of the service before routing (a gRPC server).</summary>
    void Listener(string name, ComponentFactory<IServiceContext, IListenerBranch> factory);

    /// <summary>A worker in the background that calls a pipeline of its own (async agents); its namespace stands in an agent's <c>extra_config</c>.</summary>
    void Agent(string name, ComponentFactory<IAgentContext, IAgent> factory);

    /// <summary>Something that may reject the validated token of a request of an endpoint.</summary>
    /// <param name="name">
    /// The namespace, in the endpoint's <c>extra_config</c> or else the service's; from there it is built for endpoints with components on the
    /// HTTP exchange.
    /// </param>
    /// <param name="stage">One of <see cref="RejecterStages"/>, or a place beside one.</param>
    /// <param name="factory">Builds it.</param>
    void Rejecter(string name, Stage stage, ComponentFactory<IEndpointContext, ITokenRejecter> factory);

    /// <summary>
    /// A decoder of backend answers: a value of a backend's <c>encoding</c> that is none of the gateway's own. The factory gets the backend
    /// object; <c>target</c>, <c>allow</c>, <c>deny</c>, <c>mapping</c>, <c>group</c> and flatmap are applied to what it decodes.
    /// </summary>
    void Decoder(string encoding, ComponentFactory<IBackendContext, BodyDecoder> factory);

    /// <summary>
    /// A rendering of answers: a value of <c>output_encoding</c> that is none of the gateway's own; <c>yaml</c> takes part in <c>negotiate</c>
    /// too. The factory gets the endpoint object.
    /// </summary>
    void Render(string encoding, ComponentFactory<IEndpointContext, IBodyRender> factory);

    /// <summary>
    /// A source of hosts: a value of a backend's <c>sd</c>. The factory gets the backend object, which may be without <c>host</c> unless the
    /// name is the language's own (<c>dns</c>, <c>dns-shared</c>).
    /// </summary>
    void Discovery(string name, ComponentFactory<IBackendContext, IHostDiscovery> factory);

    /// <summary>A choice among the hosts of a backend in place of round robin; its namespace stands in the backend's <c>extra_config</c>.</summary>
    void Balancer(string name, ComponentFactory<IBackendContext, IHostBalancer> factory);

    /// <summary>
    /// A service for other components (<see cref="IServiceContext.Service{T}"/>), built when its namespace stands in the service's
    /// <c>extra_config</c>. Two providers of one type: the configuration is refused with both named.
    /// </summary>
    /// <typeparam name="T">An interface of the SDK: any other type is known to this plugin alone.</typeparam>
    void Service<T>(string name, Stage stage, ComponentFactory<IServiceContext, T> factory) where T : class;

    /// <summary>Something whose state <c>/__health</c> shows; built when its namespace stands in the service's <c>extra_config</c>.</summary>
    void Health(string name, ComponentFactory<IServiceContext, IHealthContributor> factory);

    /// <summary>
    /// The log: takes the place of the built-in application and access log while its namespace stands in the service's <c>extra_config</c>.
    /// A log that knows several namespaces is declared once for each: the first one present builds it, the others are read through
    /// <see cref="IServiceContext.ServiceConfig"/>. A factory that returns <see langword="null"/> after it reported errors, or throws because its
    /// surroundings lack something, leaves the built-in log in place (OBS-003); errors beside a log are shown as warnings.
    /// </summary>
    void Logging(string name, ComponentFactory<ILogContext, IGatewayLog> factory);

    /// <summary>
    /// A command of the executable: <c>gateway NAME -c FILE</c> serves what the branch accepts on the configuration's port, with its TLS, router, log
    /// and limits, in place of the endpoints; <c>/__health</c>, 404, signals and reloads stay the gateway's. Nothing else of the configuration is
    /// built. The factory gets the value of the namespace that the manifest names for the command.
    /// </summary>
    void Command(string name, ComponentFactory<IServiceContext, IListenerBranch> factory);

    /// <summary>
    /// A handler of <c>plugin/http-server</c> (EXT-019): the last of several sees the request first. What it makes of the request's path and
    /// query is what is routed. The factory gets the whole namespace (EXT-016).
    /// </summary>
    void HttpServer(string name, ComponentFactory<IServiceContext, IHttpMiddleware> factory);

    /// <summary>
    /// An executor of <c>plugin/http-client</c> (EXT-029): <c>next</c> is the gateway's bare transport, without the components that an executor
    /// replaces (EXT-034). An answer of its own is a <see cref="SyntheticResponse"/>. The factory gets the whole namespace.
    /// </summary>
    void HttpClient(string name, ComponentFactory<IBackendContext, IClientMiddleware> factory);

    /// <summary>
    /// A request modifier of <c>plugin/req-resp-modifier</c> (EXT-039). The factory gets the whole namespace; its context is an
    /// <see cref="IBackendContext"/> where the namespace stands in a backend.
    /// </summary>
    void RequestModifier(string name, ComponentFactory<IEndpointContext, IRequestModifier> factory);

    /// <summary>A response modifier of <c>plugin/req-resp-modifier</c>; see <see cref="RequestModifier"/>.</summary>
    void ResponseModifier(string name, ComponentFactory<IEndpointContext, IResponseModifier> factory);

    /// <summary>
    /// A middleware of <c>plugin/middleware</c> (EXT-050); see <see cref="RequestModifier"/> for factory and context. One that calls its
    /// <c>next</c> several times buffers the request's body before, and disposes the responses that it does not return.
    /// </summary>
    void Middleware(string name, ComponentFactory<IEndpointContext, IProxyMiddleware> factory);
}
