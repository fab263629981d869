using System.Collections.Frozen;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>A name inside a namespace that guides and other products use and this language does not know.</summary>
/// <param name="Namespace">Current name of the namespace.</param>
/// <param name="Place">Attribute names from the namespace on, parted by <c>/</c>; <c>*</c> is any one member or element, <c>**</c> any depth, an empty text the namespace itself.</param>
/// <param name="Advice">What to use instead, as the end of a sentence.</param>
internal sealed record ForeignName(string Namespace, string Place, string Advice)
{
    /// <summary>Whether the name would have guarded something, which it does not.</summary>
    public bool IsProtection { get; init; }

    /// <summary>What the value must be like; any value otherwise.</summary>
    public Func<ConfigNode, bool> When { get; init; } = static _ => true;

    /// <summary>The steps of <see cref="Place"/>.</summary>
    public IReadOnlyList<string> Steps { get; } = Place.Length == 0 ? [] : Place.Split('/');
}

/// <summary>
/// Names inside of namespaces that people bring along (CFG-309, table "Names seen in the wild"). Those of whole namespaces stand in
/// <see cref="NamespaceRegistry"/>, those of the core objects at their classes (<see cref="ConfigHintAttribute"/>).
/// </summary>
internal static class ForeignNames
{
    private const string Lifetime = "the lifetime comes from the backend's Cache-Control";
    private const string ServiceLimit = "a limit per client is \"client_max_rate\" with \"strategy\" and \"key\"";
    private const string Pins = "pins stand in \"hpkp_public_key\"";

    private static readonly FrozenDictionary<string, ForeignName[]> s_all = new ForeignName[]
    {
        new("backend/grpc", "output_mapping", "results are renamed with \"mapping\" and selected with \"allow\" of the backend"),
        new("backend/grpc", "use_request_id", "headers are sent to the service with \"input_headers\""),
        new("modifier/martian", "", "only one modifier can stand here; wrap several in \"fifo.Group\"") { When = static value => value.Members.Count(static m => !ConfigBinder.IsMetadata(m.Name)) > 1 },
        new("modifier/martian", "**/query.Modifier", "the modifier is called \"querystring.Modifier\""),
        new("qos/circuit-breaker", "fallback_response", "data for a failed call is \"static\" under the endpoint's extra_config, namespace proxy"),
        new("qos/http-cache", "ttl", Lifetime),
        new("qos/http-cache", "cache_control", Lifetime),
        new("qos/http-cache", "etag", Lifetime),
        new("qos/http-cache", "vary", Lifetime),
        new("qos/http-cache", "redis", "gateways share what they keep with \"connection_name\", which names a connection of the service's \"redis\""),
        new("qos/http-cache", "cdn", Lifetime),
        new("qos/ratelimit/service", "default_user_quota", ServiceLimit) { IsProtection = true },
        new("qos/ratelimit/service", "tokenizer", ServiceLimit) { IsProtection = true },
        new("qos/ratelimit/service", "tokenizer_field", ServiceLimit) { IsProtection = true },
        new("qos/ratelimit/service", "redis_url", "limits that several gateways share have the namespace \"qos/ratelimit/service/redis\"") { IsProtection = true },
        new("auth/api-keys", "keys/*/strategy", "\"strategy\" and \"identifier\" stand beside \"keys\" and hold for all of them"),
        new("auth/api-keys", "keys/*/field", "\"strategy\" and \"identifier\" stand beside \"keys\" and hold for all of them"),
        new("auth/basic", "users/*", "passwords are bcrypt hashes (htpasswd -nB NAME); this user is refused") { When = static value => value.Kind == ConfigKind.String && !value.Text.StartsWith("$2", StringComparison.Ordinal) },
        new("security/http", "public_key_pins", Pins) { IsProtection = true },
        new("security/http", "public_key_pins_report_only", Pins) { IsProtection = true },
        new("security/http", "hp_public_key_pins", Pins) { IsProtection = true },
        new("telemetry/logstash", "address", "the only attribute is \"enabled\"; lines go to standard output, and a log shipper takes them to an address"),
    }.GroupBy(static n => n.Namespace).ToFrozenDictionary(static g => g.Key, static g => g.ToArray(), StringComparer.Ordinal);

    /// <summary>Every name, for tests and documents.</summary>
    public static IEnumerable<ForeignName> All => s_all.Values.SelectMany(static n => n);

    /// <summary>Reports each occurrence in a namespace once.</summary>
    /// <param name="namespace">Current name.</param>
    /// <param name="value">What stands in the document.</param>
    /// <param name="path">Its place.</param>
    /// <param name="diagnostics">Told of each.</param>
    public static void Report(string @namespace, ConfigNode value, ConfigPath path, ConfigDiagnostics diagnostics)
    {
        foreach (var name in s_all.GetValueOrDefault(@namespace) ?? [])
            Report(name, value, path, diagnostics);
    }

    // A stack of our own: the depth of a document is an outsider's.
    private static void Report(ForeignName name, ConfigNode root, ConfigPath path, ConfigDiagnostics diagnostics)
    {
        var open = new Stack<(ConfigNode Node, SourcePosition Position, ConfigPath Path, int Step)>();
        open.Push((root, root.Position, path, 0));
        while (open.TryPop(out var at))
        {
            if (at.Step == name.Steps.Count)
            {
                if (at.Node.Kind != ConfigKind.Null && name.When(at.Node))
                    diagnostics.Add(new(ConfigSeverity.Warning, at.Position, at.Path.ToString(), Message(name, at.Path)) { Rule = ConfigRules.Hint });
                continue;
            }
            var step = name.Steps[at.Step];
            foreach (var member in at.Node.Members)
            {
                var next = (member.Value, member.NamePosition, at.Path.Member(member.Name));
                if (step == "**")
                    open.Push((next.Value, next.NamePosition, next.Item3, at.Step));
                if (IsAt(member.Name, name.Steps, at.Step, out var rest))
                    open.Push((next.Value, next.NamePosition, next.Item3, rest));
            }
            for (var i = 0; i < at.Node.Items.Count && step is "*" or "**"; i++)
                open.Push((at.Node.Items[i], at.Node.Items[i].Position, at.Path.Item(i), step == "*" ? at.Step + 1 : at.Step));
        }
    }

    private static bool IsAt(string name, IReadOnlyList<string> steps, int step, out int rest)
    {
        var wanted = steps[step] == "**" ? step + 1 : step;
        rest = wanted + 1;
        return wanted < steps.Count && (steps[wanted] == name || (steps[wanted] == "*" && !ConfigBinder.IsMetadata(name)));
    }

    private static string Message(ForeignName name, ConfigPath path)
    {
        var protection = name.IsProtection ? "; the protection is not active" : "";
        return $"{ConfigText.Quote(path.MemberName)} has no effect here: {name.Advice}{protection}";
    }
}
