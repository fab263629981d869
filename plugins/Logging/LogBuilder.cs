using System.Net;
using System.Net.Sockets;
using KrakenPlugins.Logging.Access;
using KrakenPlugins.Logging.Application;
using KrakenPlugins.Logging.Backend;
using KrakenPlugins.Logging.Formatting;
using KrakenPlugins.Logging.Sinks;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Logging;

/// <summary>Builds the log of one configuration out of its three namespaces.</summary>
internal sealed partial class LogBuilder(ILogContext context, ConfigDiagnostics diagnostics, IReadOnlyList<string> syslogSockets)
{
    private const long QueuedBytes = 4 << 20;

    private static readonly TimeSpan s_flushTime = TimeSpan.FromSeconds(2);

    private readonly List<DeliveryQueue> _queues = [];
    private ILogger? _logger;

    /// <summary>
    /// The log, or <see langword="null"/> after errors were reported: the gateway then keeps its default one (OBS-003). Throws
    /// <see cref="IOException"/> when there is no syslog daemon.
    /// </summary>
    public GatewayLog? Build()
    {
        var binder = new ConfigBinder(diagnostics);
        var node = context.ServiceConfig(LoggingPlugin.Logging);
        LoggingSettings? settings = null;
        var level = LogLevel.Debug;
        if (node is not null)
        {
            if (!binder.TryBind<LoggingSettings>(node, PathOf(LoggingPlugin.Logging), out var bound) || !TryLevel(node, bound, out level))
                return null;
            settings = bound;
        }
        if (!TryModule(binder, settings, out var module) || !TryPattern(settings, out var pattern))
            return null;

        var sinks = new List<IRecordSink>();
        // Logstash by itself prints its objects and nothing around them.
        if (settings?.Stdout ?? module is not null)
            sinks.Add(new StandardOutputSink(context.StandardOutput, pattern, stackBelow: settings?.Format is "" or "default"));
        if (settings is { Syslog: true })
            sinks.Add(BuildSyslog(settings, level));
        var gelf = BuildGelf(binder, settings, out var gelfFault);
        if (gelf is not null && settings is not null)
            sinks.Add(gelf);

        _logger = settings is null && module is null ? context.Logger : new ApplicationLogger(level, sinks, context.Time, module);
        if (settings is not null)
            Log.Started(_logger);
        if (gelfFault is not null)
            Log.NoGelf(_logger, gelfFault);
        if (settings is not null && sinks.Count == 0)
            Console.Error.WriteLine("WARNING: [SERVICE: Logging] the application log goes nowhere: neither \"stdout\" nor \"syslog\" of \"telemetry/logging\" is true");
        if (settings?.Backend is { } backend)
            BackendLogConfig.Check(backend, PathOf(LoggingPlugin.Logging).Member("backend"), diagnostics);
        return new GatewayLog(_logger, BuildAccess(settings, gelf), _queues);
    }

    private static ConfigPath PathOf(string name) => ConfigPath.Root.Member("extra_config").Member(name);

