using System.Collections.Frozen;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>An attribute of a namespace under an old name.</summary>
/// <param name="Namespace">Current name of the namespace.</param>
/// <param name="Object">The object that holds it, as names from the namespace on, parted by <c>/</c>; empty for the namespace itself. Of a list every element.</param>
/// <param name="Old">Old name.</param>
/// <param name="Current">Name today.</param>
internal sealed record OldAttribute(string Namespace, string Object, string Old, string Current)
{
    /// <summary>How loudly its use is told.</summary>
    public ConfigSeverity Severity { get; init; } = ConfigSeverity.Notice;
}

/// <summary>
/// Old attributes of namespaces (CFG-052), for every plugin alike: they see the current names only. Those of the core objects stand at
/// their classes (<see cref="ConfigAliasAttribute"/>). Source: reference page "migrating".
/// </summary>
internal static class NamespaceAttributes
{
    private static readonly FrozenDictionary<string, OldAttribute[]> s_all = new OldAttribute[]
    {
        new("qos/circuit-breaker", "", "maxErrors", "max_errors"),
        new("qos/circuit-breaker", "", "logStatusChange", "log_status_change"),
        new("qos/circuit-breaker/http", "", "maxErrors", "max_errors"),
        new("qos/circuit-breaker/http", "", "logStatusChange", "log_status_change"),
        new("qos/ratelimit/router", "", "maxRate", "max_rate"),
        new("qos/ratelimit/router", "", "clientMaxRate", "client_max_rate"),
        new("qos/ratelimit/proxy", "", "maxRate", "max_rate"),
        new("qos/ratelimit/router/redis", "", "connection_pool", "connection_name") { Severity = ConfigSeverity.Warning },
        new("qos/ratelimit/router/redis", "", "redis_instance", "connection_name") { Severity = ConfigSeverity.Warning },
        new("qos/ratelimit/service/redis", "", "connection_pool", "connection_name") { Severity = ConfigSeverity.Warning },
        new("qos/ratelimit/service/redis", "", "redis_instance", "connection_name") { Severity = ConfigSeverity.Warning },
        new("qos/ratelimit/tiered", "tiers/ratelimit_redis", "connection_pool", "connection_name") { Severity = ConfigSeverity.Warning },
        new("qos/ratelimit/tiered", "tiers/ratelimit_redis", "redis_instance", "connection_name") { Severity = ConfigSeverity.Warning },
        new("security/bot-detector", "", "cacheSize", "cache_size"),
        new("security/bot-detector", "", "whitelist", "allow"),
        new("security/bot-detector", "", "allowlist", "allow"),
        new("security/bot-detector", "", "blacklist", "deny"),
        new("security/bot-detector", "", "denylist", "deny"),
        new("auth/revoker", "", "HashName", "hash_name"),
        new("auth/revoker", "", "TokenKeys", "token_keys"),
        new("auth/validator", "", "jwk-url", "jwk_url"),
        new("auth/validator", "", "propagate-claims", "propagate_claims"),
        new("auth/signer", "", "jwk-url", "jwk_url"),
        new("auth/signer", "", "keys-to-sign", "keys_to_sign"),
        new("documentation/openapi", "", "termsOfService", "terms_of_service"),
        new("documentation/openapi", "", "basePath", "base_path"),
        new("documentation/openapi", "", "contact-name", "contact_name"),
        new("documentation/openapi", "", "contact-url", "contact_url"),
        new("documentation/openapi", "", "contact-email", "contact_email"),
        new("documentation/openapi", "", "license-name", "license_name"),
        new("documentation/openapi", "", "license-url", "license_url"),
        new("telemetry/opencensus", "exporters/jaeger", "serviceName", "service_name"),
    }.GroupBy(static a => a.Namespace).ToFrozenDictionary(static g => g.Key, static g => g.ToArray(), StringComparer.Ordinal);

    /// <summary>Every old attribute.</summary>
    public static IEnumerable<OldAttribute> All => s_all.Values.SelectMany(static a => a);

    /// <summary>The value of a namespace with current names; the same node where it has no old ones.</summary>
    /// <param name="namespace">Current name.</param>
    /// <param name="value">What stands in the document.</param>
    /// <param name="path">Its place.</param>
    /// <param name="diagnostics">Told of each old name.</param>
    public static ConfigNode Rename(string @namespace, ConfigNode value, ConfigPath path, ConfigDiagnostics diagnostics)
    {
        foreach (var group in (s_all.GetValueOrDefault(@namespace) ?? []).GroupBy(static a => a.Object))
            value = Inside(value, path, group.Key.Length == 0 ? [] : group.Key.Split('/'), (node, place) => Rename(node, place, group, diagnostics));
        return value;
    }

    private static ConfigNode Inside(ConfigNode node, ConfigPath path, ReadOnlySpan<string> steps, Func<ConfigNode, ConfigPath, ConfigNode> change)
    {
        if (node.Kind == ConfigKind.Array)
            return InsideEach(node, path, steps, change);
        if (node.Kind != ConfigKind.Object)
            return node;
        if (steps.IsEmpty)
            return change(node, path);
        if (node[steps[0]] is not { } inner)
            return node;
        var changed = Inside(inner, path.Member(steps[0]), steps[1..], change);
        if (ReferenceEquals(changed, inner))
            return node;
        return ConfigNode.Object(node.Position, [.. node.Members.Select(m => ReferenceEquals(m.Value, inner) ? m with { Value = changed } : m)]);
    }

    private static ConfigNode InsideEach(ConfigNode list, ConfigPath path, ReadOnlySpan<string> steps, Func<ConfigNode, ConfigPath, ConfigNode> change)
    {
        ConfigNode[]? items = null;
        for (var i = 0; i < list.Items.Count; i++)
        {
            var changed = Inside(list.Items[i], path.Item(i), steps, change);
            if (!ReferenceEquals(changed, list.Items[i]))
                (items ??= [.. list.Items])[i] = changed;
        }
        return items is null ? list : ConfigNode.Array(list.Position, items);
    }

    private static ConfigNode Rename(ConfigNode node, ConfigPath path, IEnumerable<OldAttribute> attributes, ConfigDiagnostics diagnostics)
    {
        List<ConfigMember>? members = null;
        for (var i = node.Members.Count - 1; i >= 0; i--)
        {
            var member = node.Members[i];
            if (member.Value.Kind == ConfigKind.Null || attributes.FirstOrDefault(a => a.Old == member.Name) is not { } attribute)
                continue;
            members ??= [.. node.Members];
            // What comes later, and the current name wherever it stands, win.
            var isTaken = members.Any(m => m.Name == attribute.Current && m.Value.Kind != ConfigKind.Null);
            diagnostics.Add(new(attribute.Severity, member.NamePosition, path.Member(member.Name).ToString(), isTaken
                ? $"\"{member.Name}\" is ignored because \"{attribute.Current}\" is present"
                : $"\"{member.Name}\" is the old name of \"{attribute.Current}\"; rename it") { Rule = ConfigRules.OldName });
            if (isTaken)
                members.RemoveAt(i);
            else
                members[i] = member with { Name = attribute.Current };
        }
        return members is null ? node : ConfigNode.Object(node.Position, members);
    }
}
