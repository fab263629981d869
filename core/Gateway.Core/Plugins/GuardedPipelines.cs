using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins;

internal sealed class GuardedProxy(IProxyMiddleware inner, string name, PluginOwner owner) : GuardedStep<ProxyResult>(name, owner), IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        try
        {
            return Watch(inner.InvokeAsync(request, next, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (IsToBlame(exception, cancellationToken))
        {
            return new(Fail(exception));
        }
    }

    protected override ProxyResult Failure(GatewayError error) => error;
}

internal sealed class GuardedClient(IClientMiddleware inner, string name, PluginOwner owner) : GuardedStep<ClientResult>(name, owner), IClientMiddleware
{
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        try
        {
            return Watch(inner.InvokeAsync(request, next, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (IsToBlame(exception, cancellationToken))
        {
            return new(Fail(exception));
        }
    }

    protected override ClientResult Failure(GatewayError error) => error;
}
