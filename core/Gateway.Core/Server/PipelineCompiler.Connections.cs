using Gateway.Core.Configuration;
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
            if (component.Build(config, new TakeoverContext(generation, endpoint, filter, addresses), faults) is { } handler)
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
}
