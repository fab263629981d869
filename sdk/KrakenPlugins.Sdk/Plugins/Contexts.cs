using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>What a component may know of the service that it is built for. The gateway implements it.</summary>
public interface IServiceContext
{
    /// <summary>Application log.</summary>
    ILogger Logger { get; }

    /// <summary>Clock.</summary>
    TimeProvider Time { get; }

    /// <summary>The whole document.</summary>
    ConfigNode Document { get; }

    /// <summary>Fires when the configuration that the component belongs to is replaced or the gateway stops (EXT-015).</summary>
    CancellationToken Stopping { get; }

    /// <summary>Folder of the plugin that the component belongs to, or empty for components of the gateway itself.</summary>
    string PluginFolder { get; }

    /// <summary>
    /// Calls of the component's own (token endpoints, metadata servers) over the gateway's transport: with <c>client_tls</c>, the proxies of the
    /// environment, the settings of the service's HTTP client and its pools (AUT-122). Not there yet while the log is built.
    /// </summary>
    IOutgoingCalls Outgoing { get; }

    /// <summary>
    /// The address of the client that made a request (RTE-054): behind trusted proxies the one that they name, IPv4-mapped IPv6 as IPv4.
    /// </summary>
    string ClientAddress(HttpContext context);

    /// <summary>
    /// Adds a text to the errors that the access log shows with an exchange (OBS-015), which is logged then even if no route is looked for: why a
    /// component on the HTTP exchange refused it. Holds nothing that a client sent.
    /// </summary>
    void NoteError(HttpContext context, string message);

    /// <summary>The value of a namespace in the <c>extra_config</c> of the service under its current name, or <see langword="null"/>.</summary>
    ConfigNode? ServiceConfig(string name);

    /// <summary>
    /// The endpoint that serves an exchange, or would serve it if its method were another one; <see langword="null"/> when none does. In front
    /// of routing it is looked up in the routes with the path as it is now, so that the answer is the router's own.
    /// </summary>
    /// <param name="context">An exchange of this configuration.</param>
    /// <param name="method">Upper-case method, mostly the request's own.</param>
    EndpointRoute? FindEndpoint(HttpContext context, string method);

    /// <summary>
    /// A service that another component provides (<see cref="IPluginRegistry.Service{T}"/>), or <see langword="null"/> when none does.
    /// Providers are built before everything else, in the order of their stages.
    /// </summary>
    /// <typeparam name="T">An interface of the SDK.</typeparam>
    T? Service<T>() where T : class;

    /// <summary>
    /// State of the component that outlives a reload (counters, caches, breakers): the value of the last configuration when it had one at the
    /// same place (service, endpoint, backend, agent), for the same component and key, and for an equal configuration; else a new one. While
    /// the last configuration ends, both use the value. Whatever of it is disposable is disposed when no configuration holds it any more.
    /// </summary>
    /// <remarks>
    /// Another build of the plugin has other types, and starts with new state. Hold nothing in the value that belongs to one configuration:
    /// no context, no service, no logger of it.
    /// </remarks>
    /// <typeparam name="T">Type of the value; safe for concurrent use.</typeparam>
    /// <param name="key">Name of the value within the component.</param>
    /// <param name="config">What the value depends on, compared by value; mostly the configuration that the factory got.</param>
    /// <param name="create">Makes a new value.</param>
    /// <exception cref="ObjectDisposedException">The configuration has ended.</exception>
    T Carry<T>(string key, ConfigNode config, Func<T> create) where T : class;

    /// <summary>
    /// Shows a state in <c>/__health</c> under the component's namespace, for components of endpoints and backends, which
    /// <see cref="IPluginRegistry.Health"/> does not reach. Called while a component is built. A namespace has one contributor per configuration,
    /// the first, so let it speak for all places; later ones are not shown.
    /// </summary>
    void ShowHealth(IHealthContributor contributor);

