using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>
/// The log of one configuration: that of the component whose namespace the service has, or the default one. It is there before any other
/// component, so the scope of the configuration disposes it after all of them.
/// </summary>
internal sealed partial class ServiceLog
{
    private readonly ILogger _console;
    private IGatewayLog? _component;

    private ServiceLog(ILogger console)
    {
        _console = console;
        Logger = console;
    }

    /// <summary>Application log.</summary>
    public ILogger Logger { get; private set; }

    /// <summary>Takes access records; <see langword="null"/> for the built-in access log.</summary>
    public IAccessLog? Access { get; private set; }

    /// <summary>Builds the log of a configuration; when its component cannot be built, the default one with an ERROR (OBS-003).</summary>
    /// <param name="generation">The configuration; its logger is the default one.</param>
    /// <param name="diagnostics">Receives what is wrong with the configuration.</param>
    /// <param name="options">Of the process.</param>
    public static ServiceLog Create(GenerationContext generation, ConfigDiagnostics diagnostics, GatewayHostOptions options)
    {
        var log = new ServiceLog(generation.Logger);
        foreach (var component in generation.Plugins.Logs)
        {
            if (options.IsTrial || generation.Config.ExtraConfig[component.Name] is not { } value)
                continue;
            log.Build(component, value, new LogContext(generation, options), diagnostics);
            break;
        }
        return log;
    }

    private void Build(Component<ILogContext, IGatewayLog> component, ConfigNode value, LogContext context, ConfigDiagnostics diagnostics)
    {
        var faults = new ConfigDiagnostics();
        try
        {
            _component = component.Build(value, context, faults);
            Logger = _component is null ? _console : new FallbackLogger(_component.Logger, _console);
            Access = _component?.Access;
        }
        catch (Exception exception)
        {
            // What a factory reports is wrong with the configuration, and `check` refuses it; what it throws is wrong with its surroundings.
            Log.CannotCreate(_console, exception.Message, $"{value.Position} extra_config.{component.Name}");
        }
        foreach (var fault in faults.All)
        {
            diagnostics.Add(fault);
            if (fault.Severity == ConfigSeverity.Error)
                Report(fault);
        }
    }

    private void Report(ConfigDiagnostic fault)
    {
        if (_component is null)
            Log.CannotCreate(_console, fault.Message, $"{fault.Position} {fault.Path}");
        else
            Log.Fault(Logger, fault.ToString());
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Logging] Unable to create the logger: {Reason} ({Place})")]
        public static partial void CannotCreate(ILogger logger, string reason, string place);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Logging] {Fault}")]
        public static partial void Fault(ILogger logger, string fault);
    }
}

/// <summary>What a component of the log is told. It stands before everything else, so there are no services of other components yet.</summary>
internal sealed class LogContext(GenerationContext generation, GatewayHostOptions options) : ServiceContext(generation), ILogContext
{
    public ILogOutput StandardOutput => options.Log;
    public bool IsTerminal => options.IsTerminal;
    public string? Environment(string name) => options.Environment(name);
}
