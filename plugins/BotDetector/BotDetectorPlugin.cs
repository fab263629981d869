using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.BotDetector;

/// <summary>
/// The component <c>security/bot-detector</c>: clients whose User-Agent says that they are bots get 403. Source: reference page "bot detector";
/// TRF-125 to TRF-135.
/// </summary>
public sealed partial class BotDetectorPlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of the service or of an endpoint.</summary>
    public const string Namespace = "security/bot-detector";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Server(Namespace, ServerStages.BotDetector, static (config, context, diagnostics) => Create("[SERVICE: Gin]", config, context, diagnostics));
        registry.Endpoint(Namespace, EndpointStages.BotDetector, static (config, context, diagnostics) => Create(context.LogPrefix, config, context, diagnostics));
    }

    private static BotDetectorMiddleware? Create(string prefix, ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        var found = new ConfigDiagnostics();
        var rules = AgentRules.Compile(config, found);
        foreach (var finding in found.All)
        {
            diagnostics.Add(finding);
            if (finding.Severity == ConfigSeverity.Error)
                Log.Unable(context.Logger, prefix, finding.Message);
        }
        if (rules is null)
            return null;
        Log.Registered(context.Logger, prefix);
        return new BotDetectorMiddleware(rules, prefix, context.Logger);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Botdetector] Unable to create the bot detector: {Reason}")]
        public static partial void Unable(ILogger logger, string prefix, string reason);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Botdetector] The bot detector has been registered successfully")]
        public static partial void Registered(ILogger logger, string prefix);
    }
}

/// <summary>Turns bots away.</summary>
/// <param name="rules">Who is one.</param>
/// <param name="prefix">What log lines begin with.</param>
/// <param name="logger">Application log.</param>
internal sealed partial class BotDetectorMiddleware(AgentRules rules, string prefix, ILogger logger) : IHttpMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var agents = context.Request.Headers.UserAgent;
        if (!rules.IsBot(agents.Count == 0 ? null : agents[0]))
            return next(context);
        Log.Rejected(logger, prefix);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[Botdetector] bot rejected")]
        public static partial void Rejected(ILogger logger, string prefix);
    }
}
