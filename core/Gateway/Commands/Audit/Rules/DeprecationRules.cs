using Gateway.Core.Configuration;
using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>7.x: what has a successor.</summary>
internal static class DeprecationRules
{
    public static IReadOnlyList<AuditRule> All { get; } =
    [
        Server("7.1.1", "virtualhost", "the namespace server/virtualhost"),
        Server("7.1.2", "static-filesystem", "the namespace server/static-filesystem"),
        Server("7.1.3", "basic-auth", "the namespace auth/basic"),
        Server("7.1.4", "wildcard", "an endpoint that ends in /*"),
        Client("7.1.5", "http-proxy", "proxy_address of backend/http/client"),
        Client("7.1.6", "static-filesystem", "the namespace backend/static-filesystem"),
        Client("7.1.7", "no-redirect", "no_redirect of backend/http/client"),
        Modifier("7.1.8", "content-replacer", "the namespace modifier/response-body"),
        Modifier("7.1.9", "response-schema-validator", "the namespace validation/response-json-schema"),
        Telemetry("7.2.1", "telemetry/ganalytics"),
        Telemetry("7.2.2", "telemetry/instana"),
        Telemetry("7.2.3", "telemetry/opencensus"),
        Telemetry("7.2.4", "telemetry/influx"),
        new("7.3.1", Medium, "public_key and private_key of the tls section are the form of old; move the pair into tls.keys", OldKeys),
    ];

    private static AuditRule Server(string code, string plugin, string successor) => new(
        code, High, $"The server plugin {plugin} is deprecated; use {successor}",
        service => service.Service.Naming("plugin/http-server", plugin, OldName(plugin)));

    private static AuditRule Client(string code, string plugin, string successor) => new(
        code, High, $"The client plugin {plugin} is deprecated; use {successor}",
        service => service.Backends.SelectMany(b => b.Scope.Naming("plugin/http-client", plugin, OldName(plugin))));

    private static AuditRule Modifier(string code, string plugin, string successor) => new(
        code, High, $"The modifier plugin {plugin} is deprecated; use {successor}",
        service => service.Scopes.Where(static s => s.Kind != ConfigScope.Service).SelectMany(s => s.Naming("plugin/req-resp-modifier", plugin)));

    private static AuditRule Telemetry(string code, string name) => new(
        code, High, $"{name} is deprecated; use telemetry/opentelemetry",
        service => service.Service.Written(name) is null ? [] : [service.Service.At(name)]);

    private static string OldName(string plugin) => plugin switch
    {
        "no-redirect" => "krakend-redirect",
        "static-filesystem" => "krakend-static-live",
        _ => $"krakend-{plugin}",
    };

    private static IEnumerable<AuditPlace> OldKeys(AuditedService service) =>
        from tls in new[] { service.Tls }
        where tls is not null
        from name in new[] { "public_key", "private_key" }
        where tls.Attribute(name) is not null
        select AuditedService.Root("tls", tls, name);
}
