namespace KrakenPlugins.Sdk.Proxy;

/// <summary>A step of the proxy and backend pipelines: a request in, decoded data or a failure out.</summary>
/// <param name="request">The request; owned by the caller.</param>
/// <param name="cancellationToken">Fires when the client leaves, the time is up or the attempt lost.</param>
/// <returns>Data, failure or both; the response belongs to the caller. A step does not throw for foreseeable failures.</returns>
public delegate ValueTask<ProxyResult> ProxyHandler(ProxyRequest request, CancellationToken cancellationToken);

/// <summary>A step of the client pipeline: a request in, the raw HTTP answer or a failure out.</summary>
/// <param name="request">The request with method, host, target, headers and body set.</param>
/// <param name="cancellationToken">Fires when the client leaves, the time is up or the attempt lost.</param>
/// <returns>The answer, which belongs to the caller, or a failure.</returns>
public delegate ValueTask<ClientResult> ClientHandler(ProxyRequest request, CancellationToken cancellationToken);

/// <summary>A component that surrounds the proxy pipeline of an endpoint or the pipeline of a backend.</summary>
public interface IProxyMiddleware
{
    /// <summary>Handles a request, usually by calling <paramref name="next"/>; see <see cref="ProxyHandler"/>.</summary>
    ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken);
}

/// <summary>A component that surrounds the raw HTTP call of a backend.</summary>
public interface IClientMiddleware
{
    /// <summary>Handles a call, usually by calling <paramref name="next"/>; see <see cref="ClientHandler"/>.</summary>
    ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken);
}

/// <summary>A component on the level of the HTTP exchange, for the whole service or one endpoint.</summary>
public interface IHttpMiddleware
{
    /// <summary>Handles an exchange, usually by calling <paramref name="next"/>.</summary>
    Task InvokeAsync(Microsoft.AspNetCore.Http.HttpContext context, Microsoft.AspNetCore.Http.RequestDelegate next);
}
