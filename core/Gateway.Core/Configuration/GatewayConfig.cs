using System.Net;
using Gateway.Core.Plugins.Processes;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// A loaded configuration: typed, with defaults, inheritance and environment overrides applied. Immutable. What a namespace of
/// a component holds stays in <see cref="ExtraConfig"/> as the tree of the document.
/// Source: reference pages "service-settings", "endpoints", "backends".
/// </summary>
public sealed record ServiceConfig
{
    /// <summary>Label for telemetry.</summary>
    public string Name { get; init; } = "";
    /// <summary>TCP port, 1 to 65535.</summary>
    public int Port { get; init; } = 8080;
    /// <summary>Address to listen on; <see langword="null"/> means all, IPv4 and IPv6.</summary>
    public IPAddress? ListenIp { get; init; }
    /// <summary>Hosts of backends that declare none, as written.</summary>
    public IReadOnlyList<string> Host { get; init; } = [];
    /// <summary>Default end-to-end time of an endpoint.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);
    /// <summary>Default advertised cache time; zero means none.</summary>
    public TimeSpan CacheTtl { get; init; }
    /// <summary>Default rendering.</summary>
    public string OutputEncoding { get; init; } = "json";
    /// <summary>Whether <c>/__debug/</c> is served.</summary>
    public bool DebugEndpoint { get; init; }
    /// <summary>Whether <c>/__echo/</c> is served.</summary>
    public bool EchoEndpoint { get; init; }
    /// <summary>Whether placeholders may be a part of a segment.</summary>
    public bool DisableRest { get; init; }
    /// <summary>Whether agents start one after the other.</summary>
    public bool SequentialStart { get; init; }
    /// <summary>Lifetime of service-discovery answers.</summary>
    public TimeSpan DnsCacheTtl { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Limits of the HTTP server.</summary>
    public ServerConfig Server { get; init; } = new();
    /// <summary>TLS of the listener; <see langword="null"/> for clear text.</summary>
    public TlsServerConfig? Tls { get; init; }
    /// <summary>Settings of the outgoing HTTP client.</summary>
    public TransportConfig Transport { get; init; } = new();
    /// <summary>The <c>router</c> namespace.</summary>
    public RouterConfig Router { get; init; } = new();
    /// <summary>The admin listener (<c>gateway/admin</c>), or <see langword="null"/>.</summary>
    public AdminConfig? Admin { get; init; }
    /// <summary>The public API, in file order; endpoints with unsupported methods (RTE-003) are not among them.</summary>
    public IReadOnlyList<EndpointConfig> Endpoints { get; init; } = [];
    /// <summary>Consumers of events, in file order.</summary>
    public IReadOnlyList<AgentConfig> Agents { get; init; } = [];
    /// <summary>Service-scope namespaces under their current names, core's own included.</summary>
    public ExtraConfig ExtraConfig { get; init; } = ExtraConfig.Empty;
    /// <summary>What may be missing, as it was loaded with (<see cref="LoadOptions.AllowMissing"/>).</summary>
    public IReadOnlySet<string> AllowMissing { get; init; } = new HashSet<string>();
    /// <summary>Plugin folder of the configuration, or <see langword="null"/>.</summary>
    public PluginFolderConfig? Plugin { get; init; }
    /// <summary>What the operator says of plugins that run in processes of their own (<c>plugin.sidecars</c>), by id.</summary>
    public IReadOnlyDictionary<string, SidecarConfig> Sidecars { get; init; } = new Dictionary<string, SidecarConfig>();
    /// <summary>The whole document.</summary>
    public required ConfigNode Source { get; init; }
}

/// <summary>Where user plugins are looked for.</summary>
/// <param name="Folder">Folder, relative to the working directory.</param>
/// <param name="Pattern">Substring of file names.</param>
public sealed record PluginFolderConfig(string Folder, string Pattern);

/// <summary>Limits of the HTTP server; a zero duration means none.</summary>
public sealed record ServerConfig
{
    /// <summary>Time for headers and body.</summary>
    public TimeSpan ReadTimeout { get; init; }
    /// <summary>Time for the headers; falls back to <see cref="ReadTimeout"/> (already applied).</summary>
    public TimeSpan ReadHeaderTimeout { get; init; }
    /// <summary>Time from the end of the headers to the end of the response.</summary>
    public TimeSpan WriteTimeout { get; init; }
    /// <summary>Wait for the next request; falls back to <see cref="ReadTimeout"/> (already applied).</summary>
    public TimeSpan IdleTimeout { get; init; }
    /// <summary>Bytes of request line and headers.</summary>
    public int MaxHeaderBytes { get; init; } = 1 << 20;
    /// <summary>How long a stop waits for requests in progress; zero means without limit.</summary>
    public TimeSpan MaxShutdownWaitTime { get; init; }
    /// <summary>Whether HTTP/2 with prior knowledge is served beside HTTP/1.1 in clear text.</summary>
    public bool UseH2c { get; init; }
}

/// <summary>Settings of the outgoing HTTP client; a zero duration means none unless stated.</summary>
public sealed class TransportConfig
{
    /// <summary>TCP connect limit.</summary>
    public TimeSpan DialerTimeout { get; init; }
    /// <summary>TCP keep-alive interval; negative disables.</summary>
    public TimeSpan DialerKeepAlive { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>Wait before the second address family is tried.</summary>
    public TimeSpan DialerFallbackDelay { get; init; } = TimeSpan.FromMilliseconds(300);
    /// <summary>Do not ask for gzip on our own.</summary>
    public bool DisableCompression { get; init; }
    /// <summary>One request per connection.</summary>
    public bool DisableKeepAlives { get; init; }
    /// <summary>Idle connections over all hosts; 0 means unlimited.</summary>
    public int MaxIdleConnections { get; init; }
    /// <summary>Idle connections per host.</summary>
    public int MaxIdleConnectionsPerHost { get; init; } = 250;
    /// <summary>Close idle connections after.</summary>
    public TimeSpan IdleConnectionTimeout { get; init; }
    /// <summary>Wait for response headers after the request was written.</summary>
    public TimeSpan ResponseHeaderTimeout { get; init; }
    /// <summary>Wait for <c>100 Continue</c>; zero sends the body at once.</summary>
    public TimeSpan ExpectContinueTimeout { get; init; }
    /// <summary>TLS towards backends that have no settings of their own.</summary>
    public TlsClientConfig Tls { get; init; } = TlsClientConfig.Default;
}

/// <summary>The <c>router</c> namespace. Source: reference page "service-settings_router-options".</summary>
public sealed class RouterConfig
{
    /// <summary>Take the client address from <c>X-Appengine-Remote-Addr</c>.</summary>
    public bool AppEngine { get; init; }
    /// <summary>Answer OPTIONS on every path.</summary>
    public bool AutoOptions { get; init; }
    /// <summary>Inflate gzip request bodies.</summary>
    public bool DecompressGzip { get; init; }
    /// <summary>No access log.</summary>
    public bool DisableAccessLog { get; init; }
    /// <summary>No gzip of responses.</summary>
    public bool DisableGzip { get; init; }
    /// <summary>404 instead of 405.</summary>
    public bool DisableHandleMethodNotAllowed { get; init; }
    /// <summary>No health endpoint.</summary>
    public bool DisableHealth { get; init; }
    /// <summary>Skip the parameter check.</summary>
    public bool DisablePathDecoding { get; init; }
    /// <summary>No redirect to a cleaned path.</summary>
    public bool DisableRedirectFixedPath { get; init; }
    /// <summary>No redirect on a trailing slash.</summary>
    public bool DisableRedirectTrailingSlash { get; init; }
    /// <summary>Canonical JSON body for 404, or <see langword="null"/>.</summary>
    public byte[]? ErrorBody404 { get; init; }
    /// <summary>Canonical JSON body for 405, or <see langword="null"/>.</summary>
    public byte[]? ErrorBody405 { get; init; }
    /// <summary>Believe forwarding headers of trusted proxies.</summary>
    public bool ForwardedByClientIp { get; init; }
    /// <summary>Path of the health endpoint.</summary>
    public string HealthPath { get; init; } = "/__health";
    /// <summary><c>X-Krakend: Version undefined</c>.</summary>
    public bool HideVersionHeader { get; init; }
    /// <summary>Exact paths without access log.</summary>
    public IReadOnlyList<string> LoggerSkipPaths { get; init; } = [];
    /// <summary>Bytes of a request body; 0 means no limit.</summary>
    public long MaxPayload { get; init; }
    /// <summary>Headers searched for the client address, in order.</summary>
    public IReadOnlyList<string> RemoteIpHeaders { get; init; } = ["X-Forwarded-For", "X-Real-IP"];
    /// <summary>Clean the path before matching.</summary>
    public bool RemoveExtraSlash { get; init; }
    /// <summary>Show error texts.</summary>
    public bool ReturnErrorMsg { get; init; }
    /// <summary>Networks whose forwarding headers are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
}

/// <summary>One endpoint with effective values.</summary>
public sealed class EndpointConfig
{
    /// <summary>Path with placeholders, starting with <c>/</c>.</summary>
    public required string Path { get; init; }
    /// <summary>Upper-case method.</summary>
    public string Method { get; init; } = "GET";
    /// <summary>End-to-end time; never zero.</summary>
    public TimeSpan Timeout { get; init; }
    /// <summary>Advertised cache time; zero means none.</summary>
    public TimeSpan CacheTtl { get; init; }
    /// <summary>Copies of each backend call, at least 1.</summary>
    public int ConcurrentCalls { get; init; } = 1;
    /// <summary>Client headers let through, canonical names; <c>*</c> for all.</summary>
    public IReadOnlyList<string> InputHeaders { get; init; } = [];
    /// <summary>Client query keys let through; <c>*</c> for all.</summary>
    public IReadOnlyList<string> InputQueryStrings { get; init; } = [];
    /// <summary>Rendering as written or inherited; unknown values are already <c>json</c>.</summary>
    public string OutputEncoding { get; init; } = "json";
    /// <summary>The endpoint's <c>proxy</c> namespace.</summary>
    public EndpointProxyConfig Proxy { get; init; } = new();
    /// <summary>Backends in file order, shadows included; at least one.</summary>
    public IReadOnlyList<BackendConfig> Backends { get; init; } = [];
    /// <summary>Names of the path placeholders in order, as written; for a wildcard endpoint without the remainder.</summary>
    public IReadOnlyList<string> ParameterNames { get; init; } = [];
    /// <summary>Endpoint-scope namespaces under their current names.</summary>
    public ExtraConfig ExtraConfig { get; init; } = ExtraConfig.Empty;
    /// <summary>The endpoint object of the document.</summary>
    public required ConfigNode Source { get; init; }
    /// <summary>Whether the endpoint ends in <c>/*</c>.</summary>
    public bool IsWildcard => Path.EndsWith("/*", StringComparison.Ordinal);
    /// <summary>Whether the answer is handed through.</summary>
    public bool IsNoOp => string.Equals(OutputEncoding, "no-op", StringComparison.Ordinal);
}

/// <summary>The <c>proxy</c> namespace of an endpoint.</summary>
public sealed class EndpointProxyConfig
{
    /// <summary>Backends run one after another (<c>sequential</c>, or <c>strategy: sequential</c>).</summary>
    public bool Sequential { get; init; }
    /// <summary><c>resp0_user</c>-style names offered as parameters.</summary>
    public IReadOnlyList<string> SequentialPropagatedParams { get; init; } = [];
    /// <summary>Reshaping of the merged object; empty means none.</summary>
    public IReadOnlyList<FlatmapOperation> FlatmapFilter { get; init; } = [];
    /// <summary>Static data, or <see langword="null"/>.</summary>
    public StaticConfig? Static { get; init; }
    /// <summary>Bytes of a request body; 0 means no limit.</summary>
    public long MaxPayload { get; init; }
    /// <summary>Inflate gzip request bodies.</summary>
    public bool DecompressGzip { get; init; }
}

/// <summary>One operation of a flatmap filter.</summary>
/// <param name="Type"><c>move</c>, <c>del</c> or <c>append</c>.</param>
/// <param name="Args">Dotted paths; the right number for the type.</param>
public sealed record FlatmapOperation(string Type, IReadOnlyList<string> Args);

/// <summary>Static data of an endpoint.</summary>
/// <param name="Strategy"><c>always</c>, <c>success</c>, <c>complete</c>, <c>errored</c> or <c>incomplete</c>.</param>
/// <param name="Data">An object.</param>
public sealed record StaticConfig(string Strategy, ConfigNode Data);

/// <summary>One backend with effective values.</summary>
public sealed class BackendConfig
{
    /// <summary>Hosts, sanitised (<c>scheme://host:port</c>) unless <see cref="DisableHostSanitize"/>.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
    /// <summary>Path and fixed query with placeholders, starting with <c>/</c>.</summary>
    public required UrlPattern UrlPattern { get; init; }
    /// <summary>Upper-case method, inherited from the endpoint when absent.</summary>
    public string Method { get; init; } = "GET";
    /// <summary>Decoder; unknown values are already <c>json</c>, and <c>no-op</c> when the endpoint is.</summary>
    public string Encoding { get; init; } = "json";
    /// <summary>Hosts were taken verbatim.</summary>
    public bool DisableHostSanitize { get; init; }
    /// <summary>Headers of the endpoint let through, canonical names; empty means all, <c>[""]</c> none.</summary>
    public IReadOnlyList<string> InputHeaders { get; init; } = [];
    /// <summary>Query keys of the endpoint let through; empty means all, <c>[""]</c> none.</summary>
    public IReadOnlyList<string> InputQueryStrings { get; init; } = [];
    /// <summary>Service discovery: <c>static</c>, or a name that a plugin provides (<c>dns</c>, <c>dns-shared</c>).</summary>
    public string Sd { get; init; } = "static";
    /// <summary>Scheme for discovered hosts.</summary>
    public string SdScheme { get; init; } = "http";
    /// <summary>The answer is an array.</summary>
    public bool IsCollection { get; init; }
    /// <summary>Dotted paths to keep.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];
    /// <summary>Dotted paths to remove.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];
    /// <summary>Root keys to rename, in file order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Mapping { get; init; } = [];
    /// <summary>Key to wrap the result in, or empty.</summary>
    public string Group { get; init; } = "";
    /// <summary>Dotted path of the new root, or empty.</summary>
    public string Target { get; init; } = "";
    /// <summary>Reshaping; empty means none. Replaces allow, deny and mapping.</summary>
    public IReadOnlyList<FlatmapOperation> FlatmapFilter { get; init; } = [];
    /// <summary>The answer is ignored.</summary>
    public bool Shadow { get; init; }
    /// <summary>Own time limit of a shadow call; zero means the endpoint's.</summary>
    public TimeSpan ShadowTimeout { get; init; }
    /// <summary>The <c>backend/http</c> namespace.</summary>
    public BackendHttpConfig Http { get; init; } = new();
    /// <summary>The <c>backend/http/client</c> namespace.</summary>
    public BackendHttpClientConfig Client { get; init; } = new();
    /// <summary>Backend-scope namespaces under their current names.</summary>
    public ExtraConfig ExtraConfig { get; init; } = ExtraConfig.Empty;
    /// <summary>The backend object of the document.</summary>
    public required ConfigNode Source { get; init; }
}

/// <summary>The <c>backend/http</c> namespace.</summary>
public sealed class BackendHttpConfig
{
    /// <summary>Use the backend's status for a single-backend failure.</summary>
    public bool ReturnErrorCode { get; init; }
    /// <summary>Alias under which failures are reported as data, or empty.</summary>
    public string ReturnErrorDetails { get; init; } = "";
}

/// <summary>The <c>backend/http/client</c> namespace.</summary>
public sealed record BackendHttpClientConfig
{
    /// <summary>Resend the body on 307/308.</summary>
    public bool SendBodyOnRedirect { get; init; }
    /// <summary>Hand 3xx on instead of following.</summary>
    public bool NoRedirect { get; init; }
    /// <summary>Proxy for this backend, with scheme and port, or <see langword="null"/>.</summary>
    public Uri? ProxyAddress { get; init; }
    /// <summary>TLS of this backend in place of the service's; <see langword="null"/> for the service's.</summary>
    public TlsClientConfig? Tls { get; init; }
}

/// <summary>The namespaces of one scope: current name and value, in file order.</summary>
public sealed class ExtraConfig(IReadOnlyList<ConfigMember> members)
{
    /// <summary>No namespaces.</summary>
    public static ExtraConfig Empty { get; } = new([]);

    /// <summary>Names (current ones, aliases resolved) and values.</summary>
    public IReadOnlyList<ConfigMember> Members { get; } = members;

    /// <summary>Namespaces that it would have, workflows included, but that nothing provides and that may be missing (<see cref="LoadOptions.AllowMissing"/>).</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>The value of a namespace, or <see langword="null"/>.</summary>
    public ConfigNode? this[string name]
    {
        get
        {
            foreach (var member in Members)
            {
                if (string.Equals(member.Name, name, StringComparison.Ordinal))
                    return member.Value;
            }
            return null;
        }
    }
}
