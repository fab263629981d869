using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins;

internal sealed class GuardedRequestModifier(IRequestModifier inner, string name, PluginOwner owner) : GuardedStep<GatewayError?>(name, owner), IRequestModifier
{
    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return Watch(inner.ModifyAsync(request, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (IsToBlame(exception, cancellationToken))
        {
            return new(Fail(exception));
        }
    }

    protected override GatewayError? Failure(GatewayError error) => error;
}

internal sealed class GuardedResponseModifier(IResponseModifier inner, string name, PluginOwner owner) : GuardedStep<GatewayError?>(name, owner), IResponseModifier
{
    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken cancellationToken)
    {
        try
        {
            return Watch(inner.ModifyAsync(request, response, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (IsToBlame(exception, cancellationToken))
        {
            return new(Fail(exception));
        }
    }

    protected override GatewayError? Failure(GatewayError error) => error;
}
