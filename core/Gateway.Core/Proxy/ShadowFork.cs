using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Proxy;

/// <summary>
/// Sends a copy of every request to the shadow backends beside the regular ones and forgets the answer (RTE-181 to 191). Shadow
/// calls outlive the client's exchange, up to their own limit; their number is bounded.
/// </summary>
internal sealed partial class ShadowFork(ProxyHandler shadow, TimeSpan timeout, int maxPending, string endpoint, ILogger logger) : IProxyMiddleware
{
    private int _pending;
    private long _dropped;
    private long _lastReport;

    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        if (!request.Body.IsBuffered)
            await request.Body.BufferAsync(cancellationToken).ConfigureAwait(false);
        if (Interlocked.Increment(ref _pending) <= maxPending)
        {
            var body = request.Body.IsEmpty ? RequestBody.Empty : RequestBody.Of(request.Body.Bytes.ToArray());
            _ = RunAsync(request.Detach(body));
        }
        else
        {
            Interlocked.Decrement(ref _pending);
            ReportDropped();
        }
        return await next(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync(ProxyRequest copy)
    {
        var deadline = Deadline.Start(timeout, CancellationToken.None);
        copy.Deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        try
        {
            var result = await shadow(copy, deadline.Token).ConfigureAwait(false);
            result.Response?.Dispose();
            if (result.Error is { } error)
                Log.Failed(logger, endpoint, error.Message);
        }
        catch (Exception exception)
        {
            Log.Failed(logger, endpoint, PipelineFault.Of(exception).Message);
        }
        finally
        {
            deadline.Return();
            Interlocked.Decrement(ref _pending);
        }
    }

    private void ReportDropped()
    {
        var dropped = Interlocked.Increment(ref _dropped);
        var now = Environment.TickCount64;
        var last = Interlocked.Read(ref _lastReport);
        if (now - last >= 1000 && Interlocked.CompareExchange(ref _lastReport, now, last) == last)
            Log.Dropped(logger, endpoint, maxPending, dropped);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[ENDPOINT: {Endpoint}][Shadow] {Error}")]
        public static partial void Failed(ILogger logger, string endpoint, string error);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[ENDPOINT: {Endpoint}][Shadow] {Limit} shadow calls are pending; {Dropped} were dropped so far")]
        public static partial void Dropped(ILogger logger, string endpoint, int limit, long dropped);
    }
}
