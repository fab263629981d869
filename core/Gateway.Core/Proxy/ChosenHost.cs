using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Proxy;

/// <summary>
/// The same as <see cref="BackendAddress"/> for backends whose hosts are discovered: round robin, starting at a random place, over the hosts
/// as they are known now. A change of the list affects the next pick only (RTE-365).
/// </summary>
internal sealed class DiscoveredAddress(NameFilter headers, IHostDiscovery discovery, ProxyHandler next)
{
    private uint _next = (uint)Random.Shared.Next();

    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var hosts = discovery.Hosts;
        var count = hosts.Count;
        if (count == 0)
            return new(NoHosts.Error);
        request.Host = hosts[count == 1 ? 0 : (int)(Interlocked.Increment(ref _next) % (uint)count)];
        headers.Apply(request.Headers);
        return next(request, cancellationToken);
    }
}

/// <summary>The same for backends with a balancer of their own, which is told what came of every call.</summary>
internal sealed class BalancedAddress(NameFilter headers, IHostDiscovery discovery, IHostBalancer balancer, TimeProvider time, ProxyHandler next)
{
    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var hosts = discovery.Hosts;
        if (hosts.Count == 0)
            return NoHosts.Error;
        var host = balancer.Pick(request, hosts);
        var started = time.GetTimestamp();
        request.Host = host;
        headers.Apply(request.Headers);
        ProxyResult result;
        try
        {
            result = await next(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            result = PipelineFault.Of(exception);
        }
        try
        {
            balancer.Completed(host, in result, time.GetElapsedTime(started));
        }
        catch
        {
            result.Response?.Dispose();
            throw;
        }
        return result;
    }
}

/// <summary>The hosts that stand in the configuration (RTE-354).</summary>
internal sealed class FixedHosts(IReadOnlyList<BackendHost> hosts) : IHostDiscovery
{
    public IReadOnlyList<BackendHost> Hosts => hosts;
}

/// <summary>A backend whose discovery knows no host now (RTE-361, 362).</summary>
internal static class NoHosts
{
    public static GatewayError Error { get; } = new(GatewayErrorKind.Connection, "no hosts available");
}
