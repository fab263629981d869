using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary>The lines of the dump about <c>tls</c> and <c>client_tls</c>, with the defaults of the language (CFG-229 to 231).</summary>
/// <param name="level">Amount, 1 to 3.</param>
internal sealed class TlsDump(int level)
{
    private const string Newest = "TLS13";
    private const string ModernSuites = "[4865 4866 4867]";
    private const string AllSuites = "[4865 4866 4867 49199 49195 49200 49196 52392 52393]";
    private const string Curves = "[23 24 25]";

    /// <summary>Lines with their depth of nesting.</summary>
    public IEnumerable<(int Depth, string Line)> Of(ServiceConfig config)
    {
        var root = new ConfigSource(config.Source, ConfigPath.Root);
        return Server(root.Find("tls")).Concat(Client(root.Find("client_tls")));
    }

    private IEnumerable<(int Depth, string Line)> Server(ConfigNode? node)
    {
        if (node is null)
            return None("No TLS section defined");
        var tls = new ConfigSource(node, ConfigPath.Root);
        var pairs = tls.Find("keys")?.Items.Count ?? 0;
        if (tls.Find("public_key") is not null)
            pairs++;
        return Section($"TLS: {(Flag(tls, "disabled") ? "disabled" : "enabled")}, {pairs} key pair(s), mutual TLS: {Text(Flag(tls, "enable_mtls"))}", tls);
    }

    private IEnumerable<(int Depth, string Line)> Client(ConfigNode? node)
    {
        if (node is null)
            return None("No Client TLS section defined");
        var tls = new ConfigSource(node, ConfigPath.Root);
        return Section($"Client TLS: allow insecure connections: {Text(Flag(tls, "allow_insecure_connections"))}, {tls.Find("client_certs")?.Items.Count ?? 0} client certificate(s)", tls);
    }

    private IEnumerable<(int Depth, string Line)> Section(string head, ConfigSource tls)
    {
        yield return (1, head);
        if (level < 2)
            yield break;
        var oldest = Value(tls, "min_version", Newest);
        yield return (2, $"Versions: {oldest} to {Value(tls, "max_version", Newest)}");
        yield return (2, $"CA certificates: {Value(tls, "ca_certs", "[]")}");
        yield return (2, $"Disable system CA pool: {Text(Flag(tls, "disable_system_ca_pool"))}");
        if (level < 3)
            yield break;
        yield return (2, $"Cipher suites: {Value(tls, "cipher_suites", oldest == Newest ? ModernSuites : AllSuites)}");
        yield return (2, $"Curve preferences: {Value(tls, "curve_preferences", Curves)}");
    }

    private IEnumerable<(int Depth, string Line)> None(string line) => level >= 2 ? [(1, line)] : [];

    private static string Value(ConfigSource tls, string name, string missing) => tls.Find(name) is { } value ? GoFormat.Value(name, value) : missing;

    private static bool Flag(ConfigSource tls, string name) => tls.Find(name) is { } value && WeakTyping.TryBoolean(value, out var flag) && flag;

    private static string Text(bool flag) => flag ? "true" : "false";
}
