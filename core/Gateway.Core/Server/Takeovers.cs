using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Core.Server;

/// <summary>
/// The exchanges of one configuration that plugins serve by themselves. They are told when the configuration ends, and what is then still
/// open is cut at a limit.
/// </summary>
/// <param name="closing">Fires when the configuration ends.</param>
internal sealed class Takeovers(CancellationToken closing)
{
    private readonly object _gate = new();
    private readonly HashSet<HttpContext> _open = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDraining;
    private bool _isCut;

    /// <summary>Serves an exchange to its end.</summary>
    /// <param name="exchange">The exchange; its response has not begun.</param>
    /// <param name="serve">The plugin.</param>
    public async Task RunAsync(Exchange exchange, Func<HttpContext, CancellationToken, Task> serve)
    {
        var context = exchange.Http;
        Shield(context);
        Enter(context);
        try
        {
            await serve(context, closing).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested && context.Response.HasStarted)
        {
            // The connection is gone; that is how most of them end, and what it broke is no fault.
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            End(context);
        }
        finally
        {
            Leave(context);
        }
    }

    /// <summary>Returns when all have ended; cuts what is open when the token fires.</summary>
    public async Task DrainAsync(CancellationToken cut)
    {
        lock (_gate)
        {
            _isDraining = true;
            if (_open.Count == 0)
                _drained.TrySetResult();
        }
        await _drained.Task.WaitAsync(cut).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_drained.Task.IsCompleted)
            Cut();
    }

    private void Enter(HttpContext context)
    {
        lock (_gate)
        {
            _open.Add(context);
            if (_isCut)
                context.Abort();
        }
    }

    private void Leave(HttpContext context)
    {
        lock (_gate)
        {
            _open.Remove(context);
            if (_isDraining && _open.Count == 0)
                _drained.TrySetResult();
        }
    }

    // Under the lock, so that the cut cannot hit the next request on the same connection.
    private void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            foreach (var context in _open)
                context.Abort();
        }
    }

    private static void End(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentLength = 0;
    }

    private static void Shield(HttpContext context)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new ShieldedUpgrade(upgrade, context.RequestAborted));
    }
}
