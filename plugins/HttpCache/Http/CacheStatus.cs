using System.Globalization;
using KrakenPlugins.HttpCache.Store;

namespace KrakenPlugins.HttpCache.Http;

/// <summary>The values of <c>Cache-Status</c> (RFC 9211, MAN-416).</summary>
internal static class CacheStatus
{
    /// <summary>Name of the header.</summary>
    public const string Name = "Cache-Status";

    /// <summary>Of an answer that was kept.</summary>
    /// <param name="cache">Name of the cache.</param>
    /// <param name="outcome">How it came to be used.</param>
    /// <param name="entry">The answer.</param>
    /// <param name="now">The time.</param>
    public static string Of(string cache, Outcome outcome, Entry entry, DateTimeOffset now)
    {
        var ttl = (entry.Freshness.Lifetime - entry.AgeAt(now)) / 1000;
        return outcome switch
        {
            Outcome.Revalidated => string.Create(CultureInfo.InvariantCulture, $"{cache}; fwd=stale; fwd-status=304; ttl={ttl}"),
            Outcome.Collapsed => string.Create(CultureInfo.InvariantCulture, $"{cache}; fwd=miss; collapsed; ttl={ttl}"),
            Outcome.Miss => string.Create(CultureInfo.InvariantCulture, $"{cache}; fwd=miss; stored; ttl={ttl}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{cache}; hit; ttl={ttl}"),
        };
    }

    /// <summary>Of an answer that comes straight from the backend.</summary>
    /// <param name="cache">Name of the cache.</param>
    /// <param name="reason">Why it was asked: <c>bypass</c>, <c>method</c>, <c>miss</c>, <c>stale</c>, <c>request</c>, <c>partial</c>.</param>
    public static string Forwarded(string cache, string reason) => $"{cache}; fwd={reason}";

    /// <summary>The name as a token of structured fields (RFC 9651, 3.3.4); what cannot be one is <c>gateway</c>.</summary>
    public static string NameOf(string? service)
    {
        const string Fallback = "gateway";
        if (string.IsNullOrEmpty(service) || service.Length > 64 || !char.IsAsciiLetter(service[0]))
            return Fallback;
        foreach (var c in service)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return Fallback;
        }
        return service;
    }
}
