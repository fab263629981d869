using KrakenPlugins.Sdk.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Core.Server;

/// <summary>
/// Limits a request body (MAN-271 to 277): a declared length is refused before reading, an unknown one is counted by the server
/// while it is read and then fails with 413.
/// </summary>
internal static class BodyLimit
{
    /// <summary>Applies a limit in bytes; throws <see cref="BufferLimitException"/> when the declared length is above it.</summary>
    public static void Apply(HttpContext context, long limit)
    {
        if (context.Request.ContentLength > limit)
            throw new BufferLimitException(limit);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = limit;
    }
}
