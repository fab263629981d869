using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Proxy;
using Gateway.Core.Routing;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>The configuration is well-formed but cannot be served.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

/// <summary>Compiles a configuration into a <see cref="Generation"/>.</summary>
internal static partial class GenerationBuilder
{
    private static readonly string[] s_anyMethod = ["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "DELETE", "CONNECT", "TRACE"];

    public static Generation Build(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options, ILogger logger)
    {
        var headers = new GatewayHeaders(config.Router.HideVersionHeader);
        var transport = new HttpTransport(config.Transport, Product.UserAgent, logger, options.Time, ProxyEnvironment.FromEnvironment(options.Environment), options.Limits.ForTransport());
        var compiler = new PipelineCompiler(config, options.Plugins, transport, headers, options.Limits, logger, options.Time);
        var context = new ServiceContext(config, logger, options.Time);
        return new Generation(new GenerationParts
        {
            Config = config,
            Routes = CompileRoutes(config, compiler, diagnostics, options, logger),
            Plain = new PlainResponses(config.Router, headers),
            ClientAddress = new ClientAddress(config.Router),
            Transport = transport,
            Logger = logger,
            AccessLog = config.Router.DisableAccessLog ? null : new AccessLog(options.Log, config.Router.LoggerSkipPaths),
            Outer = ServerComponents(config, options.Plugins, context, diagnostics, static order => order < ServerStages.Routing.Order),
            Inner = ServerComponents(config, options.Plugins, context, diagnostics, static order => order >= ServerStages.Routing.Order),
        });
    }

    private static RouteTable<RouteHandler> CompileRoutes(
        ServiceConfig config, PipelineCompiler compiler, ConfigDiagnostics diagnostics, GatewayHostOptions options, ILogger logger)
    {
        var routes = new RouteTableBuilder<RouteHandler>();
        if (!config.Router.DisableHealth)
            Add(routes.Add("GET", config.Router.HealthPath, false, new HealthEndpoint(options.Time)));
        if (config.DebugEndpoint)
        {
            Log.DebugEnabled(logger);
            Add(routes.Add(s_anyMethod, DebugEndpoint.Pattern, false, new DebugEndpoint(logger, options.Limits)));
        }
        if (config.EchoEndpoint)
            Add(routes.Add(s_anyMethod, EchoEndpoint.Pattern, false, new EchoEndpoint(options.Limits)));
        foreach (var endpoint in config.Endpoints)
            Add(routes.Add(endpoint.Method, endpoint.Path, config.DisableRest, compiler.Compile(endpoint, diagnostics)));
        return routes.Build(RouteOptions.From(config.Router));

        static void Add(RouteConflict? conflict)
        {
            if (conflict is not null)
                throw new ConfigurationException(conflict.Message);
        }
    }

    private static List<IHttpMiddleware> ServerComponents(
        ServiceConfig config, PluginRegistry plugins, IServiceContext context, ConfigDiagnostics diagnostics, Func<int, bool> belongs)
    {
        var list = new List<IHttpMiddleware>();
        foreach (var component in plugins.ServerComponents)
        {
            if (belongs(component.Stage.Order) && config.ExtraConfig[component.Name] is { } value && component.Factory(value, context, diagnostics) is { } middleware)
                list.Add(middleware);
        }
        return list;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Gin] Debug enabled")]
        public static partial void DebugEnabled(ILogger logger);
    }
}
