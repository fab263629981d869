using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>8.3: what travels over which network.</summary>
internal static class TransportRules
{
    private const string Insecure = "allow_insecure_connections";

    // Without forward secrecy, with CBC and SHA-1, RC4 or 3DES.
    private static readonly long[] s_weakSuites = [5, 10, 47, 53, 60, 156, 157, 49159, 49161, 49162, 49169, 49170, 49171, 49172, 49187, 49191];

    public static IReadOnlyList<AuditRule> All { get; } =
    [
        new("8.3.1", High, "TLS below 1.2 is accepted, which has known breaks; set min_version to TLS12 or TLS13",
            static s => Sections(s).Where(static t => t.Node.Attribute("min_version").AsText() is "SSL3.0" or "TLS10" or "TLS11").Select(static t => At(t, "min_version"))),
        new("8.3.2", Medium, "Weak cipher suites are offered; remove cipher_suites, or list ECDHE suites with AEAD only (49195, 49196, 49199, 49200, 52392, 52393)",
            static s => Sections(s).Where(static t => t.Node.Attribute("cipher_suites").AsList().Any(static c => s_weakSuites.Contains(c.AsInteger()))).Select(static t => At(t, "cipher_suites"))),
        new("8.3.3", High, "Client certificates of any public authority are accepted; set disable_system_ca_pool and name your own CA in ca_certs",
            static s => s.Tls is { } tls && tls.Attribute("enable_mtls").IsTrue() && !tls.Attribute("disable_system_ca_pool").IsTrue() ? [AuditedService.Root("tls", tls, "enable_mtls")] : []),
        new("8.3.4", Low, "A backend on the Internet is called in clear text; write https:// in front of its host", PublicHosts),
        new("8.3.5", High, "Certificates of a server that a component talks to are not verified; remove allow_insecure_connections and name the CA in ca_certs",
            static s => ConfigWalk.Settings(s).Where(static v => v is { Name: Insecure, Namespace: not "backend/http/client" } && v.Node.IsTrue()).Select(static v => v.Place)),
    ];

    // Server and client of the root, and whatever a component has under these names.
    private static IEnumerable<(ConfigPath Path, ConfigNode Node)> Sections(AuditedService service)
    {
        if (service.Tls is { } tls)
            yield return (ConfigPath.Root.Member("tls"), tls);
        if (service.ClientTls is { } client)
            yield return (ConfigPath.Root.Member("client_tls"), client);
        foreach (var value in ConfigWalk.Settings(service))
        {
            if (value is { Name: "tls" or "client_tls", Node.Kind: ConfigKind.Object })
                yield return (value.Path, value.Node);
        }
    }

    private static AuditPlace At((ConfigPath Path, ConfigNode Node) section, string attribute) =>
        new(section.Path.Member(attribute).ToString(), section.Node.Attribute(attribute)!.Position);

    private static IEnumerable<AuditPlace> PublicHosts(AuditedService service)
    {
        foreach (var backend in service.Backends)
        {
            if (backend.Config is not { Sd: "static" } config || backend.Scope.Has("backend/grpc") || config.ExtraConfig.Members.Any(static m => NamespaceRegistry.NeedsNoHost(m.Name)))
                continue;
            if (!config.Hosts.Any(PublicAddress.IsPublicClearText))
                continue;
            yield return backend.Scope.Node.Attribute("host") is { } own && own.AsList().Count > 0
                ? new(backend.Scope.Path.Member("host").ToString(), own.Position)
                : new("host", service.Config.Source.Attribute("host")?.Position ?? backend.Scope.Node.Position);
        }
    }
}
