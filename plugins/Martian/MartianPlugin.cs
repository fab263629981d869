using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Martian;

/// <summary>
/// The component <c>modifier/martian</c>: static changes of the HTTP exchange with a backend. Source: reference page "static modification
/// of requests and responses"; MAN-138 to MAN-171.
/// </summary>
public sealed partial class MartianPlugin : GatewayPlugin
{
    /// <summary>The namespace in a backend's <c>extra_config</c>.</summary>
    public const string Namespace = "modifier/martian";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Client(Namespace, ClientStages.Martian, Create);
    }

    private static IClientMiddleware? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        var compiler = new ComponentCompiler(diagnostics);
        Component component;
        try
        {
            component = compiler.Compile(config, ConfigPath.Root.Member(Namespace));
        }
        catch (DefinitionException exception)
        {
            // The language serves the backend as if the namespace were absent (MAN-139).
            diagnostics.Add(exception.Finding);
            Log.Unusable(context.Logger, context.LogPrefix, exception.Finding.ToString());
            return null;
        }
        return component.Request is null && component.Response is null ? null : new MartianMiddleware(component, compiler.StashCount);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[Martian] {Reason}; nothing of modifier/martian is applied to this backend")]
        public static partial void Unusable(ILogger logger, string prefix, string reason);
    }
}
