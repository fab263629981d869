using Gateway.Core.Configuration;
using Gateway.Core.Plugins.Kinds;
using Gateway.Core.Proxy;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Server;

internal sealed partial class PipelineCompiler
{
    /// <summary>The handler of an endpoint whose connections a plugin takes over; <see langword="null"/> for all others.</summary>
    private ConnectionEndpoint? CompileConnection(EndpointConfig endpoint, EndpointContext context, ConfigDiagnostics faults)
    {
        foreach (var component in _plugins.Connections)
        {
            if (endpoint.ExtraConfig[component.Name] is not { } config)
                continue;
            var addresses = endpoint.Backends.Select((backend, i) => CompileAddress(endpoint, backend, context.ForBackend(backend, i), faults)).ToArray();
            // The body stays with the exchange, so no limit of a body holds here.
            var filter = new RequestFilter(endpoint, maxPayload: 0, limits, readsClaims: true, context.PropagatedHeaders);
            if (component.Build(config, new TakeoverContext(generation, endpoint, filter, addresses), faults) is not { } handler)
                continue;
            RefusePipelines(endpoint, component.Name, context, faults);
            return new ConnectionEndpoint(handler, generation.Takeovers);
        }
        return null;
    }

    /// <summary>The stages that make a request that of a backend, with nothing behind them.</summary>
    private ProxyHandler CompileAddress(EndpointConfig endpoint, BackendConfig backend, BackendContext context, ConfigDiagnostics faults)
    {
        var hosts = CompileHosts(backend, context, faults, takesConnections: true);
        var address = CompileAddress(hosts, backend, context, static (_, _) => new(default(ProxyResult)));
        return new BackendTarget(backend, endpoint.IsWildcard, address).InvokeAsync;
    }

    /// <summary>
    /// An endpoint whose connections are taken over has no pipelines: what its author put there, or to its backends in order to refuse requests,
    /// would never be asked (EXT-190). A component that makes nothing for a pipeline, as one that only looks at tokens, may stand there.
    /// </summary>
    private void RefusePipelines(EndpointConfig endpoint, string taker, EndpointContext context, ConfigDiagnostics faults)
    {
        foreach (var component in _plugins.ProxyComponents)
        {
            if (component.ConfigAt(endpoint.ExtraConfig, _service.ExtraConfig) is { } config
                && (endpoint.ExtraConfig[component.Name] is not null || NamespaceRegistry.IsProtection(component.Name))
                && component.Build(config, context, faults) is not null)
                RefusePipeline(component.Name, config, taker, context, faults);
        }
        RefuseKinds(endpoint.ExtraConfig, taker, context, faults);
        for (var i = 0; i < endpoint.Backends.Count; i++)
        {
            var (backend, backendContext) = (endpoint.Backends[i], context.ForBackend(endpoint.Backends[i], i));
            foreach (var component in _plugins.BackendComponents)
            {
                if (NamespaceRegistry.IsProtection(component.Name)
                    && component.ConfigAt(backend.ExtraConfig, _service.ExtraConfig) is { } config
                    && component.Build(config, backendContext, faults) is not null)
                    RefusePipeline(component.Name, config, taker, backendContext, faults);
            }
            RefuseKinds(backend.ExtraConfig, taker, backendContext, faults);
        }
    }

    // What a plugin in these lists does, perhaps refuse a request, only the plugin knows.
    private static void RefuseKinds(ExtraConfig extra, string taker, EndpointContext context, ConfigDiagnostics faults)
    {
        foreach (var name in (ReadOnlySpan<string>)[PluginKinds.ModifiersNamespace, PluginKinds.MiddlewareNamespace])
        {
            if (extra[name] is { } config && PluginKinds.NamesIn(name, config).Any())
                RefusePipeline(name, config, taker, context, faults);
        }
    }

    private static void RefusePipeline(string name, ConfigNode config, string taker, EndpointContext context, ConfigDiagnostics faults) =>
        faults.Add(new(ConfigSeverity.Error, config.Position, $"extra_config.{name}",
            $"{context.LogPrefix} \"{taker}\" takes the connections of this endpoint over, and \"{name}\" would never be asked; expected its rules in front of the endpoint, such as in \"auth/validator\" or \"qos/ratelimit/router\", or an endpoint without \"{name}\"")
        { RefusesStart = NamespaceRegistry.IsGuard(name) });
}
