using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Core.Proxy;

/// <summary>Turns what a step threw into a failure; the exception goes to the log, never to the client.</summary>
internal static class PipelineFault
{
    public static GatewayError Of(Exception exception) => exception switch
    {
        OperationCanceledException => new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded),
        BufferLimitException limit => TooLarge(limit),
        PluginFaultException fault => new GatewayError(GatewayErrorKind.Internal, fault.Message),
        _ when ClientFault.StatusOf(exception) is > 0 and var status => new GatewayError(GatewayErrorKind.Rejected, exception.Message, status),
        _ => new GatewayError(GatewayErrorKind.Internal, "internal server error", exception: exception),
    };

    /// <summary>A request body that does not fit: 413 (MAN-271).</summary>
    public static GatewayError TooLarge(BufferLimitException limit) =>
        new(GatewayErrorKind.Rejected, $"request body too large: {limit.Message}", StatusCodes.Status413PayloadTooLarge);
}
