using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Proxy;

/// <summary>
/// In front of several consumers of one body: a component may have put a stream in the place of the client's body, which was buffered.
/// </summary>
internal sealed class BufferedBody(ProxyHandler next)
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken) =>
        request.Body.IsBuffered ? next(request, cancellationToken) : BufferAsync(request, cancellationToken);

    private async ValueTask<ProxyResult> BufferAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        using var body = request.Body;
        await body.BufferAsync(cancellationToken).ConfigureAwait(false);
        return await next(request, cancellationToken).ConfigureAwait(false);
    }
}
