using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>
/// The modifiers of one place: those of requests in their order, then what lies further in, then those of responses in their order (EXT-041).
/// </summary>
/// <param name="requests">For requests.</param>
/// <param name="responses">For responses.</param>
/// <param name="handsThrough">Whether raw answers count here.</param>
internal sealed class ModifierStep(IRequestModifier[] requests, IResponseModifier[] responses, bool handsThrough) : IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        for (var i = 0; i < requests.Length; i++)
        {
            var pending = requests[i].ModifyAsync(request, cancellationToken);
            if (!pending.IsCompletedSuccessfully)
                return ResumeAsync(i, pending, request, next, cancellationToken);
            if (pending.Result is { } error)
                return new(error);
        }
        return responses.Length == 0 ? next(request, cancellationToken) : CallAsync(request, next, cancellationToken);
    }

    private async ValueTask<ProxyResult> ResumeAsync(int index, ValueTask<GatewayError?> pending, ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var error = await pending.ConfigureAwait(false);
        for (var i = index + 1; i < requests.Length && error is null; i++)
            error = await requests[i].ModifyAsync(request, cancellationToken).ConfigureAwait(false);
        return error is not null ? error : await CallAsync(request, next, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ProxyResult> CallAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        // A failure passes unmodified, and so does what there is of data beside it (EXT-047).
        if (result.Error is not null || result.Response is not { } response)
            return result;
        GatewayError? error = null;
        try
        {
            for (var i = 0; i < responses.Length && error is null; i++)
                error = await responses[i].ModifyAsync(request, response, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
        if (error is null && responses.Length > 0 && RawAnswer.Settle(response, handsThrough) is { } refusal)
            error = new GatewayError(GatewayErrorKind.Internal, $"a response modifier left no HTTP answer: {refusal}");
        if (error is null)
            return result;
        response.Dispose();
        return error;
    }
}
