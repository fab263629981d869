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
    private HostSource CompileHosts(BackendConfig backend, BackendContext context, ConfigDiagnostics faults, bool takesConnections = false)
    {
        var discovery = CompileDiscovery(backend, context, faults);
        var hosts = discovery is null ? FixedHosts(backend, takesConnections) : [];
        context.Hosts = discovery ?? (hosts.Length > 0 ? new FixedHosts(hosts) : null);
        context.Transport = transport;
        return new HostSource(discovery, hosts, CompileBalancer(backend, context, faults));
    }

    private ProxyHandler CompileAddress(HostSource source, BackendConfig backend, BackendContext context, ProxyHandler next)
    {
        if (context.Hosts is not { } all)
            return next;
        var headers = NameFilter.ForBackend(backend.InputHeaders, StringComparison.OrdinalIgnoreCase, context.PropagatedHeaders);
        if (source.Balancer is { } balancer)
            return new BalancedAddress(headers, all, balancer, generation.Time, next).InvokeAsync;
        return source.Discovery is null
            ? new BackendAddress(headers, new HostBalancer(source.Listed), source.Listed, next).InvokeAsync
            : new DiscoveredAddress(headers, source.Discovery, next).InvokeAsync;
    }

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

    /// <summary>The hosts of a backend.</summary>
    /// <param name="Discovery">Where they come from; <see langword="null"/> for the configuration.</param>
    /// <param name="Listed">Those of the configuration.</param>
    /// <param name="Balancer">What chooses among them; <see langword="null"/> for round robin.</param>
    private sealed record HostSource(IHostDiscovery? Discovery, BackendHost[] Listed, IHostBalancer? Balancer);
}
