using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>
/// The log of one configuration: that of the component whose namespace the service has, or the default one. It is there before anything
/// else of its configuration and ends after it.
/// </summary>
internal sealed partial class ServiceLog
{
    // A component that never finishes its flush must not keep the process.
    private static readonly TimeSpan s_flushTime = TimeSpan.FromSeconds(5);

    private readonly ILogger _console;
    private readonly GenerationScope _scope = new();
    private readonly object _gate = new();
    private Task? _ended;

    private ServiceLog(GatewayHostOptions options)
    {
        _console = new ConsoleLoggerFactory(options.Log).CreateLogger("gateway");
        Logger = _console;
    }

    /// <summary>Application log.</summary>
    public ILogger Logger { get; private set; }

    /// <summary>Takes access records; <see langword="null"/> for the built-in access log.</summary>
    public IAccessLog? Access { get; private set; }

    /// <summary>Builds the log of a configuration; when its component cannot be built, the default one with an ERROR (OBS-003).</summary>
    public static ServiceLog Create(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options)
    {
        var log = new ServiceLog(options);
        foreach (var component in options.Plugins.Logs)
        {
            if (config.ExtraConfig[component.Name] is not { } value)
                continue;
            log.Build(component, value, config, diagnostics, options);
            break;
        }
        return log;
    }

    /// <summary>Writes what waits and ends the log; what is logged later is dropped. Idempotent, and fails never.</summary>
    public Task EndAsync()
    {
        lock (_gate)
            return _ended ??= CloseAsync();
    }

    private void Build(
        Plugins.Component<ILogContext, IGatewayLog> component, ConfigNode value, ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options)
    {
        var context = new LogContext(new GenerationContext(config, _scope, options.Plugins, _console, options.Time), options);
        var faults = new ConfigDiagnostics();
        try
        {
            if (component.Build(value, context, faults) is { } log)
            {
                Logger = log.Logger;
                Access = log.Access;
            }
        }
        catch (Exception exception)
        {
            // What a factory reports is wrong with the configuration, and `check` refuses it; what it throws is wrong with its surroundings.
            Log.CannotCreate(_console, exception.Message, $"{value.Position} extra_config.{component.Name}");
        }
        Report(faults, diagnostics);
    }

    private void Report(ConfigDiagnostics faults, ConfigDiagnostics diagnostics)
    {
        foreach (var fault in faults.All)
        {
            diagnostics.Add(fault);
            if (fault.Severity != ConfigSeverity.Error)
                continue;
            if (ReferenceEquals(Logger, _console))
                Log.CannotCreate(_console, fault.Message, $"{fault.Position} {fault.Path}");
            else
                Log.Fault(Logger, fault.ToString());
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await _scope.DisposeAsync().AsTask().WaitAsync(s_flushTime).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.CannotClose(_console, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Logging] Unable to create the logger: {Reason} ({Place})")]
        public static partial void CannotCreate(ILogger logger, string reason, string place);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Logging] {Fault}")]
        public static partial void Fault(ILogger logger, string fault);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Logging] The log of the previous configuration did not end as it should: {Reason}")]
        public static partial void CannotClose(ILogger logger, string reason);
    }
}

/// <summary>What a component of the log is told. It stands before everything else, so there are no services yet.</summary>
internal sealed class LogContext(GenerationContext generation, GatewayHostOptions options) : ServiceContext(generation), ILogContext
{
    public ILogOutput StandardOutput => options.Log;
    public bool IsTerminal => options.IsTerminal;
    public string? Environment(string name) => options.Environment(name);
}
