using KrakenPlugins.HttpCache.Calls;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache;

/// <summary>
/// The outer half of a cache, around Martian: it keeps what Martian made of an answer, and gives what was kept as it was, whatever Martian does
/// to it a second time (MAN-133).
/// </summary>
internal sealed class CacheOutside : IClientMiddleware
{
    public async ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (result.Response is not { } response)
            return result;
        switch (response.Origin)
        {
            case CachedResponse hit when !ReferenceEquals(hit, response):
                response.Dispose();
                return hit.Again();
            case FetchedResponse fetched:
                return await Keeping.FinishAsync(fetched.Call, response, cancellationToken).ConfigureAwait(false);
            case ConfirmedResponse confirmed:
                var answer = Keeping.Confirm(confirmed.Call, response.Headers);
                response.Dispose();
                return answer;
            default:
                return result;
        }
    }
}
