using KrakenPlugins.Logging.Backend;
using KrakenPlugins.Logging.Sinks;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Logging;

/// <summary>
/// The logs of the gateway: application, access and backend log, on standard output, in syslog and with GELF collectors. Source: reference
/// pages "logging", "advanced logging", "Graylog", "ELK" and "Logstash"; OBS-001 to OBS-049.
/// </summary>
public sealed class LoggingPlugin : GatewayPlugin
{
    internal const string Logging = "telemetry/logging";
    internal const string Gelf = "telemetry/gelf";
    internal const string Logstash = "telemetry/logstash";

    private readonly IReadOnlyList<string> _syslogSockets;

    /// <summary>The plugin as it is loaded.</summary>
    public LoggingPlugin()
        : this(SyslogSocket.Paths)
    {
    }

    /// <param name="syslogSockets">Where syslog daemons listen.</param>
    internal LoggingPlugin(IReadOnlyList<string> syslogSockets) => _syslogSockets = syslogSockets;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        foreach (var name in (string[])[Logging, Gelf, Logstash])
            registry.Logging(name, (_, context, diagnostics) => new LogBuilder(context, diagnostics, _syslogSockets).Build());
        registry.Backend(Logging, BackendStages.Telemetry.After(), BackendLog.Create, ComponentReach.Service);
        registry.Backend(Logging, BackendStages.RequestBody.After(), BackendDataProbe.Create, ComponentReach.Service);
        registry.Client(Logging, ClientStages.HttpClientPlugins.Before(), BackendCallProbe.Create, ComponentReach.Service);
    }
}
