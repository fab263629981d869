using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Manipulation;
using Gateway.Core.Plugins;
using Gateway.Core.Plugins.Kinds;
using Gateway.Core.Proxy;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>
/// Compiles an endpoint's configuration into its handler: components of plugins and core's own stages stand in one list, sorted by
/// stage, and become one delegate chain.
/// </summary>
internal sealed partial class PipelineCompiler(GenerationContext generation, HttpTransport transport, GatewayHeaders headers, Limits limits)
{
    private readonly ServiceConfig _service = generation.Config;
    private readonly PluginRegistry _plugins = generation.Plugins;
    private readonly ILogger _logger = generation.Logger;
    private readonly bool _hasServerComponents = generation.Config.ExtraConfig[PluginKinds.HttpServerNamespace] is not null
        || generation.Plugins.ServerComponents.Any(c => generation.Config.ExtraConfig[c.Name] is not null);

    /// <summary>
    /// The handler of an endpoint. One that cannot be built answers 500; its reason is logged and in <paramref name="diagnostics"/> (RTE-011).
    /// A guard that cannot be built refuses the start there (AUT-008).
    /// </summary>
    public RouteHandler Compile(EndpointConfig endpoint, ConfigDiagnostics diagnostics)
    {
        var handler = MissingGuard(ConfigScope.Endpoint, endpoint) is { } guard ? Close(endpoint, guard) : CompileOrFail(endpoint, diagnostics);
        handler.Route = new EndpointRoute(endpoint.Method, endpoint.Path);
        return handler;
    }

    private BareEndpoint Close(EndpointConfig endpoint, string guard)
    {
        Log.Closed(_logger, endpoint.Path, guard);
        return new BareEndpoint(StatusCodes.Status401Unauthorized);
    }

    private RouteHandler CompileOrFail(EndpointConfig endpoint, ConfigDiagnostics diagnostics)
    {
        var faults = new ConfigDiagnostics();
        RouteHandler handler;
        Exception? thrown = null;
        try
        {
            handler = CompileEndpoint(endpoint, faults);
        }
        catch (Exception exception)
        {
            // Whatever a plugin's factory throws concerns this endpoint alone.
            thrown = exception is PipelineBuildException ? null : exception;
            faults.Error(endpoint.Source.Position, "", exception.Message);
            handler = new BareEndpoint(StatusCodes.Status500InternalServerError);
        }
        // A component with several parts says of each what is wrong with its configuration.
        var findings = faults.All.Distinct().ToArray();
        foreach (var fault in findings)
            diagnostics.Add(fault);
        if (!faults.HasErrors)
            return handler;
        foreach (var fault in findings)
        {
            if (fault is { Severity: ConfigSeverity.Error, RefusesStart: false })
                Log.CannotBuild(_logger, endpoint.Path, fault.Message, thrown);
        }
        return new BareEndpoint(StatusCodes.Status500InternalServerError);
    }

    private RouteHandler CompileEndpoint(EndpointConfig endpoint, ConfigDiagnostics faults)
    {
        var context = new EndpointContext(generation, endpoint);
        context.TokenRejecters = CompileRejecters(endpoint, context, faults);
        var guards = CompileGuards(endpoint, context, faults);
        RouteHandler handler = CompileConnection(endpoint, context, faults) is { } connection ? connection : CompileProxy(endpoint, context, guards.Count > 0 || _hasServerComponents, faults);
        return guards.Count == 0 ? handler : new GuardedEndpoint(guards, handler);
    }

    private EndpointHandler CompileProxy(EndpointConfig endpoint, EndpointContext context, bool readsClaims, ConfigDiagnostics faults)
    {
        var proxy = CompileProxyPipeline(endpoint, context, faults, out var buffers);
        Log.BuildingHandler(_logger, endpoint.Path);
        var render = OutputRender.Of(endpoint.OutputEncoding, name => PluginRender(name, endpoint, context, faults));
        return new EndpointHandler(endpoint, _service.Router, proxy, buffers, readsClaims, context.PropagatedHeaders, render, headers, limits, _logger);
    }

