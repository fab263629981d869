using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins;

/// <summary>
/// Puts a guard around what a plugin made: an exception that leaves its code fails the request in hand and nothing else, and is counted
/// as the plugin's. A call that completes at once costs a try block; one that does not costs a pooled state machine.
/// </summary>
internal static class Guard
{
    /// <summary>The product with its guard; the product itself when no plugin made it, or when its caller contains its faults.</summary>
    public static T Around<T>(T product, string name, PluginOwner owner)
        where T : class
    {
        if (!owner.IsPlugin)
            return product;
        object guarded = product switch
        {
            IProxyMiddleware middleware when typeof(T) == typeof(IProxyMiddleware) => new GuardedProxy(middleware, name, owner),
            IClientMiddleware middleware when typeof(T) == typeof(IClientMiddleware) => new GuardedClient(middleware, name, owner),
            IHttpMiddleware middleware when typeof(T) == typeof(IHttpMiddleware) => new GuardedHttp(middleware, name, owner),
            IRequestModifier modifier when typeof(T) == typeof(IRequestModifier) => new GuardedRequestModifier(modifier, name, owner),
            IResponseModifier modifier when typeof(T) == typeof(IResponseModifier) => new GuardedResponseModifier(modifier, name, owner),
            ITokenRejecter rejecter when typeof(T) == typeof(ITokenRejecter) => new GuardedRejecter(rejecter, name, owner),
            IConnectionHandler handler when typeof(T) == typeof(IConnectionHandler) => new GuardedConnection(handler, name, owner),
            IListenerBranch branch when typeof(T) == typeof(IListenerBranch) => new GuardedListener(branch, name, owner),
            IHostDiscovery discovery when typeof(T) == typeof(IHostDiscovery) => new GuardedDiscovery(discovery, name, owner),
            IHostBalancer balancer when typeof(T) == typeof(IHostBalancer) => new GuardedBalancer(balancer, name, owner),
            IBodyRender render when typeof(T) == typeof(IBodyRender) => new GuardedRender(render, name, owner),
            BodyDecoder decoder => (BodyDecoder)new GuardedDecoder(decoder, name, owner).Decode,
            _ => product,
        };
        return (T)guarded;
    }
}

/// <summary>A plugin failed in a place that has no failure as a value; the text holds no detail.</summary>
internal sealed class PluginFaultException(string message) : Exception(message);
