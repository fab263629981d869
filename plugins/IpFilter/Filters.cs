using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.IpFilter;

/// <summary>The filter in front of the whole service: 403 (TRF-136).</summary>
internal sealed class ServiceFilter(Filter filter) : IHttpMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        Address? peer = context.Connection.RemoteIpAddress is { } remote ? Address.Of(remote) : null;
        if (filter.Admits(new HttpHeaders(request.Headers), peer, request.Path.Value ?? ""))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private readonly struct HttpHeaders(IHeaderDictionary headers) : IHeaderSource
    {
        public StringValues Get(string name) => headers[name];
    }
}

/// <summary>
/// The filter in the pipeline of an endpoint or a backend: a failure, with the address that the gateway itself put into <c>X-Forwarded-For</c> in
/// the place of the connection's other end (TRF-137, TRF-142). Where a list of headers or another component took that away, it is asked for anew.
/// </summary>
/// <param name="filter">Who is let in.</param>
/// <param name="service">Knows the client's address.</param>
/// <param name="refusalStatus">Status of the failure.</param>
internal sealed class EndpointFilter(Filter filter, IServiceContext service, int refusalStatus) : IRequestModifier
{
    private readonly GatewayError _refusal = new(GatewayErrorKind.Rejected, "access denied", refusalStatus);

    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        Address? client = Address.TryParse(request.Headers.Get("X-Forwarded-For"), out var computed)
            || (request.HttpContext is { } exchange && Address.TryParse(service.ClientAddress(exchange), out computed)) ? computed : null;
        return new(filter.Admits(new ProxyHeaders(request.Headers), client, request.HttpContext?.Request.Path.Value ?? "") ? null : _refusal);
    }

    private readonly struct ProxyHeaders(NameValueList headers) : IHeaderSource
    {
        public StringValues Get(string name) => headers.Get(name);
    }
}
