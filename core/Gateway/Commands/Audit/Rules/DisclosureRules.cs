using System.Net;
using KrakenPlugins.Sdk.Configuration;
using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>8.2: what those outside get to see.</summary>
internal static class DisclosureRules
{
    private const string Cors = "security/cors";
    private const string Http = "security/http";

    // Each of them can cut the answer down.
    private static readonly string[] s_shaping =
    [
        "modifier/jmespath", "modifier/response-body", "modifier/response-body-generator", "modifier/lua-endpoint", "modifier/lua-proxy", "modifier/lua-backend",
        "modifier/martian", "plugin/req-resp-modifier", "plugin/middleware", "backend/graphql", "backend/static-filesystem", "proxy",
    ];

    public static IReadOnlyList<AuditRule> All { get; } =
    [
        new("8.2.1", High, "Every web site may call the service with the credentials of its visitors; list your origins in allow_origins, or remove allow_credentials",
            static s => s.Having(Cors).Where(static c => c[Cors]!["allow_credentials"].IsTrue() && AllowsAnyOrigin(c[Cors]!)).Select(static c => c.At(Cors, "allow_credentials"))),
        new("8.2.2", Low, "Web sites may send any header; list the needed ones in allow_headers instead of *",
            static s => s.Having(Cors).Where(static c => c[Cors]!["allow_headers"].AsList().Any(static h => h.AsText() == "*")).Select(static c => c.At(Cors, "allow_headers"))),
        new("8.2.3", Low, "An endpoint that anybody may call returns everything that its backend says, also what the backend will say tomorrow; list the fields in allow", WholeObjects),
        new("8.2.4", Low, "Clients are told the error texts of the gateway or of a backend, which may describe the inside; remove return_error_msg and return_error_details where the public calls", ErrorTexts),
        new("8.2.5", Medium, "Anybody may say which address a request comes from; name the networks of your own proxies in router.trusted_proxies",
            static s => s.Service["router"]?["trusted_proxies"].AsList().Any(static n => IsEverybody(n.AsText())) == true ? [s.Service.At("router", "trusted_proxies")] : []),
        new("8.2.6", Medium, "Folders are listed to whoever asks; remove directory_listing", ListedFolders),
        new("8.2.7", Medium, "Checks of hosts, redirects to HTTPS and HSTS are off; remove is_development in production",
            static s => s.Having(Http).Where(static h => h[Http]!["is_development"].IsTrue()).Select(static h => h.At(Http, "is_development"))),
    ];

    // Without a list of origins every one is allowed.
    private static bool AllowsAnyOrigin(ConfigNode cors)
    {
        var origins = cors["allow_origins"].AsList();
        return origins.Count == 0 || origins.Any(static o => o.AsText() is "*" or "https://*" or "http://*");
    }

    private static IEnumerable<AuditPlace> WholeObjects(AuditedService service) =>
        from endpoint in service.Endpoints
        where !endpoint.Config.IsNoOp && endpoint.Config.Proxy.FlatmapFilter.Count == 0 && Authentication.IsOpen(service, endpoint.Scope) && !s_shaping.Any(n => n != "proxy" && endpoint.Scope.Has(n))
        from backend in endpoint.Backends
        where backend.Config is { Shadow: false, Allow.Count: 0, Deny.Count: 0, FlatmapFilter.Count: 0, Encoding: not ("string" or "no-op") } && !s_shaping.Any(backend.Scope.Has)
        select backend.Scope.Place;

    private static IEnumerable<AuditPlace> ErrorTexts(AuditedService service)
    {
        if (service.Config.Router.ReturnErrorMsg)
            yield return service.Service.At("router", "return_error_msg");
        foreach (var backend in service.Backends)
        {
            if (backend.Scope["backend/http"]?["return_error_details"].AsText() is { Length: > 0 })
                yield return backend.Scope.At("backend/http", "return_error_details");
        }
    }

    private static bool IsEverybody(string network) => IPNetwork.TryParse(network, out var parsed) && parsed.PrefixLength == 0;

    private static IEnumerable<AuditPlace> ListedFolders(AuditedService service) =>
        from name in new[] { "server/static-filesystem", "backend/static-filesystem" }
        from scope in service.Having(name)
        where scope[name]!["directory_listing"].IsTrue()
        select scope.At(name, "directory_listing");
}
