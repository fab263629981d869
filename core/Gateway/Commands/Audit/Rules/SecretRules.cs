using KrakenPlugins.Sdk.Configuration;
using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>8.4: secrets that everybody who reads the file knows.</summary>
internal static class SecretRules
{
    private static readonly string[] s_names =
    [
        "password", "passwd", "passphrase", "secret", "client_secret", "secret_key", "secret_access_key", "api_key", "apikey", "token", "auth_token", "access_token",
        "credentials", "authorization", "proxy_authorization", "x_api_key", "license_key",
    ];

    public static IReadOnlyList<AuditRule> All { get; } =
    [
        new("8.4.1", High, "A secret stands in the configuration; take it from the environment or a settings file while the configuration is rendered, and replace it, because it has been read", Secrets),
        new("8.4.2", High, "A URL has a password in it; take it from the environment or a settings file while the configuration is rendered, and replace it, because it has been read", Passwords),
    ];

    private static IEnumerable<AuditPlace> Secrets(AuditedService service)
    {
        var source = new SourceLines();
        return ConfigWalk.Settings(service)
            .Where(v => v.Node is { Kind: ConfigKind.String, Text.Length: > 0 } && IsSecret(v) && !IsReference(v.Node.Text) && !source.IsRendered(v.Node.Position))
            .Select(static v => v.Place);
    }

    private static bool IsSecret(WalkedValue value)
    {
        var text = value.Node.Text;
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal) || text.StartsWith("base64key://", StringComparison.Ordinal))
            return true;
        // A URL; what may be secret in it is another rule's.
        if (text.Contains("://", StringComparison.Ordinal))
            return false;
        return (value.Namespace, value.Name) switch
        {
            // Bcrypt hashes, each under the name of a user.
            ("auth/basic", _) => false,
            ("auth/api-keys", "key") => value.Settings["hash"].AsText() is "" or "plain",
            ("telemetry/newrelic", "license") or ("telemetry/moesif", "application_id") => true,
            ("modifier/martian", "value") => s_names.Contains(Plain(value.Owner["name"].AsText()), StringComparer.Ordinal),
            var (_, name) => s_names.Contains(Plain(name), StringComparer.Ordinal),
        };
    }

    private static string Plain(string name) => name.ToLowerInvariant().Replace('-', '_');

    /// <summary>Whether a text stands for a value that is put in its place before the gateway reads it.</summary>
    private static bool IsReference(string text) =>
        text.StartsWith('$') || text.Contains("${", StringComparison.Ordinal) || text.Contains("{{", StringComparison.Ordinal)
        || (text.StartsWith('<') && text.EndsWith('>')) || (text.StartsWith('{') && text.EndsWith('}')) || (text.Length > 2 && text.StartsWith('%') && text.EndsWith('%'));

    private static IEnumerable<AuditPlace> Passwords(AuditedService service)
    {
        var source = new SourceLines();
        return Urls(service).Where(u => HasPassword(u.Node.Text) && !source.IsRendered(u.Node.Position)).Select(static u => new AuditPlace(u.Path.ToString(), u.Node.Position));
    }

    private static IEnumerable<(ConfigPath Path, ConfigNode Node)> Urls(AuditedService service)
    {
        var hosts = service.Backends.Select(static b => (b.Scope.Path.Member("host"), b.Scope.Node.Attribute("host"))).Prepend((ConfigPath.Root.Member("host"), service.Config.Source.Attribute("host")));
        foreach (var (path, list) in hosts)
        {
            var items = list.AsList();
            for (var i = 0; i < items.Count; i++)
                yield return (path.Item(i), items[i]);
        }
        foreach (var value in ConfigWalk.Settings(service))
        {
            if (value.Node.Kind == ConfigKind.String)
                yield return (value.Path, value.Node);
        }
    }

    private static bool HasPassword(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
            return false;
        var authority = text.AsSpan(start + 3);
        var end = authority.IndexOfAny("/?#");
        authority = end < 0 ? authority : authority[..end];
        var at = authority.LastIndexOf('@');
        var colon = at < 0 ? -1 : authority[..at].IndexOf(':');
        return colon >= 0 && colon + 1 < at && !IsReference(authority[(colon + 1)..at].ToString());
    }
}
