using static Gateway.Commands.Audit.AuditSeverity;

namespace Gateway.Commands.Audit.Rules;

/// <summary>4.x: whether anybody sees what happens.</summary>
internal static class TelemetryRules
{
    private const string OpenTelemetry = "telemetry/opentelemetry";
    private static readonly string[] s_metrics = ["telemetry/opencensus", "telemetry/metrics", "telemetry/newrelic", "telemetry/ganalytics", "telemetry/instana"];
    private static readonly string[] s_traces = ["telemetry/opencensus", "telemetry/newrelic", "telemetry/instana"];
    private static readonly string[] s_logs = ["telemetry/logging", "telemetry/gelf", "telemetry/logstash"];

    public static IReadOnlyList<AuditRule> All { get; } =
    [
        AuditRule.Whole("4.1.1", Medium, "There are no metrics; add telemetry/opentelemetry with an exporter", static s => MetricSystems(s) == 0),
        AuditRule.Whole("4.1.2", Medium, "The service has no name, so that telemetry cannot tell it from others; set \"name\"", static s => s.Config.Name.Length == 0),
        AuditRule.Whole("4.1.3", High, "Several systems of metrics run beside each other and each costs time in every request; keep one", static s => MetricSystems(s) > 1),
        AuditRule.Whole("4.2.1", Medium, "There are no traces; add telemetry/opentelemetry with an OTLP exporter",
            static s => !s_traces.Any(n => s.Service.Written(n) is not null) && Exporters(s, "otlp", "disable_traces") == 0),
        AuditRule.Whole("4.3.1", Medium, "The log has no format and no level of its own; add telemetry/logging", static s => !s_logs.Any(n => s.Service.Written(n) is not null)),
    ];

    private static int MetricSystems(AuditedService service) =>
        s_metrics.Count(n => service.Service.Written(n) is not null) + Exporters(service, "prometheus", "disable_metrics") + Exporters(service, "otlp", "disable_metrics");

    private static int Exporters(AuditedService service, string kind, string disabled) =>
        service.Service[OpenTelemetry]?["exporters"]?[kind].AsList().Count(e => !e[disabled].IsTrue()) ?? 0;
}
