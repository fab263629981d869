using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>Changes requests on their way in (<c>plugin/req-resp-modifier</c>, EXT-043). One instance serves all requests of its place.</summary>
public interface IRequestModifier
{
    /// <summary>Changes the request in place.</summary>
    /// <param name="request">
    /// At an endpoint its <see cref="ProxyRequest.Target"/> is empty and its <see cref="ProxyRequest.Host"/> absent; at a backend both are
    /// final and may be replaced.
    /// </param>
    /// <param name="cancellationToken">Fires when the client leaves or the time is up.</param>
    /// <returns>A failure, after which nothing behind it is called (EXT-046), or <see langword="null"/>.</returns>
    ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, CancellationToken cancellationToken);
}

/// <summary>Changes responses on their way out (<c>plugin/req-resp-modifier</c>, EXT-044). One instance serves all requests of its place.</summary>
public interface IResponseModifier
{
    /// <summary>Changes the response in place: data and completeness, for <c>no-op</c> status, headers and body (EXT-045).</summary>
    /// <param name="request">The request as it went out.</param>
    /// <param name="response">The response; what is put into it belongs to it.</param>
    /// <param name="cancellationToken">Fires when the client leaves or the time is up.</param>
    /// <returns>A failure, which takes the response's place (EXT-046), or <see langword="null"/>.</returns>
    ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken cancellationToken);
}
