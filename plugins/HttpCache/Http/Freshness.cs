using System.Globalization;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Http;

/// <summary>How long an answer is fresh, and how old it was when it came (RFC 9111, 4.2). All times are in milliseconds.</summary>
/// <param name="Lifetime">From its making on; 0 for an answer that is never fresh.</param>
/// <param name="InitialAge">Its age when it was received.</param>
internal readonly record struct Freshness(long Lifetime, long InitialAge)
{
    private const long Second = 1000;
    private const long MostSeconds = 1L << 31;

    /// <summary>
    /// Reads it off an answer. <c>max-age</c> goes before <c>Expires</c>; an answer that does not say when it was made is never fresh (MAN-123).
    /// </summary>
    /// <param name="headers">Headers of the answer.</param>
    /// <param name="directives">Its directives.</param>
    /// <param name="requested">When it was asked for.</param>
    /// <param name="received">When its head was there.</param>
    public static Freshness Of(NameValueList headers, in CacheControl directives, DateTimeOffset requested, DateTimeOffset received)
    {
        if (HttpDate.Read(headers.Get("Date")) is not { } date)
            return new Freshness(0, 0);
        var delay = Math.Max(0, Milliseconds(received - requested));
        var apparent = Math.Max(0, Milliseconds(received - date));
        return new Freshness(LifetimeOf(headers, directives, date), Math.Max(apparent, AgeOf(headers) + delay));
    }

    private static long LifetimeOf(NameValueList headers, in CacheControl directives, DateTimeOffset date)
    {
        if (directives.MaxAge != CacheControl.Absent)
            return directives.MaxAge * Second;
        var expires = HttpDate.Read(headers.Get("Expires"));
        return expires is null ? 0 : Math.Clamp(Milliseconds(expires.Value - date), 0, MostSeconds * Second);
    }

    // RFC 9111, 5.1: of several ages the first counts, and what is none is ignored.
    private static long AgeOf(NameValueList headers)
    {
        if (headers.Get("Age") is not { } text)
            return 0;
        var value = text.AsSpan().Trim(" \t");
        var comma = value.IndexOf(',');
        if (comma >= 0)
            value = value[..comma].TrimEnd(" \t");
        if (value.IsEmpty || value.ContainsAnyExceptInRange('0', '9'))
            return 0;
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, MostSeconds) * Second : MostSeconds * Second;
    }

    private static long Milliseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMillisecond;
}
