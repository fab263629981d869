using System.Collections.Frozen;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Names of the places that have an <c>extra_config</c>.</summary>
public static class ConfigScope
{
    /// <summary>The root object.</summary>
    public const string Service = "service";
    /// <summary>An endpoint.</summary>
    public const string Endpoint = "endpoint";
    /// <summary>A backend.</summary>
    public const string Backend = "backend";
    /// <summary>A workflow, which stands in a backend.</summary>
    public const string Workflow = "workflow";
    /// <summary>An async agent.</summary>
    public const string AsyncAgent = "async_agent";

    /// <summary>A scope in a sentence: <c>an endpoint</c>.</summary>
    public static string Describe(string scope) => scope switch
    {
        Service => "the service",
        Endpoint => "an endpoint",
        AsyncAgent => "an async agent",
        _ => "a " + scope,
    };
}

/// <summary>
/// The namespaces that the language defines and the scopes that each may stand in, whether or not a plugin is there.
/// Source: reference page "configuration structure", schema of language version 2.13.
/// </summary>
public static class NamespaceRegistry
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> s_scopes = new Dictionary<string, FrozenSet<string>>
    {
        [ConfigScope.Service] = Set("""
            ai/mcp auth/api-keys auth/basic auth/revoker auth/validator documentation/openapi documentation/postman gateway/admin gateway/plugins
            governance/processors governance/quota grpc modifier/lua-endpoint modifier/request-body-extractor
            modifier/response-headers plugin/http-server qos/ratelimit/service qos/ratelimit/service/redis qos/ratelimit/tiered
            redis router security/bot-detector security/cors security/http server/static-filesystem server/virtualhost
            telemetry/gelf telemetry/influx telemetry/instana telemetry/logging telemetry/logstash telemetry/metrics
            telemetry/moesif telemetry/newrelic telemetry/opencensus telemetry/opentelemetry telemetry/opentelemetry-security
            """),
        [ConfigScope.Endpoint] = Set("""
            ai/mcp auth/api-keys auth/basic auth/signer auth/validator documentation/openapi documentation/postman
            governance/quota modifier/jmespath modifier/lua-endpoint modifier/lua-proxy modifier/request-body-extractor
            modifier/request-body-extractor/early modifier/request-body-generator modifier/response-body
            modifier/response-body-generator plugin/middleware plugin/req-resp-modifier proxy qos/ratelimit/router
            qos/ratelimit/router/redis qos/ratelimit/tiered security/bot-detector security/cors security/http
            security/policies telemetry/opentelemetry validation/cel validation/json-schema
            validation/response-json-schema websocket
            """),
        [ConfigScope.Backend] = Set("""
            ai/llm auth/aws-sigv4 auth/client-credentials auth/gcp auth/ntlm backend/amqp/consumer backend/amqp/producer
            backend/conditional backend/graphql backend/grpc backend/http backend/http/client backend/lambda
            backend/pubsub/publisher backend/pubsub/subscriber backend/pubsub/publisher/kafka
            backend/pubsub/subscriber/kafka backend/soap backend/static-filesystem governance/quota modifier/body-generator
            modifier/jmespath modifier/lua-backend modifier/martian modifier/request-body-generator modifier/response-body
            modifier/response-body-generator plugin/http-client plugin/middleware plugin/req-resp-modifier proxy
            qos/circuit-breaker qos/circuit-breaker/http qos/http-cache qos/ratelimit/proxy security/policies
            telemetry/logging telemetry/opentelemetry validation/cel validation/response-json-schema workflow
            """),
        [ConfigScope.Workflow] = Set("""
            modifier/jmespath modifier/lua-proxy modifier/request-body-generator modifier/response-body-generator
            plugin/req-resp-modifier proxy security/policies validation/cel validation/json-schema
            """),
        [ConfigScope.AsyncAgent] = Set("async/amqp async/kafka plugin/req-resp-modifier"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What of an endpoint's works in an agent: the components of the proxy pipeline (NRC-225).</summary>
    private static readonly FrozenSet<string> s_agentPipeline = Set("""
        modifier/jmespath modifier/lua-proxy modifier/request-body-extractor modifier/request-body-generator modifier/response-body
        modifier/response-body-generator plugin/middleware plugin/req-resp-modifier proxy security/policies validation/cel
        validation/json-schema validation/response-json-schema
        """);

    private static readonly FrozenSet<string> s_all = s_scopes.Values.SelectMany(static s => s).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Namespaces of core itself, which no plugin provides; those of <c>plugin/*</c> name plugins.</summary>
    private static readonly FrozenSet<string> s_core = Set("router proxy backend/http backend/http/client plugin/http-server plugin/http-client plugin/req-resp-modifier plugin/middleware gateway/admin gateway/plugins");

    /// <summary>Names that people use and that never existed, with what to use instead.</summary>
    private static readonly FrozenDictionary<string, string> s_hints = new Dictionary<string, string>
    {
        ["backend/websocket"] = "the namespace is \"websocket\", in the extra_config of an endpoint",
        ["backend/consul"] = "Consul is reached through its DNS interface, with \"sd\": \"dns\"",
        ["backend/eureka"] = "there is no Eureka client; service discovery is \"sd\": \"static\", \"dns\" or \"dns-shared\"",
        ["github.com/devopsfaith/krakend-health"] = "the health endpoint is built in (/__health, router.health_path) and does not check backends",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The scopes.</summary>
    public static IReadOnlyList<string> Scopes { get; } = [.. s_scopes.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Every namespace that the language defines.</summary>
    public static IReadOnlySet<string> All => s_all;

    /// <summary>Whether the language lets a namespace stand in a scope.</summary>
    public static bool IsDefined(string scope, string name) =>
        s_scopes[scope].Contains(name) || (scope == ConfigScope.AsyncAgent && s_agentPipeline.Contains(name));

    /// <summary>The namespaces of a scope.</summary>
    public static IReadOnlySet<string> In(string scope) => s_scopes[scope];

    /// <summary>Whether core provides a namespace itself.</summary>
    public static bool IsCore(string name) => s_core.Contains(name);

    /// <summary>The scopes that a namespace may stand in; empty when the language does not define it.</summary>
    public static IReadOnlyList<string> ScopesOf(string name) =>
        [.. s_scopes.Where(s => s.Value.Contains(name)).Select(static s => s.Key).Order(StringComparer.Ordinal)];

    /// <summary>Advice about a name that does not exist but is met, or <see langword="null"/>.</summary>
    public static string? HintFor(string name) => s_hints.GetValueOrDefault(name);

    /// <summary>
    /// Whether the gateway may run without the plugin of a namespace: what only observes, documents or saves work.
    /// </summary>
    public static bool IsOptional(string name) =>
        name.StartsWith("telemetry/", StringComparison.Ordinal) || name.StartsWith("documentation/", StringComparison.Ordinal) || name == "qos/http-cache";

    /// <summary>Whether a namespace says who is served, whoever made it: without its plugin no door may stand open (AUT-008, SEC-074).</summary>
    public static bool IsGuard(string name) => name.StartsWith("auth/", StringComparison.Ordinal) || name.StartsWith("security/", StringComparison.Ordinal);

    /// <summary>
    /// Whether a guard that nothing provides closes its endpoint where the gateway may run without it. At the service one that endpoints have
    /// too concerns those that have it, any other all of them; how the gateway signs in at a backend lets nobody in.
    /// </summary>
    public static bool ClosesWhenMissing(string scope, string name) => IsGuard(name) && scope switch
    {
        ConfigScope.Service => !s_scopes[ConfigScope.Endpoint].Contains(name),
        ConfigScope.Backend => !name.StartsWith("auth/", StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>Whether a namespace guards something, so that its absence leaves a door open.</summary>
    public static bool IsProtection(string name) =>
        IsGuard(name)
        || name.StartsWith("qos/ratelimit/", StringComparison.Ordinal)
        || name.StartsWith("governance/", StringComparison.Ordinal)
        || name.StartsWith("validation/", StringComparison.Ordinal);

    /// <summary>A backend that calls no host of its own, so that it may have none.</summary>
    public static bool NeedsNoHost(string name) =>
        name is "workflow" or "backend/lambda" or "backend/static-filesystem"
        || name.StartsWith("backend/amqp/", StringComparison.Ordinal)
        || name.StartsWith("backend/pubsub/", StringComparison.Ordinal);

    /// <summary>The namespace whose endpoints have hosts with the schemes <c>ws</c> and <c>wss</c>.</summary>
    public const string WebSocket = "websocket";

    /// <summary><c>; did you mean "x"?</c> for an unknown name; those of the scope come first.</summary>
    public static string Suggest(string scope, string name)
    {
        var near = NearestName.Find(name, s_scopes[scope]) ?? NearestName.Find(name, s_all);
        if (near is null && NearestName.Find(NamespaceAliases.Canonical(name), NamespaceAliases.All.Keys) is { } old)
            near = NamespaceAliases.CurrentName(old);
        return near is null ? "" : $"; did you mean \"{near}\"?";
    }

    private static FrozenSet<string> Set(string names) =>
        names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