    private ProxyHandler CompileProxyPipeline(EndpointConfig endpoint, EndpointContext context, ConfigDiagnostics faults, out bool buffersBody)
    {
        Log.BuildingProxy(_logger, endpoint.Path);
        var regular = endpoint.Backends.Where(static b => !b.Shadow).ToArray();
        var shadows = endpoint.Backends.Where(static b => b.Shadow).ToArray();
        if (regular.Length == 0)
            throw new PipelineBuildException("all endpoints must have at least one backend");

        var stages = new StageList();
        foreach (var component in _plugins.ProxyComponents)
        {
            var config = component.ConfigAt(endpoint.ExtraConfig, _service.ExtraConfig);
            if (config is not null && IsAuthentication(component.Name))
                AddGuard(stages, component, config, context, faults);
            else
                stages.Add(component, config, context, faults);
        }
        if (shadows.Length > 0)
            stages.Add(ProxyStages.Shadow, CompileShadow(endpoint, shadows, context, faults));
        PipelineKinds.AddProxy(stages, endpoint.ExtraConfig, context, faults);
        AddManipulation(endpoint, regular.Length, stages);
        var merge = CompileMerge(endpoint, regular, endpoint.Timeout, context, faults);
        var buffers = regular.Length > 1 || shadows.Length > 0 || endpoint.ConcurrentCalls > 1;
        // What a backend makes of its request is not what the endpoint's components look at on the way back.
        if (regular.Length == 1 && stages.InOrder.Count > 0)
            merge = Forking(merge);
        if (buffers && stages.InOrder.Count > 0)
            merge = new BufferedBody(merge).InvokeAsync;
        buffersBody = buffers;
        return Pipeline.Compose(stages.InOrder, merge);
    }

    private static ProxyHandler Forking(ProxyHandler next) => (request, cancellationToken) => next(request.Fork(), cancellationToken);

    private void AddManipulation(EndpointConfig endpoint, int backends, StageList stages)
    {
        if (endpoint.Proxy.Static is { } fixedData && StaticData.Compile(fixedData.Data) is { } data)
        {
            if (_logger.IsEnabled(LogLevel.Debug))
                Log.AddingStatic(_logger, endpoint.Path, fixedData.Strategy, ConfigText(fixedData.Data));
            stages.Add(ProxyStages.Static, new StaticResponse(fixedData.Strategy, data));
        }
        if (backends > 1 && Flatmap.Compile(endpoint.Proxy.FlatmapFilter) is { } flatmap)
        {
            Log.AddingFlatmap(_logger, endpoint.Path, endpoint.Proxy.FlatmapFilter.Count);
            stages.Add(ProxyStages.Flatmap, new EndpointFlatmap(flatmap));
        }
    }

    private ShadowFork CompileShadow(EndpointConfig endpoint, BackendConfig[] shadows, EndpointContext context, ConfigDiagnostics faults)
    {
        var longest = shadows.Max(static s => s.ShadowTimeout);
        var timeout = longest > TimeSpan.Zero ? longest : endpoint.Timeout;
        return new ShadowFork(CompileMerge(endpoint, shadows, timeout, context, faults), timeout, limits.PendingShadowCalls, endpoint.Path, _logger);
    }

    private ProxyHandler CompileMerge(EndpointConfig endpoint, BackendConfig[] backends, TimeSpan timeout, EndpointContext context, ConfigDiagnostics faults)
    {
        var handlers = new ProxyHandler[backends.Length];
        for (var i = 0; i < backends.Length; i++)
            handlers[i] = CompileBackend(endpoint, backends[i], timeout, context.ForBackend(backends[i], i), faults);
        if (backends.Length == 1)
            return handlers[0];
        Log.Merging(_logger, endpoint.Path, backends.Length, endpoint.Proxy.Sequential ? "sequential" : "parallel");
        return endpoint.Proxy.Sequential
            ? new SequentialMerge(handlers, backends, endpoint.Proxy.SequentialPropagatedParams, timeout, limits.BufferedRequestBody).InvokeAsync
            : new ParallelMerge(handlers, timeout).InvokeAsync;
    }

    private ProxyHandler CompileBackend(EndpointConfig endpoint, BackendConfig backend, TimeSpan timeout, BackendContext context, ConfigDiagnostics faults)
    {
        Log.BuildingBackend(_logger, backend.UrlPattern.Text);
        var stages = new StageList();
        var hosts = CompileHosts(backend, context, faults);
        foreach (var component in _plugins.BackendComponents)
            stages.Add(component, component.ConfigAt(backend.ExtraConfig, _service.ExtraConfig), context, faults);
        PipelineKinds.AddBackend(stages, backend.ExtraConfig, context, faults);
        var inner = Pipeline.Compose(stages.From(BackendStages.Request), CompileExecutor(endpoint, backend, context, hosts.Balancer, faults));
        inner = CompileAddress(hosts, backend, context, inner);
        if (endpoint.ConcurrentCalls > 1)
            inner = new ConcurrentCalls(inner, endpoint.ConcurrentCalls, timeout).InvokeAsync;
        return Pipeline.Compose(stages.OutsideOf(BackendStages.Request), new BackendTarget(backend, endpoint.IsWildcard, inner).InvokeAsync);
    }

