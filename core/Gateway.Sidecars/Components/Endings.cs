using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>How long a request of the pipelines may take, and why it ended early.</summary>
internal static class Endings
{
    /// <summary>Milliseconds left; 0 when there is no limit.</summary>
    public static uint TimeLeftFor(ProxyRequest request) =>
        request.Deadline == 0 ? 0 : (uint)Math.Clamp(request.Deadline - Environment.TickCount64, 1, uint.MaxValue);

    /// <summary>Why its token fired, for the plugin.</summary>
    public static CancelReason ReasonOf(ProxyRequest request)
    {
        if (request.ClientAborted.IsCancellationRequested)
            return CancelReason.ClientGone;
        return request.IsAbandoned ? CancelReason.Lost : CancelReason.Deadline;
    }

    /// <summary>Why its token fired, for those further out.</summary>
    public static GatewayError ErrorOf(ProxyRequest request)
    {
        if (request.ClientAborted.IsCancellationRequested)
            return new(GatewayErrorKind.ClientAborted, GatewayError.ContextCanceled);
        return request.IsAbandoned ? new(GatewayErrorKind.Lost, GatewayError.ContextCanceled) : new(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded);
    }
}
