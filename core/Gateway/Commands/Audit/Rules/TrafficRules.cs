using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>3.x: what keeps a flood or a slow backend from taking the service down.</summary>
internal static class TrafficRules
{
    public static IReadOnlyList<AuditRule> All { get; } =
    [
        AuditRule.Whole("3.1.1", Low, "Bots are not told apart; add security/bot-detector to the service", static s => !s.Service.Has("security/bot-detector")),
        AuditRule.Whole("3.1.2", High, "Nothing limits how many requests are served; add qos/ratelimit/service, or a limit at endpoints or backends",
            static s => !s.Uses("qos/ratelimit/service", "qos/ratelimit/service/redis", "qos/ratelimit/router", "qos/ratelimit/router/redis", "qos/ratelimit/proxy", "qos/ratelimit/tiered", "governance/quota")
                && !s.Service.Naming("plugin/http-server", "redis-ratelimit").Any()),
        AuditRule.Whole("3.1.3", High, "No backend has a circuit breaker, so a failing one is called on and on; add qos/circuit-breaker to backends",
            static s => !s.Uses("qos/circuit-breaker", "qos/circuit-breaker/http")),
        Timeout("3.3.1", Low, 3),
        Timeout("3.3.2", Medium, 5),
        Timeout("3.3.3", High, 30),
        Timeout("3.3.4", Critical, 60),
    ];

    private static AuditRule Timeout(string code, AuditSeverity severity, int seconds) => new(
        code, severity,
        $"Clients may wait more than {seconds} s for an endpoint, and each wait holds connections open; lower its timeout, or serve long work asynchronously",
        service => service.Endpoints.Where(e => e.Config.Timeout > TimeSpan.FromSeconds(seconds)).Select(static e => e.Scope.Place));
}
