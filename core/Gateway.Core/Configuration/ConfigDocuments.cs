using Gateway.Core.Plugins.Processes;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

// The objects of the language as they stand in the file: weakly typed, defaults not yet inherited. The loader turns them into
// the model of GatewayConfig.cs.

/// <summary>The root object.</summary>
[ConfigIgnoreCase]
[ConfigHint("cors", "CORS is set under extra_config, namespace security/cors")]
[ConfigHint("rate_limit", "limits are set under extra_config, namespace qos/ratelimit/service; the protection is not active")]
internal sealed class RootDocument
{
    public ConfigSource Source { get; init; } = null!;
    public ConfigNode? Version { get; init; }
    public string Name { get; init; } = "";
    public int Port { get; init; }
    public string ListenIp { get; init; } = "";
    public IReadOnlyList<string> Host { get; init; } = [];
    public TimeSpan Timeout { get; init; }
    public TimeSpan CacheTtl { get; init; }
    public string OutputEncoding { get; init; } = "";
    public IReadOnlyList<ConfigNode> Endpoints { get; init; } = [];
    public IReadOnlyList<ConfigNode> AsyncAgent { get; init; } = [];
    public ConfigNode? ExtraConfig { get; init; }
    public bool DebugEndpoint { get; init; }
    public bool EchoEndpoint { get; init; }
    public bool DisableRest { get; init; }
    public bool SequentialStart { get; init; }
    public TimeSpan DnsCacheTtl { get; init; }
    public TimeSpan ReadTimeout { get; init; }
    public TimeSpan ReadHeaderTimeout { get; init; }
    public TimeSpan WriteTimeout { get; init; }
    public TimeSpan IdleTimeout { get; init; }
    public int MaxHeaderBytes { get; init; }
    public TimeSpan MaxShutdownWaitTime { get; init; }
    [ConfigName("use_h2c")]
    public bool UseH2c { get; init; }
    public TlsDocument? Tls { get; init; }
    public ClientTlsDocument? ClientTls { get; init; }
    public PluginDocument? Plugin { get; init; }
    public TimeSpan DialerTimeout { get; init; }
    public TimeSpan DialerKeepAlive { get; init; }
    public TimeSpan DialerFallbackDelay { get; init; }
    public bool DisableCompression { get; init; }
    public bool DisableKeepAlives { get; init; }
    public int MaxIdleConnections { get; init; }
    public int MaxIdleConnectionsPerHost { get; init; }
    public TimeSpan IdleConnectionTimeout { get; init; }
    public TimeSpan ResponseHeaderTimeout { get; init; }
    public TimeSpan ExpectContinueTimeout { get; init; }
    public bool AllowInsecureConnections { get; init; }
}

/// <summary>The root's <c>plugin</c>.</summary>
[ConfigIgnoreCase]
internal sealed class PluginDocument
{
    public ConfigSource Source { get; init; } = null!;
    public string Folder { get; init; } = "/opt/krakend/plugins/";
    public string Pattern { get; init; } = ".so";
    public IReadOnlyDictionary<string, SidecarConfig> Sidecars { get; init; } = new Dictionary<string, SidecarConfig>();
}

