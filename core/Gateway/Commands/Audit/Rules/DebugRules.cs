using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>8.5: what helps while developing and hurts afterwards.</summary>
internal static class DebugRules
{
    private const string Logging = "telemetry/logging";
    private static readonly string[] s_lua = ["modifier/lua-endpoint", "modifier/lua-proxy", "modifier/lua-backend"];

    public static IReadOnlyList<AuditRule> All { get; } =
    [
        new("8.5.1", Medium, "Lua scripts may open files and start programs; remove allow_open_libs", static s => Lua(s, "allow_open_libs")),
        new("8.5.2", Low, "Lua scripts are read from disk in every request, so that whoever can write them changes a running gateway; remove live in production", static s => Lua(s, "live")),
        new("8.5.3", Low, "The log is as detailed as for debugging, which costs time and may show what requests carry; set level of telemetry/logging to INFO or above",
            static s => s.Service[Logging]?["level"].AsText().Equals("DEBUG", StringComparison.OrdinalIgnoreCase) == true ? [s.Service.At(Logging, "level")] : []),
    ];

    private static IEnumerable<AuditPlace> Lua(AuditedService service, string attribute) =>
        from name in s_lua
        from scope in service.Having(name)
        where scope[name]![attribute].IsTrue()
        select scope.At(name, attribute);
}
