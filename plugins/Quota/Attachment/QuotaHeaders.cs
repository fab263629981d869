using System.Globalization;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.Quota.Attachment;

/// <summary>What answers tell of a quota (TRF-162, TRF-163).</summary>
internal static class QuotaHeaders
{
    private const string Limit = "X-Quota-Limit";
    private const string Remaining = "X-Quota-Remaining";

    /// <summary>
    /// Adds a line per window when the answer starts: over what a backend sent, and of several quotas the outermost, whose turn is last, has the last
    /// word.
    /// </summary>
    public static void Show(HttpResponse response, ReadOnlyMemory<QuotaWindow> windows)
    {
        var lines = new Lines(response, new string[windows.Length], new string[windows.Length]);
        for (var i = 0; i < windows.Length; i++)
        {
            ref readonly var window = ref windows.Span[i];
            lines.Limits[i] = string.Create(CultureInfo.InvariantCulture, $"\"{window.Unit}\";n={window.Amount:0.######}");
            lines.Rests[i] = string.Create(CultureInfo.InvariantCulture, $"\"{window.Unit}\";n={window.Remaining:0.######}");
        }
        response.OnStarting(static state =>
        {
            var (response, limits, rests) = (Lines)state;
            response.Headers[Limit] = new StringValues(limits);
            response.Headers[Remaining] = new StringValues(rests);
            return Task.CompletedTask;
        }, lines);
    }

    /// <summary>Says when there is room again.</summary>
    public static void ShowRetry(HttpResponse response, TimeSpan retryAfter) =>
        response.Headers.RetryAfter = ((long)retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private sealed record Lines(HttpResponse Response, string[] Limits, string[] Rests);
}
