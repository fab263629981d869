using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

// The namespaces that core itself reads, as they stand in the file. Below extra_config names are case-sensitive.

/// <summary>The <c>gateway/admin</c> namespace.</summary>
internal sealed class AdminDocument
{
    public ConfigSource Source { get; init; } = null!;
    public string Listen { get; init; } = "";
    public string Token { get; init; } = "";
    public string TokenFile { get; init; } = "";
}

/// <summary>The <c>router</c> namespace.</summary>
internal sealed class RouterDocument
{
    public ConfigSource Source { get; init; } = null!;
    public bool AppEngine { get; init; }
    public bool AutoOptions { get; init; }
    public bool DecompressGzip { get; init; }
    public bool DisableAccessLog { get; init; }
    public bool DisableGzip { get; init; }
    public bool DisableHandleMethodNotAllowed { get; init; }
    public bool DisableHealth { get; init; }
    public bool DisablePathDecoding { get; init; }
    public bool DisableRedirectFixedPath { get; init; }
    public bool DisableRedirectTrailingSlash { get; init; }
    public ErrorBodyDocument ErrorBody { get; init; } = new();
    public bool? ForwardedByClientIp { get; init; }
    public string HealthPath { get; init; } = "";
    public bool HideVersionHeader { get; init; }
    public IReadOnlyList<string> LoggerSkipPaths { get; init; } = [];
    // Read so that it is no unknown attribute; bodies are never parsed into memory here.
    public long MaxMultipartMemory { get; init; }
    public long MaxPayload { get; init; }
    public IReadOnlyList<string> RemoteIpHeaders { get; init; } = [];
    public bool RemoveExtraSlash { get; init; }
    public bool ReturnErrorMsg { get; init; }
    public IReadOnlyList<string>? TrustedProxies { get; init; }
    [ConfigName("use_h2c")]
    public bool UseH2c { get; init; }
}

/// <summary><c>router.error_body</c>.</summary>
internal sealed class ErrorBodyDocument
{
    [ConfigName("404")]
    public ConfigNode? NotFound { get; init; }
    [ConfigName("405")]
    public ConfigNode? MethodNotAllowed { get; init; }
}

/// <summary>The <c>proxy</c> namespace of an endpoint.</summary>
[ConfigHint("shadow", "\"shadow\" belongs to the proxy namespace of a backend")]
[ConfigHint("shadow_timeout", "\"shadow_timeout\" belongs to the proxy namespace of a backend")]
internal sealed class EndpointProxyDocument
{
    public ConfigSource Source { get; init; } = null!;
    public bool Sequential { get; init; }
    public string Strategy { get; init; } = "";
    public string Combiner { get; init; } = "";
    // Every backend has a request of its own anyway.
    public bool ForceSandboxedRequest { get; init; }
    public IReadOnlyList<string> SequentialPropagatedParams { get; init; } = [];
    public IReadOnlyList<FlatmapDocument> FlatmapFilter { get; init; } = [];
    public ConfigNode? Static { get; init; }
    public long MaxPayload { get; init; }
    public bool DecompressGzip { get; init; }
}

/// <summary>The <c>proxy</c> namespace of a backend.</summary>
[ConfigHint("sequential", "\"sequential\" belongs to the proxy namespace of the endpoint")]
[ConfigHint("sequential_propagated_params", "\"sequential_propagated_params\" belongs to the proxy namespace of the endpoint")]
[ConfigHint("static", "\"static\" belongs to the proxy namespace of the endpoint")]
[ConfigHint("max_payload", "\"max_payload\" belongs to the proxy namespace of the endpoint; the protection is not active")]
[ConfigHint("decompress_gzip", "\"decompress_gzip\" belongs to the proxy namespace of the endpoint")]
[ConfigHint("combiner", "\"combiner\" belongs to the proxy namespace of the endpoint")]
internal sealed class BackendProxyDocument
{
    public ConfigSource Source { get; init; } = null!;
    public bool Shadow { get; init; }
    public TimeSpan ShadowTimeout { get; init; }
    public IReadOnlyList<FlatmapDocument> FlatmapFilter { get; init; } = [];
}

/// <summary>An operation of <c>flatmap_filter</c>.</summary>
internal sealed class FlatmapDocument
{
    public ConfigSource Source { get; init; } = null!;
    public string Type { get; init; } = "";
    public IReadOnlyList<string> Args { get; init; } = [];
}

/// <summary><c>proxy.static</c>.</summary>
internal sealed class StaticDocument
{
    public ConfigSource Source { get; init; } = null!;
    [ConfigValues("always", "success", "complete", "errored", "incomplete", Severity = ConfigSeverity.Warning)]
    public string Strategy { get; init; } = "always";
    public ConfigNode? Data { get; init; }
}

/// <summary>The <c>backend/http</c> namespace.</summary>
internal sealed class BackendHttpDocument
{
    public bool ReturnErrorCode { get; init; }
    public string? ReturnErrorDetails { get; init; }
}

/// <summary>The <c>backend/http/client</c> namespace.</summary>
[ConfigHint("timeout", "a timeout belongs to the endpoint")]
[ConfigHint("dialer_timeout", "\"dialer_timeout\" is a root attribute")]
[ConfigHint("dialer_keep_alive", "\"dialer_keep_alive\" is a root attribute")]
[ConfigHint("dialer_fallback_delay", "\"dialer_fallback_delay\" is a root attribute")]
[ConfigHint("max_idle_connections", "\"max_idle_connections\" is a root attribute")]
[ConfigHint("max_idle_connections_per_host", "\"max_idle_connections_per_host\" is a root attribute")]
[ConfigHint("disable_compression", "\"disable_compression\" is a root attribute")]
internal sealed class BackendHttpClientDocument
{
    public ConfigSource Source { get; init; } = null!;
    public bool SendBodyOnRedirect { get; init; }
    public bool NoRedirect { get; init; }
    public string ProxyAddress { get; init; } = "";
    public ClientTlsDocument? ClientTls { get; init; }
}
