using KrakenPlugins.Sdk.Data;
using Microsoft.AspNetCore.Http;

namespace Gateway.Core;

/// <summary>What a server throws while it reads the body of a request that breaks the protocol or a limit.</summary>
internal static class ClientFault
{
    /// <summary>The status that answers it, or 0 when the exception is no fault of the request.</summary>
    public static int StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        BufferLimitException => StatusCodes.Status413PayloadTooLarge,
        // Kestrel has no status for a chunk size that no number holds.
        IOException { InnerException: OverflowException } => StatusCodes.Status400BadRequest,
        _ => 0,
    };
}
