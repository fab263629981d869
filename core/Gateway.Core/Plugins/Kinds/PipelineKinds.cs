using Gateway.Core.Configuration;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>
/// The kinds that stand in the pipelines of endpoints and backends: <c>plugin/req-resp-modifier</c> (EXT-039 to EXT-049) and
/// <c>plugin/middleware</c> (EXT-050 to EXT-059).
/// </summary>
internal static partial class PipelineKinds
{
    /// <summary>Adds those of an endpoint, an async agent or a workflow.</summary>
    public static void AddProxy(StageList stages, ExtraConfig extra, EndpointContext context, ConfigDiagnostics faults)
    {
        AddMiddlewares(stages, ProxyStages.Middleware, extra, context, faults);
        AddModifiers(stages, ProxyStages.Modifiers, extra, context, faults);
    }

    /// <summary>Adds those of a backend.</summary>
    public static void AddBackend(StageList stages, ExtraConfig extra, BackendContext context, ConfigDiagnostics faults)
    {
        AddMiddlewares(stages, BackendStages.Middleware, extra, context, faults);
        AddModifiers(stages, BackendStages.Modifiers, extra, context, faults);
    }

    private static void AddModifiers(StageList stages, Stage stage, ExtraConfig extra, EndpointContext context, ConfigDiagnostics faults)
    {
        if (extra[PluginKinds.ModifiersNamespace] is not { } config)
            return;
        var plugins = new NamedPlugins(PluginKinds.ModifiersNamespace, context.AllowMissing, faults, $"{context.LogPrefix}[Modifier Plugins]", context.Logger);
        var requests = new List<IRequestModifier>();
        var responses = new List<IResponseModifier>();
        foreach (var name in PluginKinds.NamesIn(PluginKinds.ModifiersNamespace, config))
        {
            // A name that is registered for both is a request modifier only (EXT-040).
            if (context.Plugins.RequestModifiers.Find(name.Text) is { } forRequests)
                Keep(requests, plugins.Build(forRequests, config, context));
            else if (context.Plugins.ResponseModifiers.Find(name.Text) is { } forResponses)
                Keep(responses, plugins.Build(forResponses, config, context));
            else
                plugins.ReportMissing(name);
        }
        if (requests.Count + responses.Count == 0)
            return;
        Log.AddingModifiers(context.Logger, context.LogPrefix, requests.Count, responses.Count);
        stages.Add(stage, new ModifierStep([.. requests], [.. responses], HandsThrough(context)));
    }

    private static void AddMiddlewares(StageList stages, Stage stage, ExtraConfig extra, EndpointContext context, ConfigDiagnostics faults)
    {
        if (extra[PluginKinds.MiddlewareNamespace] is not { } config)
            return;
        var plugins = new NamedPlugins(PluginKinds.MiddlewareNamespace, context.AllowMissing, faults, $"{context.LogPrefix}[Middleware Plugins]", context.Logger);
        foreach (var name in PluginKinds.NamesIn(PluginKinds.MiddlewareNamespace, config))
        {
            if (context.Plugins.Middlewares.Find(name.Text) is not { } component)
            {
                plugins.ReportMissing(name);
            }
            else if (plugins.Build(component, config, context) is { } middleware)
            {
                plugins.ReportInjected(name.Text, LogLevel.Debug);
                stages.Add(stage, new MiddlewareStep(middleware, name.Text, HandsThrough(context)));
            }
        }
    }

    // In an endpoint with data a raw answer of its only backend may pass; nobody renders it.
    private static bool HandsThrough(EndpointContext context) => context is not BackendContext { Encoding: not "no-op" };

    // A factory that returns nothing stays out (EXT-039).
    private static void Keep<T>(List<T> list, T? product) where T : class
    {
        if (product is not null)
            list.Add(product);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Modifier Plugins] Adding {Requests} request and {Responses} response modifiers")]
        public static partial void AddingModifiers(ILogger logger, string prefix, int requests, int responses);
    }
}