    /// <summary>
    /// Offers an operation to the operators of this machine through the admin listener, under <c>/plugins/ID/</c>. Called while a component is
    /// built; it is there as long as the configuration serves. Components of one plugin that offer the same method and path share the first
    /// one, so let it speak for all places.
    /// </summary>
    void OfferAdmin(AdminOperation operation);
}

/// <summary>What tells one endpoint of a configuration from the others.</summary>
/// <param name="Method">Upper-case method.</param>
/// <param name="Path">Path with placeholders as configured.</param>
public sealed record EndpointRoute(string Method, string Path);

/// <summary>What a component may know of the endpoint that it is built for.</summary>
public interface IEndpointContext : IServiceContext
{
    /// <summary>Path with placeholders as configured.</summary>
    string Path { get; }

    /// <summary>Upper-case method.</summary>
    string Method { get; }

    /// <summary>End-to-end time.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Whether the answer is handed through as it comes.</summary>
    bool IsNoOp { get; }

    /// <summary>Number of backends that take part in the answer (shadows not counted).</summary>
    int BackendCount { get; }

    /// <summary>The endpoint object of the document.</summary>
    ConfigNode Endpoint { get; }

    /// <summary>What log lines begin with: <c>[ENDPOINT: /path]</c>, for a backend <c>[BACKEND: METHOD /path -&gt; /url_pattern]</c> (OBS-009, EXT-042).</summary>
    string LogPrefix { get; }

    /// <summary>The value of a namespace in the endpoint's own <c>extra_config</c> under its current name, or <see langword="null"/>.</summary>
    ConfigNode? EndpointConfig(string name);

    /// <summary>
    /// Makes a header of the request reach every backend of the endpoint whatever <c>input_headers</c> lists; for a component on the HTTP
    /// exchange, which sets or removes the header in each request. Spellings with <c>_</c> for <c>-</c>, which many servers read as the same
    /// name, are withheld then, whoever sent them. Called while the component is built; later calls have no effect.
    /// </summary>
    /// <param name="name">Name of the header, in any letter case.</param>
    /// <returns>Whether it may be handed on: not a header of the connection, of the body, or one that the gateway sets itself.</returns>
    bool PropagateHeader(string name);

    /// <summary>
    /// What <see cref="PropagateHeader"/> was called with so far, in canonical spelling: headers that tell backends who the client is. Complete
    /// when components of the proxy pipeline and of backends are built.
    /// </summary>
    IReadOnlyList<string> PropagatedHeaders { get; }

    /// <summary>
    /// The decoded value of a placeholder of the path in a request that the endpoint serves, for components on the HTTP exchange;
    /// <see langword="null"/> when the path has none of this name.
    /// </summary>
    /// <param name="context">An exchange of this endpoint.</param>
    /// <param name="name">Name without braces, as configured.</param>
    string? PathParameter(HttpContext context, string name);

    /// <summary>
    /// What may reject a validated token of this endpoint (<see cref="IPluginRegistry.Rejecter"/>), in the order of
    /// <see cref="RejecterStages"/>; for the component that validates tokens.
    /// </summary>
    IReadOnlyList<ITokenRejecter> TokenRejecters { get; }
}

/// <summary>What a component may know of the backend that it is built for.</summary>
public interface IBackendContext : IEndpointContext
{
    /// <summary>Position among the endpoint's backends, from 0.</summary>
    int Index { get; }

    /// <summary><c>url_pattern</c> as configured.</summary>
    string UrlPattern { get; }

    /// <summary>Upper-case method towards the backend.</summary>
    string BackendMethod { get; }

    /// <summary>Name of the decoder.</summary>
    string Encoding { get; }

    /// <summary>
    /// The namespace whose component makes the calls of this backend in place of the HTTP client (<see cref="IPluginRegistry.Executor"/>), so that
    /// components of the client are not built for it; <see langword="null"/> for a backend that is called over HTTP.
    /// </summary>
    string? Executor { get; }

