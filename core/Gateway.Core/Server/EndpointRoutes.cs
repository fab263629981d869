using Gateway.Core.Routing;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Server;

/// <summary>Which endpoint of one configuration serves an exchange, for components that have to know it in front of routing or for another method.</summary>
internal sealed class EndpointRoutes
{
    private RouteTable<RouteHandler>? _table;

    /// <summary>Takes the routes, before the first request.</summary>
    public void Open(RouteTable<RouteHandler> table) => _table = table;

    /// <summary>The endpoint, or <see langword="null"/> when none serves it.</summary>
    public EndpointRoute? Find(Exchange exchange, string method)
    {
        var routed = exchange.Match.Handler;
        if (routed is not null && string.Equals(method, exchange.Http.Request.Method, StringComparison.Ordinal))
            return routed.Route;
        // In front of routing a component may have rewritten the path.
        if (_table is null || (routed is null && !exchange.TryRetarget()))
            return null;
        var match = default(RouteMatch<RouteHandler>);
        _table.Match(method, exchange.RawPath, ref match);
        return match.Handler?.Route;
    }
}
