using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>
/// The plugins that one namespace of a kind names, looked up and built for one place. What cannot be built is a fault of that place: a plugin
/// that was asked for and is not there must not be passed by in silence.
/// </summary>
/// <param name="namespace">The namespace, one of <see cref="PluginKinds.Namespaces"/>.</param>
/// <param name="allowMissing">What may be missing.</param>
/// <param name="faults">Faults of the place.</param>
/// <param name="prefix">What log lines begin with.</param>
/// <param name="logger">Application log.</param>
internal sealed partial class NamedPlugins(string @namespace, IReadOnlySet<string> allowMissing, ConfigDiagnostics faults, string prefix, ILogger logger)
{
    private readonly string _path = $"extra_config.{@namespace}";

    /// <summary>Builds a plugin; <see langword="null"/> when it stays out or failed. The factory gets the whole namespace (EXT-016).</summary>
    public TProduct? Build<TContext, TProduct>(Component<TContext, TProduct> component, ConfigNode config, TContext context)
        where TProduct : class
    {
        var found = new ConfigDiagnostics();
        TProduct? product = null;
        Exception? thrown = null;
        try
        {
            product = component.Build(config, context, found);
        }
        catch (Exception exception)
        {
            found.Error(config.Position, _path, $"the plugin {ConfigText.Quote(component.Name)} cannot be built: {exception.Message}");
            thrown = exception;
        }
        foreach (var finding in found.All)
        {
            faults.Add(finding);
            if (finding.Severity == ConfigSeverity.Error)
                Log.FactoryFailed(logger, prefix, finding.Message, thrown);
        }
        return found.HasErrors ? null : product;
    }

    /// <summary>A name that nothing registered: an ERROR in any case, and a fault unless it is allowed.</summary>
    public void ReportMissing(ConfigNode name)
    {
        Log.Unknown(logger, prefix, ConfigText.Inline(name.Text));
        if (!MissingPlugin.IsAllowed(allowMissing, @namespace, name.Text))
            faults.Error(name.Position, _path, MissingPlugin.Describe(@namespace, name.Text));
    }

    public void ReportNone() => Log.None(logger, prefix);

    public void ReportInjected(string name, LogLevel level) => Log.Injecting(logger, level, prefix, name);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix} No plugin registered as {Name}")]
        public static partial void Unknown(ILogger logger, string prefix, string name);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix} Error getting the plugin handler: {Reason}")]
        public static partial void FactoryFailed(ILogger logger, string prefix, string reason, Exception? exception);

        [LoggerMessage(Message = "{Prefix} Injecting plugin {Name}")]
        public static partial void Injecting(ILogger logger, LogLevel level, string prefix, string name);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix} No plugin is named")]
        public static partial void None(ILogger logger, string prefix);
    }
}
