using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecars.Components;

/// <summary>Reads the body of a request into memory.</summary>
internal static class BodyBuffer
{
    /// <summary>Reads it; returns why it cannot be.</summary>
    public static ValueTask<GatewayError?> FillAsync(ProxyRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.Body.Length > limit)
            return new(TooLarge(limit));
        return request.Body.IsBuffered ? default : ReadAsync(request, limit, cancellationToken);
    }

    /// <summary>The refusal of a body that is too long.</summary>
    public static GatewayError TooLarge(long limit) =>
        new(GatewayErrorKind.Rejected, $"request body too large: the limit of {limit} bytes was exceeded", StatusCodes.Status413PayloadTooLarge) { IsUnsent = true };

    private static async ValueTask<GatewayError?> ReadAsync(ProxyRequest request, int limit, CancellationToken cancellationToken)
    {
        try
        {
            await request.Body.BufferAsync(cancellationToken).ConfigureAwait(false);
            return request.Body.Length > limit ? TooLarge(limit) : null;
        }
        catch (BufferLimitException exception)
        {
            return TooLarge(exception.Limit);
        }
        catch (BadHttpRequestException exception)
        {
            return new GatewayError(GatewayErrorKind.Rejected, exception.Message, exception.StatusCode) { IsUnsent = true };
        }
        catch (IOException exception)
        {
            return new GatewayError(GatewayErrorKind.ClientAborted, exception.Message) { IsUnsent = true };
        }
    }
}
