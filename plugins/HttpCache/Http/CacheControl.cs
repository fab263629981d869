using System.Globalization;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Http;

/// <summary>
/// The directives of <c>Cache-Control</c> that mean something here (RFC 9111, 5.2; RFC 5861). Reading is tolerant: unknown directives, quotes
/// and blanks are no faults, several lines are one list, of a directive that stands there twice the stricter value counts, and a lifetime
/// that is no number is none.
/// </summary>
internal readonly record struct CacheControl
{
    /// <summary>Value of a directive that is not there.</summary>
    public const long Absent = -1;

    /// <summary>Value of <c>max-stale</c> and <c>stale-if-error</c> without argument.</summary>
    public const long Unlimited = long.MaxValue;

    private const string HeaderName = "Cache-Control";
    private const int MostCharacters = 8 << 10;

    // RFC 9111, 1.2.2: what does not fit is taken for 2^31.
    private const long MostSeconds = 1L << 31;

    /// <summary>No directives.</summary>
    public CacheControl()
    {
    }

    /// <summary>Nothing of it may be kept.</summary>
    public bool NoStore { get; init; }

    /// <summary>Not to be used without asking the backend; also with field names, which is stricter than it has to be.</summary>
    public bool NoCache { get; init; }

    /// <summary>Meant for one client; also with field names.</summary>
    public bool Private { get; init; }

    /// <summary>Meant for all.</summary>
    public bool Public { get; init; }

    /// <summary>Never to be used once stale.</summary>
    public bool MustRevalidate { get; init; }

    /// <summary>The same; but unlike <see cref="MustRevalidate"/> it does not allow to keep what goes to one client (RFC 9111, 3.5).</summary>
    public bool ProxyRevalidate { get; init; }

    /// <summary>The backend is not to be asked.</summary>
    public bool OnlyIfCached { get; init; }

    /// <summary>Seconds, or <see cref="Absent"/>.</summary>
    public long MaxAge { get; init; } = Absent;

    /// <summary>Seconds, or <see cref="Absent"/>; a lifetime only where it is what allows to keep an answer (MAN-136, MAN-421).</summary>
    public long SharedMaxAge { get; init; } = Absent;

    /// <summary>Seconds, or <see cref="Absent"/>.</summary>
    public long MinFresh { get; init; } = Absent;

    /// <summary>Seconds, <see cref="Unlimited"/>, or <see cref="Absent"/>.</summary>
    public long MaxStale { get; init; } = Absent;

    /// <summary>Seconds, <see cref="Unlimited"/>, or <see cref="Absent"/>.</summary>
    public long StaleIfError { get; init; } = Absent;

    /// <summary>Reads all lines of the header. More of it than anyone needs forbids to store and to reuse.</summary>
    public static CacheControl Of(NameValueList headers)
    {
        var directives = new CacheControl();
        var length = 0;
        foreach (ref readonly var header in headers.Items)
        {
            if (!header.Key.Equals(HeaderName, StringComparison.OrdinalIgnoreCase))
                continue;
            length += header.Value.Length;
            if (length > MostCharacters)
                return new CacheControl { NoStore = true, NoCache = true };
            directives = Read(header.Value, directives);
        }
        return directives;
    }

    private static CacheControl Read(ReadOnlySpan<char> text, CacheControl directives)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(',', '=');
            var name = (end < 0 ? text : text[..end]).Trim(" \t");
            var hasValue = end >= 0 && text[end] == '=';
            text = end < 0 ? default : text[(end + 1)..];
            var value = hasValue ? TakeValue(ref text) : default;
            if (name.Length > 0)
                directives = directives.With(name, value, hasValue);
        }
        return directives;
    }

    // A quoted text may hold commas; one that is never closed goes to the end.
    private static ReadOnlySpan<char> TakeValue(ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart(" \t");
        if (!text.StartsWith("\""))
        {
            var comma = text.IndexOf(',');
            var token = (comma < 0 ? text : text[..comma]).Trim(" \t");
            text = comma < 0 ? default : text[(comma + 1)..];
            return token;
        }
        var close = 1;
        while (close < text.Length && text[close] != '"')
            close += text[close] == '\\' ? 2 : 1;
        close = Math.Min(close, text.Length);
        var quoted = text[1..close].Trim(" \t");
        text = text[Math.Min(close + 1, text.Length)..];
        var next = text.IndexOf(',');
        text = next < 0 ? default : text[(next + 1)..];
        return quoted;
    }

    private CacheControl With(ReadOnlySpan<char> name, ReadOnlySpan<char> value, bool hasValue) => name.Length switch
    {
        6 when Is(name, "public") => this with { Public = true },
        7 when Is(name, "private") => this with { Private = true },
        7 when Is(name, "max-age") => this with { MaxAge = Stricter(MaxAge, Lifetime(value)) },
        8 when Is(name, "no-store") => this with { NoStore = true },
        8 when Is(name, "no-cache") => this with { NoCache = true },
        8 when Is(name, "s-maxage") => this with { SharedMaxAge = Stricter(SharedMaxAge, Lifetime(value)) },
        9 when Is(name, "min-fresh") => this with { MinFresh = Math.Max(MinFresh, Seconds(value) ?? MostSeconds) },
        9 when Is(name, "max-stale") => this with { MaxStale = hasValue ? Stricter(MaxStale, Seconds(value) ?? 0) : Stricter(MaxStale, Unlimited) },
        14 when Is(name, "only-if-cached") => this with { OnlyIfCached = true },
        14 when Is(name, "stale-if-error") => this with { StaleIfError = hasValue ? Stricter(StaleIfError, Seconds(value) ?? 0) : Stricter(StaleIfError, Unlimited) },
        15 when Is(name, "must-revalidate") => this with { MustRevalidate = true },
        16 when Is(name, "proxy-revalidate") => this with { ProxyRevalidate = true },
        _ => this,
    };

    private static bool Is(ReadOnlySpan<char> name, string directive) => name.Equals(directive, StringComparison.OrdinalIgnoreCase);

    private static long Stricter(long known, long value) => known == Absent ? value : Math.Min(known, value);

    // RFC 9111, 4.2.1: an answer whose lifetime is not understood is stale.
    private static long Lifetime(ReadOnlySpan<char> value) => Seconds(value) ?? 0;

    private static long? Seconds(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty || value.ContainsAnyExceptInRange('0', '9'))
            return null;
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, MostSeconds) : MostSeconds;
    }
}
