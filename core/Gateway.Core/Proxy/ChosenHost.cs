using System.Runtime.CompilerServices;
using Gateway.Core.Configuration;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Proxy;

/// <summary>The second half of a backend's request, once per copy: its host, in turn, and its header filter.</summary>
internal sealed class BackendAddress(NameFilter headers, HostBalancer balancer, IReadOnlyList<BackendHost> hosts, ProxyHandler next) : IHostChoice
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        request.Host = balancer.Pick();
        request.Hosts = this;
        headers.Apply(request.Headers);
        return next(request, cancellationToken);
    }

    public ValueTask<ClientResult> CallAsync(ProxyRequest request, IReadOnlyList<BackendHost> tried, ClientHandler next, CancellationToken cancellationToken)
    {
        request.Host = OtherHosts.Untried(hosts, (uint)Random.Shared.Next(), tried) ?? balancer.Pick();
        return next(request, cancellationToken);
    }
}

/// <summary>
/// The same as <see cref="BackendAddress"/> for backends whose hosts are discovered: round robin, starting at a random place, over the hosts
/// as they are known now. A change of the list affects the next pick only (RTE-365).
/// </summary>
internal sealed class DiscoveredAddress(NameFilter headers, IHostDiscovery discovery, ProxyHandler next) : IHostChoice
{
    private uint _next = (uint)Random.Shared.Next();

    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var hosts = discovery.Hosts;
        if (hosts.Count == 0)
            return new(NoHosts.Error);
        request.Host = Pick(hosts);
        request.Hosts = this;
        headers.Apply(request.Headers);
        return next(request, cancellationToken);
    }

    public ValueTask<ClientResult> CallAsync(ProxyRequest request, IReadOnlyList<BackendHost> tried, ClientHandler next, CancellationToken cancellationToken)
    {
        var hosts = discovery.Hosts;
        if (hosts.Count == 0)
            return new(NoHosts.Error);
        request.Host = OtherHosts.Untried(hosts, (uint)Random.Shared.Next(), tried) ?? Pick(hosts);
        return next(request, cancellationToken);
    }

    private BackendHost Pick(IReadOnlyList<BackendHost> hosts) => hosts[hosts.Count == 1 ? 0 : (int)(Interlocked.Increment(ref _next) % (uint)hosts.Count)];
}

/// <summary>The same for backends with a balancer of their own, which is told what came of every call.</summary>
internal sealed class BalancedAddress(NameFilter headers, IHostDiscovery discovery, IHostBalancer balancer, TimeProvider time, ProxyHandler next)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var hosts = discovery.Hosts;
        if (hosts.Count == 0)
            return NoHosts.Error;
        var host = balancer.Pick(request, hosts);
        var started = time.GetTimestamp();
        var choice = new Choice(this);
        request.Host = host;
        request.Hosts = choice;
        ProxyResult result;
        try
        {
            headers.Apply(request.Headers);
            result = await next(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            result = PipelineFault.Of(exception);
        }
        // The stream of another attempt is none of this host's.
        if (!choice.IsMade && result.Response is { Raw: { } raw } response)
        {
            response.Raw = new UsedHost(raw, balancer, host, response, started, time);
            return result;
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

    private async ValueTask<ClientResult> CallAgainAsync(ProxyRequest request, IReadOnlyList<BackendHost> tried, ClientHandler next, CancellationToken cancellationToken)
    {
        var hosts = discovery.Hosts;
        if (hosts.Count == 0)
            return NoHosts.Error;
        var host = balancer.PickAgain(request, hosts, tried);
        var started = time.GetTimestamp();
        request.Host = host;
        ClientResult result;
        try
        {
            result = await next(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            result = PipelineFault.Of(exception);
        }
        if (result.Response is { } raw)
            return new UsedHost(raw, balancer, host, new ProxyResponse { StatusCode = raw.StatusCode }, started, time);
        balancer.Completed(host, result.Error!, time.GetElapsedTime(started));
        return result;
    }

    /// <summary>The choice of one call, which knows whether there was another.</summary>
    private sealed class Choice(BalancedAddress address) : IHostChoice
    {
        public bool IsMade { get; private set; }

        public ValueTask<ClientResult> CallAsync(ProxyRequest request, IReadOnlyList<BackendHost> tried, ClientHandler next, CancellationToken cancellationToken)
        {
            IsMade = true;
            return address.CallAgainAsync(request, tried, next, cancellationToken);
        }
    }
}

/// <summary>Tells the balancer of a backend what hosts answer.</summary>
internal sealed class HostWatch(IHostBalancer balancer, TimeProvider time, ClientHandler next)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ClientResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var host = request.Host;
        var started = time.GetTimestamp();
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (host is null)
            return result;
        var answer = new HostAnswer(result.Response?.StatusCode ?? 0, KindOf(request, result.Error), time.GetElapsedTime(started));
        try
        {
            balancer.Answered(host, in answer);
        }
        catch
        {
            result.Response?.Dispose();
            throw;
        }
        return result;
    }

    // Who cancelled, or kept the host waiting, decides what a passed limit says about it.
    private static GatewayErrorKind? KindOf(ProxyRequest request, GatewayError? error) => error switch
    {
        { Kind: GatewayErrorKind.Timeout } when request.IsAbandoned => GatewayErrorKind.Lost,
        { IsNeutral: true } => GatewayErrorKind.ClientAborted,
        _ => error?.Kind,
    };
}

/// <summary>A raw answer during which its host counts as in use.</summary>
internal sealed class UsedHost(ClientResponse inner, IHostBalancer balancer, BackendHost host, ProxyResponse response, long started, TimeProvider time) : DelegatingResponse(inner)
{
    private int _isOver;

    public override ValueTask<KrakenPlugins.Sdk.Data.PooledBytes> ReadAllAsync(int maxLength, CancellationToken cancellationToken) => Inner.ReadAllAsync(maxLength, cancellationToken);

    public override ValueTask CopyToAsync(System.IO.Pipelines.PipeWriter writer, CancellationToken cancellationToken) => Inner.CopyToAsync(writer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            balancer.Completed(host, response, time.GetElapsedTime(started));
    }
}

/// <summary>Hosts for another attempt where no balancer chooses.</summary>
internal static class OtherHosts
{
    /// <summary>A host at which nothing was tried, looked for from a place on; <see langword="null"/> when there is none.</summary>
    public static BackendHost? Untried(IReadOnlyList<BackendHost> hosts, uint start, IReadOnlyList<BackendHost> tried)
    {
        for (var i = 0; i < hosts.Count; i++)
        {
            var host = hosts[(int)((start + (uint)i) % (uint)hosts.Count)];
            if (!Contains(tried, host))
                return host;
        }
        return null;
    }

    // A host that counts several times is an object for each of its places in a configuration.
    private static bool Contains(IReadOnlyList<BackendHost> tried, BackendHost host)
    {
        for (var i = 0; i < tried.Count; i++)
        {
            if (tried[i].Port == host.Port && tried[i].Host == host.Host && tried[i].Scheme == host.Scheme && tried[i].BasePath == host.BasePath)
                return true;
        }
        return false;
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
    public static GatewayError Error { get; } = new(GatewayErrorKind.Connection, "no hosts available") { IsUnsent = true };
}