    /// <summary>The backend object of the document.</summary>
    ConfigNode Backend { get; }

    /// <summary>The value of a namespace in the backend's own <c>extra_config</c> under its current name, or <see langword="null"/>.</summary>
    ConfigNode? BackendConfig(string name);

    /// <summary>
    /// The backend's hosts as they are known at any time, listed or discovered; <see langword="null"/> for a backend without, and while the source of
    /// the hosts itself is built.
    /// </summary>
    IHostDiscovery? Hosts => null;

    /// <summary>
    /// Calls of the component's own to the backend's hosts: as <see cref="IServiceContext.Outgoing"/>, with the settings that the backend's HTTP
    /// client has beside the service's (TLS, proxy).
    /// </summary>
    IOutgoingCalls HostCalls => Outgoing;
}

/// <summary>What a handler may use that takes connections of an endpoint over.</summary>
public interface IConnectionContext : IEndpointContext
{
    /// <summary>The request as the endpoint lets it through: filtered headers and query, parameters, claims. The body stays with the exchange.</summary>
    ProxyRequest CreateRequest(HttpContext context);

    /// <summary>
    /// Makes the request that of a backend: filters it, builds its <see cref="ProxyRequest.Target"/> and picks its <see cref="ProxyRequest.Host"/>.
    /// </summary>
    /// <param name="request">A request of <see cref="CreateRequest"/>, or a fork of one.</param>
    /// <param name="backend">Position of the backend, from 0.</param>
    /// <returns>Why it cannot be, or <see langword="null"/>.</returns>
    ValueTask<GatewayError?> AddressAsync(ProxyRequest request, int backend);
}

/// <summary>What an agent may know and use.</summary>
public interface IAgentContext : IServiceContext
{
    /// <summary><c>name</c> of the agent.</summary>
    string Name { get; }

    /// <summary>The agent object of the document.</summary>
    ConfigNode Agent { get; }

    /// <summary><c>consumer.topic</c>.</summary>
    string Topic { get; }

    /// <summary><c>consumer.workers</c>: messages worked on at once, at least 1.</summary>
    int Workers { get; }

    /// <summary><c>consumer.max_rate</c>: messages per second and worker; 0 means as many as come. See <see cref="MessagePace"/>.</summary>
    double MaxRate { get; }

    /// <summary><c>connection.max_retries</c>: attempts to connect after the first one; 0 means any number (NRC-231). See <see cref="Reconnection"/>.</summary>
    int MaxRetries { get; }

    /// <summary><c>connection.backoff_strategy</c>: the waits between them.</summary>
    BackoffStrategy Backoff { get; }

    /// <summary><c>connection.health_interval</c>: time between two <see cref="Report"/>s while connected, at least a second.</summary>
    TimeSpan HealthInterval { get; }

    /// <summary>
    /// Calls the agent's pipeline: its proxy components, its backends, their merge, within <c>consumer.timeout</c>. A message is done when
    /// the result has no error (NRC-223). The caller disposes the response. Safe for concurrent use.
    /// </summary>
    /// <param name="body">Body of the request that the backends get; a <see cref="RequestBody.Of"/>, which may be sent again.</param>
    /// <param name="headers">Headers of that request, or <see langword="null"/>; left as they are.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<ProxyResult> CallAsync(RequestBody body, NameValueList? headers, CancellationToken cancellationToken);

    /// <summary>Reports that the agent lives: its time in <c>/__health</c> (NRC-234).</summary>
    void Report();
}

/// <summary>What a component of the log may use.</summary>
public interface ILogContext : IServiceContext
{
    /// <summary>The queue in front of the process's standard output: never blocks, drops when it is full and says how many (OBS-012).</summary>
    ILogOutput StandardOutput { get; }

    /// <summary>Whether standard output is a terminal that shows colours.</summary>
    bool IsTerminal { get; }

    /// <summary>Environment variable of the gateway's process, or <see langword="null"/>.</summary>
    string? Environment(string name);
}
