using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>Takes connections of an endpoint over.</summary>
public interface IConnectionHandler
{
    /// <summary>
    /// Serves one connection to its end; neither the endpoint's timeout nor the server's apply. The exchange's own abilities are there: upgrade, extended
    /// CONNECT, streaming both ways. An exception before the response began is answered 500.
    /// </summary>
    /// <param name="context">The exchange, with the endpoint's HTTP components passed.</param>
    /// <param name="closing">
    /// Fires when the configuration was replaced or the gateway stops: say goodbye and return. What is still open when the limit for draining
    /// has passed is cut.
    /// </param>
    Task RunAsync(HttpContext context, CancellationToken closing);
}

/// <summary>A protocol beside the gateway's own on the same port, recognised by its requests (gRPC: content type and HTTP/2).</summary>
public interface IListenerBranch
{
    /// <summary>Whether clients may begin HTTP/2 in clear text without asking (prior knowledge) on the port; asked when the port is opened.</summary>
    bool NeedsClearTextHttp2 { get; }

    /// <summary>Whether a request is the branch's; asked for every request, so it must be quick and must not throw.</summary>
    bool Accepts(HttpContext context);

    /// <summary>
    /// Serves a request that was accepted. Service-wide components outside of routing have passed; the server's time limits
    /// (<c>read_timeout</c>, <c>write_timeout</c>) hold as for any request.
    /// </summary>
    /// <param name="context">The exchange.</param>
    /// <param name="closing">See <see cref="IConnectionHandler.RunAsync"/>.</param>
    Task RunAsync(HttpContext context, CancellationToken closing);
}
