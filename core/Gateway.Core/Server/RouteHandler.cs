namespace Gateway.Core.Server;

/// <summary>What answers a matched route: an endpoint, or one of the gateway's own.</summary>
internal abstract class RouteHandler
{
    /// <summary>Answers the exchange; throws only for faults of the gateway.</summary>
    public abstract Task HandleAsync(Exchange exchange);
}
