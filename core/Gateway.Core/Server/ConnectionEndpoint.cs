using Gateway.Core.Configuration;
using Gateway.Core.Proxy;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Core.Server;

/// <summary>An endpoint whose connections a plugin takes over, in place of the proxy pipeline: no time limit holds for them.</summary>
internal sealed class ConnectionEndpoint(IConnectionHandler handler, Takeovers takeovers) : RouteHandler
{
    public override Task HandleAsync(Exchange exchange)
    {
        exchange.Http.Features.Set(exchange);
        exchange.Watch?.Release();
        return takeovers.RunAsync(exchange, handler.RunAsync);
    }
}

/// <summary>What a plugin that takes connections over is told, and may use.</summary>
/// <param name="generation">The configuration.</param>
/// <param name="endpoint">The endpoint.</param>
/// <param name="filter">Lets the client's request through.</param>
/// <param name="addresses">One per backend, in file order: builds the target and picks the host.</param>
internal sealed class TakeoverContext(GenerationContext generation, EndpointConfig endpoint, RequestFilter filter, IReadOnlyList<ProxyHandler> addresses)
    : EndpointContext(generation, endpoint), IConnectionContext
{
    public ProxyRequest CreateRequest(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var exchange = context.Features.Get<Exchange>() ?? throw new ArgumentException("the exchange is none of this endpoint", nameof(context));
        var request = filter.Build(context, exchange.Match.Parameters, exchange.Match.Remainder, exchange.RawQuery, exchange.ClientIp);
        request.Body = RequestBody.Empty;
        return request;
    }

    public async ValueTask<GatewayError?> AddressAsync(ProxyRequest request, int backend)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(backend);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(backend, addresses.Count);
        var result = await addresses[backend](request, request.ClientAborted).ConfigureAwait(false);
        return result.Error;
    }
}