    private static string ConfigText(ConfigNode data) => Encoding.UTF8.GetString(ConfigNodeJson.Write(data));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[ENDPOINT: {Endpoint}] nothing provides \"{Guard}\", which may be missing: every request is answered 401")]
        public static partial void Closed(ILogger logger, string endpoint, string guard);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: {Endpoint}] Building the proxy pipe")]
        public static partial void BuildingProxy(ILogger logger, string endpoint);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[BACKEND: {Pattern}] Building the backend pipe")]
        public static partial void BuildingBackend(ILogger logger, string pattern);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: {Endpoint}] Building the http handler")]
        public static partial void BuildingHandler(ILogger logger, string endpoint);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: {Endpoint}][Merge] Backends: {Count}, merger: {Merger}, combiner: default")]
        public static partial void Merging(ILogger logger, string endpoint, int count, string merger);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: {Endpoint}][Static] Adding a static response using '{Strategy}' strategy. Data: {Data}")]
        public static partial void AddingStatic(ILogger logger, string endpoint, string strategy, string data);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: {Endpoint}][Flatmap] Adding flatmap manipulator with {Count} operations")]
        public static partial void AddingFlatmap(ILogger logger, string endpoint, int count);

        [LoggerMessage(Level = LogLevel.Error, Message = "[ENDPOINT: {Endpoint}] Unable to build the endpoint; it answers 500: {Reason}")]
        public static partial void CannotBuild(ILogger logger, string endpoint, string reason, Exception? exception);
    }
}

/// <summary>The middleware of one pipeline on its way to being sorted.</summary>
internal sealed class StageList
{
    private readonly List<Step> _steps = [];

    /// <summary>Outermost first; equal orders as they were added.</summary>
    public IReadOnlyList<IProxyMiddleware> InOrder => Select(static _ => true);

    /// <summary>Those further out than a stage.</summary>
    public IReadOnlyList<IProxyMiddleware> OutsideOf(Stage stage) => Select(s => s < stage.Order);

    /// <summary>Those at a stage and further in.</summary>
    public IReadOnlyList<IProxyMiddleware> From(Stage stage) => Select(s => s >= stage.Order);

    public void Add(Stage stage, IProxyMiddleware middleware)
    {
        var index = _steps.Count;
        while (index > 0 && _steps[index - 1].Order > stage.Order)
            index--;
        _steps.Insert(index, new(stage.Order, middleware));
    }

    public void Add<TContext>(Component<TContext, IProxyMiddleware> component, ConfigNode? config, TContext context, ConfigDiagnostics faults)
    {
        if (config is not null && component.Build(config, context, faults) is { } middleware)
            Add(component.Stage, middleware);
    }

    private List<IProxyMiddleware> Select(Func<int, bool> belongs)
    {
        var chosen = new List<IProxyMiddleware>();
        foreach (var step in _steps)
        {
            if (belongs(step.Order))
                chosen.Add(step.Middleware);
        }
        return chosen;
    }

    // A class: lists of a structure of the gateway's own are compiled at run time, at every start.
    private sealed record Step(int Order, IProxyMiddleware Middleware);
}

/// <summary>An endpoint cannot be built; the others can.</summary>
internal sealed class PipelineBuildException(string message) : Exception(message);

/// <summary>What stands for an endpoint that could not be built (500, RTE-011) or whose guard is missing (401, AUT-008): a status and nothing else.</summary>
/// <param name="status">The status.</param>
internal sealed class BareEndpoint(int status) : RouteHandler
{
    public override Task HandleAsync(Exchange exchange)
    {
        exchange.Http.Response.StatusCode = status;
        exchange.Http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}

/// <summary>An endpoint with components on the HTTP exchange around it.</summary>
internal sealed class GuardedEndpoint : RouteHandler
{
    private readonly RequestDelegate _pipeline;

    public GuardedEndpoint(IReadOnlyList<IHttpMiddleware> guards, RouteHandler handler) =>
        _pipeline = Pipeline.Compose(guards, context => handler.HandleAsync(context.Features.Get<Exchange>()!));

    public override Task HandleAsync(Exchange exchange)
    {
        exchange.Http.Features.Set(exchange);
        return _pipeline(exchange.Http);
    }
}
