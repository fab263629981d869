using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>Around data (proxy, backend, middleware).</summary>
internal sealed class ProxyComponent(PlaceWork work) : IProxyMiddleware
{
    /// <inheritdoc/>
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
        new DataWalk(work, request, next).RunAsync(cancellationToken);
}

/// <summary>In place of a backend's transport: nothing is behind it, so that its loss is never passed by.</summary>
internal sealed class ExecutorComponent(PlaceWork work) : IProxyMiddleware
{
    /// <inheritdoc/>
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
        new DataWalk(work, request, null).RunAsync(cancellationToken);
}
