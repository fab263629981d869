using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Server;

/// <summary>What answers a matched route: an endpoint, or one of the gateway's own.</summary>
internal abstract class RouteHandler
{
    /// <summary>The endpoint that it answers for; <see langword="null"/> for routes of the gateway's own.</summary>
    public EndpointRoute? Route { get; set; }

    /// <summary>Answers the exchange; throws only for faults of the gateway.</summary>
    public abstract Task HandleAsync(Exchange exchange);
}