    private bool TryLevel(ConfigNode node, LoggingSettings settings, out LogLevel level)
    {
        if (LogLevels.TryParse(settings.Level, out level))
            return true;
        var place = node["level"] ?? node;
        diagnostics.Error(place.Position, PathOf(LoggingPlugin.Logging).Member("level").ToString(),
            $"logger: invalid log level{(settings.Level is null ? ": it is missing" : $" \"{settings.Level}\"")}; expected one of {LogLevels.All}");
        return false;
    }

    // The engine takes the prefix, or KRAKEND, for the module of its objects.
    private bool TryModule(ConfigBinder binder, LoggingSettings? settings, out string? module)
    {
        module = null;
        if (context.ServiceConfig(LoggingPlugin.Logstash) is not { } node)
            return true;
        if (!binder.TryBind<LogstashSettings>(node, PathOf(LoggingPlugin.Logstash), out var logstash))
            return false;
        if (logstash.Enabled)
            module = string.IsNullOrEmpty(settings?.Prefix) ? "KRAKEND" : settings.Prefix;
        return true;
    }

    private bool TryPattern(LoggingSettings? settings, out ApplicationPattern? pattern)
    {
        pattern = null;
        try
        {
            pattern = settings?.Format switch
            {
                null => ApplicationPattern.Compile("", "%{message}"),
                "logstash" => null,
                "custom" => ApplicationPattern.Compile("", settings.CustomFormat),
                _ => ApplicationPattern.Compile(settings.Prefix, ApplicationPattern.Default),
            };
            return true;
        }
        catch (PatternException exception)
        {
            var place = settings!.Source!;
            diagnostics.Error((place.Node["custom_format"] ?? place.Node).Position, place.Path.Member("custom_format").ToString(), exception.Message);
            return false;
        }
    }

    // Without a daemon there is no log at all (OBS-038), and nothing was opened yet that would have to be closed.
    private Syslog BuildSyslog(LoggingSettings settings, LogLevel level)
    {
        var queue = Queue(new SyslogSocket(syslogSockets), "Syslog");
        return new Syslog(queue, settings.SyslogFacility[^1] - '0', level, settings.Prefix.Length > 0 ? settings.Prefix : ApplicationPattern.Program);
    }

    // A collector that is not there takes only itself away (OBS-044).
    private Gelf? BuildGelf(ConfigBinder binder, LoggingSettings? settings, out string? fault)
    {
        fault = null;
        if (context.ServiceConfig(LoggingPlugin.Gelf) is not { } node)
            return null;
        var found = new ConfigDiagnostics();
        if (!new ConfigBinder(found).TryBind<GelfSettings>(node, PathOf(LoggingPlugin.Gelf), out var gelf))
        {
            fault = found.All.First(static finding => finding.Severity == ConfigSeverity.Error).ToString();
            return null;
        }
        binder.Bind<GelfSettings>(node, PathOf(LoggingPlugin.Gelf));
        try
        {
            var collector = Resolve(gelf.Address);
            IDelivery delivery = gelf.EnableTcp ? new GelfTcp(collector, context.Time) : new GelfUdp(collector);
            var prefix = settings?.Format is "custom" or "logstash" ? "" : settings?.Prefix ?? "";
            return new Gelf(Queue(delivery, "GELF"), gelf.EnableTcp ? null : ApplicationPattern.Program, prefix);
        }
        catch (Exception exception) when (exception is SocketException or FormatException)
        {
            fault = $"{exception.Message} ({(gelf.EnableTcp ? "tcp" : "udp")} {gelf.Address})";
            return null;
        }
    }

    private static IPEndPoint Resolve(string address)
    {
        if (IPEndPoint.TryParse(address, out var endpoint) && endpoint.Port > 0)
            return endpoint;
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture, out var port) || port == 0)
            throw new FormatException("the address of the collector is not host:port");
        return new IPEndPoint(Dns.GetHostAddresses(address[..colon])[0], port);
    }

    private AccessLines? BuildAccess(LoggingSettings? settings, Gelf? gelf)
    {
        var pattern = BuildAccessPattern(settings);
        return pattern is null && gelf is null ? null : new AccessLines(pattern, context.StandardOutput, gelf, context.Time);
    }

    // A pattern that cannot be used leaves the built-in line in place (OBS-022).
    private AccessPattern? BuildAccessPattern(LoggingSettings? settings)
    {
        if (settings is null || settings.AccessLogFormat.Length == 0)
            return null;
        try
        {
            var text = AccessPattern.Predefined(settings.AccessLogFormat) ?? settings.AccessLogCustomFormat;
            if (text.Length == 0)
                throw new PatternException("\"access_log_format\" is \"custom\" but \"access_log_custom_format\" is empty; the built-in access log stays");
            return AccessPattern.Compile(text, settings.Prefix, settings.AccessLogMissingKeyMarker);
        }
        catch (PatternException exception)
        {
            var place = settings.Source!;
            diagnostics.Error((place.Node["access_log_custom_format"] ?? place.Node).Position, place.Path.Member("access_log_custom_format").ToString(), exception.Message);
            return null;
        }
    }

    private DeliveryQueue Queue(IDelivery delivery, string sink)
    {
        var queue = new DeliveryQueue(delivery, lost => ReportLost(sink, lost), QueuedBytes, s_flushTime);
        _queues.Add(queue);
        return queue;
    }

    private void ReportLost(string sink, long lost)
    {
        if (_logger is { } logger)
            Log.Lost(logger, sink, lost);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: telemetry/logging] Improved logging started.")]
        public static partial void Started(ILogger logger);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Logging][GELF] Unable to create the writer: {Reason}")]
        public static partial void NoGelf(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Logging][{Sink}] {Lost} log records were dropped because the receiver was stuck or gone")]
        public static partial void Lost(ILogger logger, string sink, long lost);
    }
}