/// <summary>An endpoint object.</summary>
[ConfigIgnoreCase]
[ConfigHint("rate_limit", "limits are set under extra_config, namespace qos/ratelimit/router; the protection is not active")]
[ConfigHint("max_rate", "limits are set under extra_config, namespace qos/ratelimit/router; the protection is not active")]
[ConfigHint("auth", "authentication is set under extra_config, for example with auth/validator; the protection is not active")]
[ConfigHint("cache", "use \"cache_ttl\" for the client's cache, and qos/http-cache in a backend's extra_config")]
[ConfigHint("host", "\"host\" belongs to each backend, or to the root for all of them")]
[ConfigHint("encoding", "\"encoding\" belongs to each backend; what the client receives is \"output_encoding\"")]
[ConfigHint("url_pattern", "\"url_pattern\" belongs to each backend")]
[ConfigHint("sequential", "use \"sequential\" under extra_config, namespace proxy")]
internal sealed class EndpointDocument
{
    public ConfigSource Source { get; init; } = null!;
    [ConfigRequired]
    public string Endpoint { get; init; } = "";
    public IReadOnlyList<ConfigNode> Backend { get; init; } = [];
    public string Method { get; init; } = "";
    public TimeSpan Timeout { get; init; }
    public TimeSpan CacheTtl { get; init; }
    public int ConcurrentCalls { get; init; }
    [ConfigAlias("headers_to_pass")]
    public IReadOnlyList<string> InputHeaders { get; init; } = [];
    [ConfigAlias("querystring_params")]
    public IReadOnlyList<string> InputQueryStrings { get; init; } = [];
    public string OutputEncoding { get; init; } = "";
    public ConfigNode? ExtraConfig { get; init; }
}

/// <summary>An agent object.</summary>
[ConfigIgnoreCase]
internal sealed class AgentDocument
{
    public ConfigSource Source { get; init; } = null!;
    public string Name { get; init; } = "";
    [ConfigRequired]
    public AgentConsumerDocument? Consumer { get; init; }
    public AgentConnectionDocument? Connection { get; init; }
    // What counts is the encoding of each backend.
    public string Encoding { get; init; } = "";
    public IReadOnlyList<ConfigNode> Backend { get; init; } = [];
    public ConfigNode? ExtraConfig { get; init; }
}

/// <summary><c>consumer</c> of an agent.</summary>
[ConfigIgnoreCase]
internal sealed class AgentConsumerDocument
{
    public ConfigSource Source { get; init; } = null!;
    [ConfigRequired]
    public string Topic { get; init; } = "";
    public int Workers { get; init; }
    public TimeSpan Timeout { get; init; }
    public double MaxRate { get; init; }
}

/// <summary><c>connection</c> of an agent.</summary>
[ConfigIgnoreCase]
internal sealed class AgentConnectionDocument
{
    public ConfigSource Source { get; init; } = null!;
    public int MaxRetries { get; init; }
    public string BackoffStrategy { get; init; } = "";
    public TimeSpan HealthInterval { get; init; }
}

/// <summary>A backend object.</summary>
[ConfigIgnoreCase]
[ConfigHint("timeout", "a timeout belongs to the endpoint, and holds for all its backends")]
[ConfigHint("concurrent_calls", "\"concurrent_calls\" belongs to the endpoint, and holds for all its backends")]
[ConfigHint("output_encoding", "\"output_encoding\" belongs to the endpoint; how the backend's answer is read is \"encoding\"")]
[ConfigHint("headers_to_pass", "use \"input_headers\" of the endpoint")]
[ConfigHint("querystring_params", "use \"input_query_strings\" of the endpoint")]
internal sealed class BackendDocument
{
    public ConfigSource Source { get; init; } = null!;
    public string UrlPattern { get; init; } = "";
    public IReadOnlyList<string> Host { get; init; } = [];
    public string Method { get; init; } = "";
    public bool DisableHostSanitize { get; init; }
    public string Encoding { get; init; } = "";
    public IReadOnlyList<string> InputHeaders { get; init; } = [];
    public IReadOnlyList<string> InputQueryStrings { get; init; } = [];
    public string Sd { get; init; } = "";
    public string SdScheme { get; init; } = "";
    public bool IsCollection { get; init; }
    [ConfigAlias("whitelist", "allowlist")]
    public IReadOnlyList<string> Allow { get; init; } = [];
    [ConfigAlias("blacklist", "denylist")]
    public IReadOnlyList<string> Deny { get; init; } = [];
    public IReadOnlyDictionary<string, string>? Mapping { get; init; }
    public string Group { get; init; } = "";
    public string Target { get; init; } = "";
    public ConfigNode? ExtraConfig { get; init; }
}
