using KrakenPlugins.Sdk.Configuration;
using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>2.x: how the service is reached, and what passes through.</summary>
internal static class ExposureRules
{
    private const string Insecure = "allow_insecure_connections";

    public static IReadOnlyList<AuditRule> All { get; } =
    [
        new("2.1.1", High, "Certificates of backends are not verified, so anybody on the way can read and change the traffic; remove allow_insecure_connections and name the CA in client_tls.ca_certs", InsecureClients),
        AuditRule.Whole("2.1.2", High, "The gateway serves clear text; add a tls section, or make sure that something in front of it ends TLS", static s => s.Tls is null),
        new("2.1.3", Critical, "TLS is configured and switched off; remove \"disabled\" from the tls section",
            static s => s.Tls is { } tls && tls.Attribute("disabled").IsTrue() ? [AuditedService.Root("tls", tls, "disabled")] : []),
        AuditRule.Whole("2.1.7", High, "No security headers are sent; add security/http to the service", static s => !s.Service.Has("security/http")),
        AuditRule.Whole("2.1.8", High, "HTTP/2 is served in clear text (use_h2c); use tls, which brings HTTP/2 along", static s => s.Config.Server.UseH2c),
        new("2.1.9", Low, "Certificates of a backend are not verified; remove allow_insecure_connections and name the CA in client_tls.ca_certs", InsecureBackends),
        AuditRule.Whole("2.2.1", Medium, "Responses tell the product's version; set router.hide_version_header to true", static s => !s.Config.Router.HideVersionHeader),
        AuditRule.Whole("2.2.2", High, "Nothing says which web sites may call the service; add security/cors with the origins that are yours", static s => !s.Service.Has("security/cors")),
        new("2.2.3", High, "Every header of the client reaches the backends; list the needed ones in input_headers instead of *",
            static s => Endpoints(s, "input_headers", static e => e.Config.InputHeaders.Contains("*"))),
        new("2.2.4", High, "Every query string of the client reaches the backends; list the needed ones in input_query_strings instead of *",
            static s => Endpoints(s, "input_query_strings", static e => e.Config.InputQueryStrings.Contains("*"))),
        new("2.2.5", Low, "A gRPC server is declared and serves nothing; list its services or remove grpc.server",
            static s => s.Service["grpc"]?["server"] is { } server && server["services"].AsList().Count == 0 ? [s.Service.At("grpc", "server")] : []),
        new("2.3.1", Medium, "A cache of answers has no bound and can fill the memory; set max_items and max_size of qos/http-cache", UnboundedCaches),
    ];

    private static IEnumerable<AuditPlace> InsecureClients(AuditedService service)
    {
        if (service.ClientTls is { } client && client.Attribute(Insecure).IsTrue())
            yield return AuditedService.Root("client_tls", client, Insecure);
        if (service.Config.Source.Attribute(Insecure) is { } old && old.IsTrue())
            yield return new(Insecure, old.Position);
    }

    private static IEnumerable<AuditPlace> InsecureBackends(AuditedService service) =>
        service.Backends.Where(static b => b.Scope["backend/http/client"]?["client_tls"]?[Insecure].IsTrue() == true)
            .Select(static b => b.Scope.At("backend/http/client", "client_tls", Insecure));

    private static IEnumerable<AuditPlace> UnboundedCaches(AuditedService service) =>
        service.Having("qos/http-cache").Where(static s => s["qos/http-cache"] is not { } cache || cache["max_items"].AsInteger() <= 0 || cache["max_size"].AsInteger() <= 0)
            .Select(static s => s.At("qos/http-cache"));

    private static IEnumerable<AuditPlace> Endpoints(AuditedService service, string attribute, Func<AuditedEndpoint, bool> fires) =>
        service.Endpoints.Where(fires).Select(e => new AuditPlace(e.Scope.Path.Member(attribute).ToString(), e.Scope.Node.Attribute(attribute)?.Position ?? e.Scope.Node.Position));
}
