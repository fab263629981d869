using System.Collections.Frozen;

namespace Gateway.Core.Configuration;

/// <summary>
/// Old names of namespaces. Each is accepted with the prefix <c>github.com/</c> and <c>github_com/</c>.
/// Source: reference page "migrating".
/// </summary>
public static class NamespaceAliases
{
    private const string Prefix = "github.com/";
    private const string OtherPrefix = "github_com/";

    private static readonly FrozenDictionary<string, string> s_current = new Dictionary<string, string>
    {
        ["github.com/devopsfaith/krakend/transport/http/server/handler"] = "plugin/http-server",
        ["github.com/devopsfaith/krakend/transport/http/client/executor"] = "plugin/http-client",
        ["github.com/devopsfaith/krakend/proxy/plugin"] = "plugin/req-resp-modifier",
        ["github.com/devopsfaith/krakend/proxy"] = "proxy",
        ["github.com/luraproject/lura/router/gin"] = "router",
        ["github.com/devopsfaith/krakend-httpcache"] = "qos/http-cache",
        ["github.com/devopsfaith/krakend-circuitbreaker/gobreaker"] = "qos/circuit-breaker",
        ["github.com/devopsfaith/krakend-oauth2-clientcredentials"] = "auth/client-credentials",
        ["github.com/devopsfaith/krakend-jose/validator"] = "auth/validator",
        ["github.com/devopsfaith/krakend-jose/signer"] = "auth/signer",
        ["github.com/devopsfaith/bloomfilter"] = "auth/revoker",
        ["github.com/devopsfaith/krakend-botdetector"] = "security/bot-detector",
        ["github.com/devopsfaith/krakend-httpsecure"] = "security/http",
        ["github.com/devopsfaith/krakend-cors"] = "security/cors",
        ["github.com/devopsfaith/krakend-cel"] = "validation/cel",
        ["github.com/devopsfaith/krakend-jsonschema"] = "validation/json-schema",
        ["github.com/devopsfaith/krakend-amqp/agent"] = "async/amqp",
        ["github.com/devopsfaith/krakend-amqp/consume"] = "backend/amqp/consumer",
        ["github.com/devopsfaith/krakend-amqp/produce"] = "backend/amqp/producer",
        ["github.com/devopsfaith/krakend-lambda"] = "backend/lambda",
        ["github.com/devopsfaith/krakend-pubsub/publisher"] = "backend/pubsub/publisher",
        ["github.com/devopsfaith/krakend-pubsub/subscriber"] = "backend/pubsub/subscriber",
        ["github.com/devopsfaith/krakend/transport/http/client/graphql"] = "backend/graphql",
        ["github.com/devopsfaith/krakend/http"] = "backend/http",
        ["github.com/devopsfaith/krakend-gelf"] = "telemetry/gelf",
        ["github.com/devopsfaith/krakend-gologging"] = "telemetry/logging",
        ["github.com/devopsfaith/krakend-logstash"] = "telemetry/logstash",
        ["github.com/devopsfaith/krakend-metrics"] = "telemetry/metrics",
        ["github.com/devopsfaith/krakend-opencensus"] = "telemetry/opencensus",
        ["github.com/letgoapp/krakend-influx"] = "telemetry/influx",
        ["github.com/devopsfaith/krakend-lua/router"] = "modifier/lua-endpoint",
        ["github.com/devopsfaith/krakend-lua/proxy"] = "modifier/lua-proxy",
        ["github.com/devopsfaith/krakend-lua/proxy/backend"] = "modifier/lua-backend",
        ["github.com/devopsfaith/krakend-martian"] = "modifier/martian",
        // Names that only the migration tool of the original knows.
        ["github.com/devopsfaith/krakend-ratelimit/juju/router"] = "qos/ratelimit/router",
        ["github.com/devopsfaith/krakend-ratelimit/juju/proxy"] = "qos/ratelimit/proxy",
        ["github.com/devopsfaith/krakend-influx"] = "telemetry/influx",
        ["github.com/devopsfaith/krakend-swagger"] = "documentation/openapi",
        ["github.com/devopsfaith/krakend-apikeys"] = "auth/api-keys",
        ["github.com/devopsfaith/krakend-instana"] = "telemetry/instana",
        ["github.com/devopsfaith/krakend-websocket"] = "websocket",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Old names and current names, in the spelling <c>github.com/…</c>.</summary>
    public static IReadOnlyDictionary<string, string> All => s_current;

    /// <summary>The current name of an old one, or <see langword="null"/> when the name is not an old one.</summary>
    public static string? CurrentName(string name) => s_current.GetValueOrDefault(Canonical(name));

    /// <summary>Whether a name is that of a component that no longer exists.</summary>
    public static bool IsDropped(string name)
    {
        name = Canonical(name);
        return name is "github.com/devopsfaith/krakend-etcd"
                or "github.com/devopsfaith/krakend-consul"
                or "github.com/devopsfaith/krakend-circuitbreaker/eapache"
            || name.StartsWith("github.com/devopsfaith/krakend-ratelimit/rate/", StringComparison.Ordinal);
    }

    /// <summary>The name with the prefix <c>github_com/</c> written as <c>github.com/</c>.</summary>
    public static string Canonical(string name) =>
        name.StartsWith(OtherPrefix, StringComparison.Ordinal) ? Prefix + name[OtherPrefix.Length..] : name;
}
