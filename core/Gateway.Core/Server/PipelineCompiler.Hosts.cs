using Gateway.Core.Configuration;
using Gateway.Core.Proxy;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Server;

/// <summary>Where the hosts of a backend come from, and who chooses among them.</summary>
internal sealed partial class PipelineCompiler
{
    private ProxyHandler CompileHost(BackendConfig backend, BackendContext context, ConfigDiagnostics faults, ProxyHandler next, bool takesConnections = false)
    {
        var discovery = CompileDiscovery(backend, context, faults);
        var balancer = CompileBalancer(backend, context, faults);
        var hosts = discovery is null ? FixedHosts(backend, takesConnections) : [];
        if (discovery is null && hosts.Length == 0)
            return next;
        if (balancer is not null)
            return new BalancedAddress(HeadersOf(backend, context), discovery ?? new FixedHosts(hosts), balancer, generation.Time, next).InvokeAsync;
        return discovery is null
            ? new BackendAddress(HeadersOf(backend, context), new HostBalancer(hosts), next).InvokeAsync
            : new DiscoveredAddress(HeadersOf(backend, context), discovery, next).InvokeAsync;
    }

    private static NameFilter HeadersOf(BackendConfig backend, BackendContext context) =>
        NameFilter.ForBackend(backend.InputHeaders, StringComparison.OrdinalIgnoreCase, context.PropagatedHeaders);

    private IHostDiscovery? CompileDiscovery(BackendConfig backend, BackendContext context, ConfigDiagnostics faults)
    {
        if (backend.Sd == "static" || _plugins.Discoveries.Find(backend.Sd) is not { } component)
            return null;
        return component.Build(backend.Source, context, faults)
            ?? throw new PipelineBuildException($"the plugin made no service discovery \"{backend.Sd}\"");
    }

    private IHostBalancer? CompileBalancer(BackendConfig backend, BackendContext context, ConfigDiagnostics faults)
    {
        IHostBalancer? balancer = null;
        var owner = "";
        foreach (var component in _plugins.Balancers)
        {
            if (backend.ExtraConfig[component.Name] is not { } config || component.Build(config, context, faults) is not { } built)
                continue;
            if (balancer is not null)
                throw new PipelineBuildException($"\"{owner}\" and \"{component.Name}\" both choose the host of the backend; keep one");
            (balancer, owner) = (built, component.Name);
        }
        return balancer;
    }

    private static BackendHost[] FixedHosts(BackendConfig backend, bool takesConnections)
    {
        var hosts = new BackendHost[backend.Hosts.Count];
        for (var i = 0; i < hosts.Length; i++)
        {
            if (!(takesConnections ? HostParser.TryParseConnection(backend.Hosts[i], out var host) : HostParser.TryParse(backend.Hosts[i], out host)))
                throw new PipelineBuildException($"host {backend.Hosts[i]} not valid: no URL of the HTTP client");
            hosts[i] = host;
        }
        return hosts;
    }
}
