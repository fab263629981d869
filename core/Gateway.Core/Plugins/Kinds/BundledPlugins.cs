using System.Collections.Frozen;
using Gateway.Core.Configuration;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>
/// Plugins that the reference's commercial edition brings along (EXT-066) and the namespaces that took the place of the old ones
/// (EXT-069, CFG-296). None is in this version; a plugin that registers such a name is used all the same.
/// </summary>
internal static class BundledPlugins
{
    private const string Wildcard = "an endpoint that ends in \"/*\"";

    /// <summary>What stands in the place of a plugin today; empty while the plugin is still the way.</summary>
    private static readonly FrozenDictionary<(string Namespace, string Name), string> s_replacements = new Dictionary<(string, string), string>
    {
        [(PluginKinds.HttpServerNamespace, "geoip")] = "",
        [(PluginKinds.HttpServerNamespace, "ip-filter")] = "",
        [(PluginKinds.HttpServerNamespace, "jwk-aggregator")] = "",
        [(PluginKinds.HttpServerNamespace, "url-rewrite")] = "",
        [(PluginKinds.HttpServerNamespace, "basic-auth")] = "the namespace \"auth/basic\"",
        [(PluginKinds.HttpServerNamespace, "redis-ratelimit")] = "the namespace \"qos/ratelimit/service/redis\"",
        [(PluginKinds.HttpServerNamespace, "static-filesystem")] = "the namespace \"server/static-filesystem\"",
        [(PluginKinds.HttpServerNamespace, "virtualhost")] = "the namespace \"server/virtualhost\"",
        [(PluginKinds.HttpServerNamespace, "wildcard")] = Wildcard,
        [(PluginKinds.HttpClientNamespace, "http-logger")] = "",
        [(PluginKinds.HttpClientNamespace, "http-proxy")] = "the attribute \"proxy_address\" of \"backend/http/client\"",
        [(PluginKinds.HttpClientNamespace, "no-redirect")] = "the attribute \"no_redirect\" of \"backend/http/client\"",
        [(PluginKinds.HttpClientNamespace, "static-filesystem")] = "the namespace \"backend/static-filesystem\"",
        [(PluginKinds.HttpClientNamespace, "wildcard")] = Wildcard,
        [(PluginKinds.ModifiersNamespace, "ip-filter")] = "",
        [(PluginKinds.ModifiersNamespace, "content-replacer")] = "the namespace \"modifier/response-body\"",
        [(PluginKinds.ModifiersNamespace, "response-schema-validator")] = "the namespace \"validation/response-json-schema\"",
    }.ToFrozenDictionary();

    /// <summary>Whether a name is one of these; <paramref name="replacement"/> says what took its place, empty when nothing did.</summary>
    public static bool TryFind(string @namespace, string name, out string replacement) =>
        s_replacements.TryGetValue((@namespace, OldPluginNames.CurrentName(name) ?? name), out replacement!);
}
