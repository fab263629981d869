using System.Collections.Frozen;
using Gateway.Core.Plugins.Kinds;
using KrakenPlugins.Sdk.Configuration;

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

    /// <summary>
    /// The value of a namespace with the names of today, where a plugin has that name and none has the old one; the same node otherwise.
    /// </summary>
    /// <param name="namespace">Current name of the namespace.</param>
    /// <param name="value">What stands in the document.</param>
    /// <param name="path">Its place.</param>
    /// <param name="isAvailable">Whether a plugin of a kind (first) has a name (second).</param>
    /// <param name="diagnostics">Told of each old name.</param>
    public static ConfigNode Rename(string @namespace, ConfigNode value, ConfigPath path, Func<string, string, bool> isAvailable, ConfigDiagnostics diagnostics)
    {
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var written in PluginKinds.NamesIn(@namespace, value))
        {
            if (CurrentName(written.Text) is not { } current || Has(written.Text) || !Has(current) || !renamed.TryAdd(written.Text, current))
                continue;
            diagnostics.Add(new(ConfigSeverity.Notice, written.Position, path.Member("name").ToString(), $"\"{written.Text}\" is the old name of the plugin \"{current}\"; rename it") { Rule = ConfigRules.OldName });
        }
        if (renamed.Count == 0)
            return value;
        return ConfigNode.Object(value.Position, [.. value.Members.Select(m => m.Name == "name"
            ? m with { Value = Names(m.Value, renamed) }
            : renamed.TryGetValue(m.Name, out var current) && value[current] is null ? m with { Name = current } : m)]);

        bool Has(string name) => PluginKinds.Of(@namespace).Any(kind => isAvailable(kind, name));
    }

    private static ConfigNode Names(ConfigNode names, Dictionary<string, string> renamed) => names.Kind switch
    {
        ConfigKind.Array => ConfigNode.Array(names.Position, [.. names.Items.Select(n => Names(n, renamed))]),
        ConfigKind.String when renamed.TryGetValue(names.Text, out var current) => ConfigNode.String(names.Position, current),
        _ => names,
    };
}
