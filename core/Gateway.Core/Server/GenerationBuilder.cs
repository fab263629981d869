using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using Gateway.Core.Plugins.Kinds;
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

    /// <param name="config">The configuration.</param>
    /// <param name="diagnostics">Receives findings.</param>
    /// <param name="options">Of the process.</param>
    /// <param name="start">How its log begins.</param>
    /// <param name="last">State of the configuration that is to be replaced, or <see langword="null"/> at the start.</param>
    public static Generation Build(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options, LogStart start, CarriedState? last)
    {
        var plugins = LoadPlugins(config, diagnostics, options, start.Early);
        var scope = new GenerationScope(start.Early, options.Time, plugins, last);
        HttpTransport? transport = null;
        try
        {
            scope.TryProvide(typeof(ILogOutput), options.Log);
            var first = new GenerationContext(config, scope, plugins.Registry, start.Console, options.Time);
            var log = ServiceLog.Create(first, diagnostics, options);
            start.Begin(log.Logger);
            start.Early.HandTo(log.Logger);
            transport = new HttpTransport(config.Transport, Product.UserAgent, log.Logger, options.Time, ProxiesOf(options), options.Limits.ForTransport());
            return Build(first with { Logger = log.Logger }, diagnostics, options, log, transport, plugins);
        }
        catch
        {
            transport?.Dispose();
            // A scope throws nothing; what its components do about their end is logged.
            _ = scope.DisposeAsync().AsTask();
            throw;
        }
    }

    private static Generation Build(
        GenerationContext generation, ConfigDiagnostics diagnostics, GatewayHostOptions options, ServiceLog log, HttpTransport transport, PluginSet plugins)
    {
        var config = generation.Config;
        var headers = new GatewayHeaders(config.Router.HideVersionHeader);
        var compiler = new PipelineCompiler(generation, transport, headers, options.Limits);
        var context = new ServiceContext(generation);
        generation.Outgoing.Use(transport);
        // A command of a plugin serves in place of the service.
        var command = options.Command;
        if (command is null)
        {
            SharedServices.Provide(generation, context, diagnostics);
            generation.Health.Build(generation, context, diagnostics);
            foreach (var (id, status) in plugins.Processes)
                generation.Health.Add(id, new ProcessHealth(status));
        }
        var agents = compiler.CompileAgents(diagnostics);
        var routes = CompileRoutes(compiler, new HealthEndpoint(options.Time, generation.AgentReports, generation.Health), diagnostics, generation, options);
        ThrowIfUnguarded(diagnostics);
        return new Generation(new GenerationParts
        {
            Config = config,
            Scope = generation.Scope,
            Plugins = plugins,
            Context = context,
            Takeovers = generation.Takeovers,
            Agents = agents,
            Routes = routes,
            Plain = new PlainResponses(config.Router, headers),
            ClientAddress = new ClientAddress(config.Router),
            Transport = transport,
            Log = log,
            Health = generation.Health,
            Admin = generation.Admin,
            AccessLog = config.Router.DisableAccessLog ? null : new AccessLog(options.Log, config.Router.LoggerSkipPaths, options.IsTerminal),
            Outer = command is null ? ServerComponents(generation, context, diagnostics, static order => order < ServerStages.Routing.Order) : [],
            Inner = command is null ? ServerComponents(generation, context, diagnostics, static order => order >= ServerStages.Routing.Order) : [],
            Branches = command is null ? Branches(generation, context, diagnostics) : [command.Build(generation, context, diagnostics)],
        });
    }

    // An endpoint that cannot be built costs itself (RTE-011), unless its component says that nobody may run without it.
    private static void ThrowIfUnguarded(ConfigDiagnostics diagnostics)
    {
        var reasons = diagnostics.All.Where(static f => f.RefusesStart).Select(static f => f.ToString()).ToArray();
        if (reasons.Length > 0)
            throw new ConfigurationException(string.Join('\n', reasons));
    }

    private static PluginSet LoadPlugins(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options, ILogger logger)
    {
        if (options.PluginHost is not { } host)
            return new PluginSet(null, options.Plugins);
        var faults = new ConfigDiagnostics();
        var plugins = host.Load(config, faults, logger);
        foreach (var fault in faults.All)
            diagnostics.Add(fault);
        if (faults.HasErrors)
        {
            _ = plugins.ReleaseCode();
            throw new ConfigurationException(string.Join('\n', faults.All.Where(static f => f.Severity == ConfigSeverity.Error)));
        }
        plugins.Registry.Add(options.Plugins);
        return plugins;
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
        PipelineCompiler compiler, HealthEndpoint health, ConfigDiagnostics diagnostics, GenerationContext generation, GatewayHostOptions options)
    {
        var (config, logger) = (generation.Config, generation.Logger);
        var routes = new RouteTableBuilder<RouteHandler>();
        if (!config.Router.DisableHealth)
            Add(routes.Add("GET", config.Router.HealthPath, false, health));
        if (config.DebugEndpoint)
        {
            Log.DebugEnabled(logger);
            Add(routes.Add(s_anyMethod, DebugEndpoint.Pattern, false, new DebugEndpoint(logger, options.Limits)));
        }
        if (config.EchoEndpoint)
            Add(routes.Add(s_anyMethod, EchoEndpoint.Pattern, false, new EchoEndpoint(options.Limits)));
        foreach (var endpoint in config.Endpoints)
            Add(routes.Add(endpoint.Method, endpoint.Path, config.DisableRest, compiler.Compile(endpoint, diagnostics)));
        var table = routes.Build(RouteOptions.From(config.Router));
        generation.Routes.Open(table);
        return table;

        static void Add(RouteConflict? conflict)
        {
            if (conflict is not null)
                throw new ConfigurationException(conflict.Message);
        }
    }

    private static IReadOnlyList<IHttpMiddleware> ServerComponents(GenerationContext generation, ServiceContext context, ConfigDiagnostics diagnostics, Func<int, bool> belongs)
    {
        var faults = new ConfigDiagnostics();
        var list = BuildAll(generation, generation.Plugins.ServerComponents, context, faults, belongs);
        if (belongs(ServerStages.HttpServerPlugins.Order))
            list.AddRange(HttpServerKind.Compile(generation, context, faults).Select(static handler => (ServerStages.HttpServerPlugins.Order, handler)));
        ServiceComponents.ThrowIfFaulty(faults, diagnostics);
        return [.. list.OrderBy(static c => c.Order).Select(static c => c.Product)];
    }

    private static IReadOnlyList<IListenerBranch> Branches(GenerationContext generation, ServiceContext context, ConfigDiagnostics diagnostics)
    {
        var faults = new ConfigDiagnostics();
        var list = BuildAll(generation, generation.Plugins.Listeners, context, faults, static _ => true);
        ServiceComponents.ThrowIfFaulty(faults, diagnostics);
        return [.. list.Select(static c => c.Product)];
    }

    private static List<(int Order, T Product)> BuildAll<T>(
        GenerationContext generation, ComponentList<IServiceContext, T> components, ServiceContext context, ConfigDiagnostics faults, Func<int, bool> belongs)
        where T : class
    {
        var list = new List<(int, T)>();
        foreach (var component in components)
        {
            if (belongs(component.Stage.Order) && ServiceComponents.Build(component, generation.Config, context, faults) is { } product)
                list.Add((component.Stage.Order, product));
        }
        return list;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Gin] Debug enabled")]
        public static partial void DebugEnabled(ILogger logger);
    }
}
