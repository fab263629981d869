using Gateway.Core.Configuration;
using Gateway.Core.Plugins.Kinds;
using Gateway.Core.Proxy;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Server;

/// <summary>What makes the call of a backend.</summary>
internal sealed partial class PipelineCompiler
{
    private ProxyHandler CompileExecutor(EndpointConfig endpoint, BackendConfig backend, BackendContext context, IHostBalancer? balancer, ConfigDiagnostics faults)
    {
        foreach (var executor in _plugins.Executors)
        {
            if (backend.ExtraConfig[executor.Name] is { } config && executor.Build(config, context, faults) is { } middleware)
                return Pipeline.Compose([middleware], NoTransport);
        }
        var client = new List<IClientMiddleware>();
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        var plugin = HttpClientKind.Compile(backend.ExtraConfig, context, faults);
        foreach (var component in _plugins.ClientComponents)
        {
            if (plugin is not null && HttpClientKind.Replaces(component, backend.ExtraConfig, faults))
                continue;
            if (component.ConfigAt(backend.ExtraConfig, _service.ExtraConfig) is not { } config || component.Build(config, context, faults) is not { } middleware)
                continue;
            if (component.Stage.Exclusive is { } role && !taken.TryAdd(role, component.Name) && taken[role] != component.Name)
            {
                faults.Error(config.Position, $"extra_config.{component.Name}",
                    $"\"{taken[role]}\" and \"{component.Name}\" cannot stand at one backend: each is a {role}, and there can be one; remove one of them");
            }
            client.Add(middleware);
        }
        if (plugin is not null)
            client.Add(plugin);
        var send = transport.CreateHandler(backend.Client);
        if (balancer is not null)
            send = new HostWatch(balancer, generation.Time, send).InvokeAsync;
        var call = Pipeline.Compose(client, send);
        return new HttpExecutor(call, CompileDecoder(backend, context, faults), endpoint, backend, limits, _logger).InvokeAsync;
    }

    private static ValueTask<ProxyResult> NoTransport(ProxyRequest request, CancellationToken cancellationToken) =>
        new(new GatewayError(GatewayErrorKind.Internal, "the executor of this backend has no transport behind it"));
}
