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

    public static Generation Build(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options, ServiceLog log)
    {
        var transport = new HttpTransport(config.Transport, Product.UserAgent, log.Logger, options.Time, ProxiesOf(options), options.Limits.ForTransport());
        try
        {
            return Build(config, diagnostics, options, log, transport);
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    private static Generation Build(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options, ServiceLog log, HttpTransport transport)
    {
        var logger = log.Logger;
        var headers = new GatewayHeaders(config.Router.HideVersionHeader);
        var scope = new GenerationScope();
        scope.TryProvide(typeof(ILogOutput), options.Log);
        var generation = new GenerationContext(config, scope, options.Plugins, logger, options.Time);
        var compiler = new PipelineCompiler(generation, transport, headers, options.Limits);
        var context = new ServiceContext(generation);
        return new Generation(new GenerationParts
        {
            Config = config,
            Scope = scope,
            Routes = CompileRoutes(config, compiler, diagnostics, options, logger),
            Plain = new PlainResponses(config.Router, headers),
            ClientAddress = new ClientAddress(config.Router),
            Transport = transport,
            Log = log,
            AccessLog = config.Router.DisableAccessLog ? null : new AccessLog(options.Log, config.Router.LoggerSkipPaths, options.IsTerminal),
            Outer = ServerComponents(config, options.Plugins, context, static order => order < ServerStages.Routing.Order),
            Inner = ServerComponents(config, options.Plugins, context, static order => order >= ServerStages.Routing.Order),
        });
    }

    private static ProxyEnvironment ProxiesOf(GatewayHostOptions options)
    {
        try
        {
            return ProxyEnvironment.FromEnvironment(options.Environment);
        }
        catch (FormatException exception)
        {
            throw new ConfigurationException(exception.Message);
        }
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

    // A component around the whole service that cannot be built guards nothing: the service does not start without it.
    private static List<IHttpMiddleware> ServerComponents(
        ServiceConfig config, PluginRegistry plugins, ServiceContext context, Func<int, bool> belongs)
    {
        var list = new List<IHttpMiddleware>();
        var faults = new ConfigDiagnostics();
        foreach (var component in plugins.ServerComponents)
        {
            if (!belongs(component.Stage.Order) || config.ExtraConfig[component.Name] is not { } value)
                continue;
            try
            {
                if (component.Build(value, context, faults) is { } middleware)
                    list.Add(middleware);
            }
            catch (Exception exception)
            {
                faults.Error(value.Position, $"extra_config.{component.Name}", $"the component cannot be built: {exception.Message}");
            }
        }
        return faults.HasErrors ? throw new ConfigurationException(string.Join('\n', faults.All)) : list;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Gin] Debug enabled")]
        public static partial void DebugEnabled(ILogger logger);
    }
}
