using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>5.x and 6.x: what endpoints and agents are like.</summary>
internal static class EndpointRules
{
    private const int ManyAgents = 10;

    public static IReadOnlyList<AuditRule> All { get; } =
    [
        AuditRule.Whole("5.1.1", Low, "Paths with placeholders inside of a segment are hard to tell apart; design resources with whole segments and remove disable_rest", static s => s.Config.DisableRest),
        AuditRule.Whole("5.1.2", Low, "The debug endpoint writes every request to the log; remove debug_endpoint in production", static s => s.Config.DebugEndpoint),
        AuditRule.Whole("5.1.3", Low, "The echo endpoint answers every request with its own content; remove echo_endpoint in production", static s => s.Config.EchoEndpoint),
        new("5.1.4", Low, "A wildcard endpoint lets any path below it through to the backend; declare the paths that are meant", static s => Places(s, static e => e.Config.Path.EndsWith('*'))),
        new("5.1.5", Medium, "The catch-all endpoint hands everything that is not declared on; declare what is meant", static s => Places(s, static e => e.Config.Path == "/__catchall")),
        new("5.1.6", Medium, "An endpoint writes to several backends, and what one of them did stays when another fails; write to one and let it tell the others", static s => Places(s, static e => e.Backends.Count(Writes) > 1)),
        new("5.1.7", Medium, "An endpoint calls its backends one after another, so that their times add up; aggregate in a backend, or give each what it needs from the client", static s => Places(s, static e => e.Config.Proxy.Sequential)),
        new("5.2.1", Critical, "An endpoint has no backends; add one or remove the endpoint", static s => Places(s, static e => e.Backends.Count == 0)),
        AuditRule.Whole("5.2.2", Low, "No endpoint merges several backends; clients have to make those calls themselves", static s => !s.Endpoints.Any(static e => e.Backends.Count > 1)),
        AuditRule.Whole("5.2.3", Low, "Every endpoint hands the backend's answer through as it is (no-op), so that nothing is filtered, merged or checked; use another output_encoding where you can",
            static s => s.Endpoints.All(static e => e.Config.IsNoOp)),
        AuditRule.Whole("6.1.1", Low, "Many agents start one after another and the last ones are late; remove sequential_start", static s => s.Config.SequentialStart && s.Agents.Count >= ManyAgents),
    ];

    private static bool Writes(AuditedBackend backend) => backend.Scope.Has("backend/grpc") || backend.Config?.Method is not (null or "GET" or "HEAD");

    private static IEnumerable<AuditPlace> Places(AuditedService service, Func<AuditedEndpoint, bool> fires) => service.Endpoints.Where(fires).Select(static e => e.Scope.Place);
}
