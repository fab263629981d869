using System.Collections.Frozen;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.CircuitBreaker;

/// <summary>
/// Around the pipeline of a backend, or what makes its calls in place of HTTP: whatever fails there counts, and a status that is none of 200 and
/// 201 (TRF-108 to TRF-113, TRF-124).
/// </summary>
/// <param name="core">The breaker.</param>
/// <param name="readsStatuses">Whether answers have statuses.</param>
internal sealed class BackendBreaker(BreakerCore core, bool readsStatuses) : IProxyMiddleware
{
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
        core.Enter(out var generation) is { } refusal ? new(refusal) : CallAsync(request, next, generation, cancellationToken);

    private async ValueTask<ProxyResult> CallAsync(ProxyRequest request, ProxyHandler next, long generation, CancellationToken cancellationToken)
    {
        try
        {
            var result = await next(request, cancellationToken).ConfigureAwait(false);
            core.Exit(generation, Judge(request, result));
            return result;
        }
        catch (Exception exception)
        {
            core.Exit(generation, BreakerCore.Judge(request, exception));
            throw;
        }
    }

    // A failed status may have become data (return_error_details, TRF-111); a raw answer is handed through and no failure (TRF-110).
    private Outcome Judge(ProxyRequest request, in ProxyResult result)
    {
        if (result.Error is { } error)
            return BreakerCore.Judge(request, error);
        return readsStatuses && result.Response is { Raw: null, StatusCode: not (0 or 200 or 201) } ? Outcome.Failure : Outcome.Success;
    }
}

/// <summary>Around the HTTP call of a backend: statuses that are not listed count, and calls without answer (TRF-120 to TRF-122).</summary>
internal sealed class HttpBreaker(BreakerCore core, FrozenSet<int> successes) : IClientMiddleware
{
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken) =>
        core.Enter(out var generation) is { } refusal ? new(refusal) : CallAsync(request, next, generation, cancellationToken);

    private async ValueTask<ClientResult> CallAsync(ProxyRequest request, ClientHandler next, long generation, CancellationToken cancellationToken)
    {
        try
        {
            var result = await next(request, cancellationToken).ConfigureAwait(false);
            core.Exit(generation, Judge(request, result));
            return result;
        }
        catch (Exception exception)
        {
            core.Exit(generation, BreakerCore.Judge(request, exception));
            throw;
        }
    }

    private Outcome Judge(ProxyRequest request, in ClientResult result)
    {
        if (result.Error is { } error)
            return BreakerCore.Judge(request, error);
        return successes.Contains(result.Response!.StatusCode) ? Outcome.Success : Outcome.Failure;
    }
}
