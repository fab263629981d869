using System.Collections.Frozen;

namespace Gateway.Core.Configuration;

/// <summary>Plugins under <c>plugin/*</c> that once had other names. Source: reference page "migrating".</summary>
internal static class OldPluginNames
{
    private static readonly FrozenDictionary<string, string> s_current = new Dictionary<string, string>
    {
        ["krakend-basic-auth"] = "basic-auth",
        ["krakend-jwk-aggregator"] = "jwk-aggregator",
        ["krakend-redirect"] = "no-redirect",
        ["krakend-dumper"] = "http-logger",
        ["krakend-geoip"] = "geoip",
        ["krakend-ipfilter"] = "ip-filter",
        ["krakend-static-live"] = "static-filesystem",
        ["krakend-wildcard"] = "wildcard",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The name today, or <see langword="null"/> when a name is no old one.</summary>
    public static string? CurrentName(string name) => s_current.GetValueOrDefault(name);
}
