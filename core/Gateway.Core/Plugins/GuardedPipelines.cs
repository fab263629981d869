using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins;

internal sealed class GuardedProxy(IProxyMiddleware inner, string name, PluginOwner owner) : IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        try
        {
            var call = inner.InvokeAsync(request, next, cancellationToken);
            return call.IsCompletedSuccessfully ? call : AwaitAsync(call, cancellationToken);
        }
        catch (Exception exception) when (owner.IsToBlame(exception, cancellationToken))
        {
            return new(owner.Fail(exception, name));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ProxyResult> AwaitAsync(ValueTask<ProxyResult> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (Exception exception) when (owner.IsToBlame(exception, cancellationToken))
        {
            return owner.Fail(exception, name);
        }
    }
}

internal sealed class GuardedClient(IClientMiddleware inner, string name, PluginOwner owner) : IClientMiddleware
{
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        try
        {
            var call = inner.InvokeAsync(request, next, cancellationToken);
            return call.IsCompletedSuccessfully ? call : AwaitAsync(call, cancellationToken);
        }
        catch (Exception exception) when (owner.IsToBlame(exception, cancellationToken))
        {
            return new(owner.Fail(exception, name));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ClientResult> AwaitAsync(ValueTask<ClientResult> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (Exception exception) when (owner.IsToBlame(exception, cancellationToken))
        {
            return owner.Fail(exception, name);
        }
    }
}
