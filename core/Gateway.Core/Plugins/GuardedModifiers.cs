using System.Runtime.CompilerServices;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins;

internal sealed class GuardedRequestModifier(IRequestModifier inner, string name, PluginOwner owner) : IRequestModifier
{
    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var call = inner.ModifyAsync(request, cancellationToken);
            return call.IsCompletedSuccessfully ? call : ModifierGuard.AwaitAsync(call, name, owner, cancellationToken);
        }
        catch (Exception exception) when (owner.IsToBlame(exception, cancellationToken))
        {
            return new(owner.Fail(exception, name));
        }
    }
}

internal sealed class GuardedResponseModifier(IResponseModifier inner, string name, PluginOwner owner) : IResponseModifier
{
    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken cancellationToken)
    {
        try
        {
            var call = inner.ModifyAsync(request, response, cancellationToken);
            return call.IsCompletedSuccessfully ? call : ModifierGuard.AwaitAsync(call, name, owner, cancellationToken);
        }
        catch (Exception exception) when (owner.IsToBlame(exception, cancellationToken))
        {
            return new(owner.Fail(exception, name));
        }
    }
}

internal static class ModifierGuard
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<GatewayError?> AwaitAsync(ValueTask<GatewayError?> call, string name, PluginOwner owner, CancellationToken cancellationToken)
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
