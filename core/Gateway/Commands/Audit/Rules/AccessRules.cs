using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>1.x: who may call.</summary>
internal static class AccessRules
{
    public static IReadOnlyList<AuditRule> All { get; } =
    [
        new("1.1.1", High, "Basic authentication sends a reusable password with every request; use tokens (auth/validator) or mutual TLS", BasicAuthentication),
        AuditRule.Whole("1.1.2", Medium, "API keys tell who calls but do not expire and are easily passed on; use auth/validator or mutual TLS where people or money depend on them",
            static s => s.Service.Has("auth/api-keys")),
        AuditRule.Whole("1.2.1", High, "No endpoint validates tokens; add auth/validator to the endpoints that are not for everybody",
            static s => !s.Endpoints.Any(static e => e.Scope.Has("auth/validator"))),
    ];

    private static IEnumerable<AuditPlace> BasicAuthentication(AuditedService service)
    {
        if (service.Service.Has("auth/basic"))
            yield return service.Service.At("auth/basic");
        foreach (var endpoint in service.Endpoints.Where(static e => e.Scope.Has("auth/basic")))
            yield return endpoint.Scope.At("auth/basic");
        foreach (var place in service.Service.Naming("plugin/http-server", "basic-auth", "krakend-basic-auth"))
            yield return place;
    }
}
