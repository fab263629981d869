using KrakenPlugins.Sdk.Proxy;

namespace Acme.Sample;

/// <summary>Repeats what is safe to repeat: methods without effect (RFC 9110, section 9.2.1) whose call never got an answer.</summary>
public sealed class SampleClient(int retries) : IClientMiddleware
{
    /// <inheritdoc/>
    public async ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (request.Method is not ("GET" or "HEAD") || !request.Body.IsBuffered)
            return result;
        for (var i = 0; i < retries && result.Error is { Kind: GatewayErrorKind.Connection }; i++)
            result = await next(request, cancellationToken).ConfigureAwait(false);
        return result;
    }
}
