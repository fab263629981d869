using System.Globalization;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Store;

/// <summary>
/// An answer that was kept, as it was after the backend's Martian modifiers (MAN-133). Immutable; a hit reads the bytes where they lie.
/// </summary>
internal sealed class Entry
{
    private const int Overhead = 400;

    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_useful = TimeSpan.FromHours(1);

    private readonly CacheControl _directives;

    /// <param name="status">Status.</param>
    /// <param name="headers">Headers, which then belong to the entry.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="freshness">How long it is fresh.</param>
    /// <param name="received">When its head was there.</param>
    /// <param name="url">What was called, without query string: for purges.</param>
    public Entry(int status, NameValueList headers, ReadOnlyMemory<byte> body, Freshness freshness, DateTimeOffset received, string url)
    {
        Status = status;
        Headers = headers;
        Body = body;
        Freshness = freshness;
        ReceivedAt = received.ToUnixTimeMilliseconds();
        Url = url;
        _directives = CacheControl.Of(headers);
        ETag = headers.Get("ETag");
        LastModified = headers.Get("Last-Modified");
        ContentType = headers.Get("Content-Type");
        ContentEncoding = headers.Get("Content-Encoding");
        Bytes = SizeOf(headers, body.Length);
    }

    public int Status { get; }

    /// <summary>End-to-end headers; never written, readers fork them.</summary>
    public NameValueList Headers { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public Freshness Freshness { get; }

    /// <summary>Milliseconds since 1970.</summary>
    public long ReceivedAt { get; }

    public string Url { get; }

    public string? ETag { get; }

    public string? LastModified { get; }

    public string? ContentType { get; }

    public string? ContentEncoding { get; }

    /// <summary>Bytes of the answer as it came, more or less: what <c>max_size</c> counts.</summary>
    public long Bytes { get; }

    /// <summary>Bytes that it takes in memory, more or less.</summary>
    public long Memory => Overhead + Body.Length + (2 * (Bytes - Body.Length)) + (2 * Url.Length);

    /// <summary>Whether the backend can be asked if it still holds.</summary>
    public bool HasValidator => ETag is not null || LastModified is not null;

    /// <summary>Whether it may be used without asking at all.</summary>
    public bool NeedsValidation => _directives.NoCache;

    /// <summary>Whether it must never be used once stale.</summary>
    public bool IsStrict => _directives.MustRevalidate || _directives.ProxyRevalidate || _directives.NoCache;

    // RFC 9111, 5.2.2.10: where a backend says s-maxage, no client makes a shared answer last longer.
    private bool IsClosed => IsStrict || _directives.SharedMaxAge != CacheControl.Absent;

    /// <summary>Seconds for which it may stand in for failures once stale, or <see cref="CacheControl.Absent"/>.</summary>
    public long StaleIfError => _directives.StaleIfError;

    /// <summary>Its age in milliseconds. A clock that was set back makes it older, not young for as long as the clock needs to catch up.</summary>
    public long AgeAt(DateTimeOffset now) => Freshness.InitialAge + Math.Abs(now.ToUnixTimeMilliseconds() - ReceivedAt);

    /// <summary>Whether it may be used for a request as it is (RFC 9111, 4.2).</summary>
    /// <param name="request">What the request asks of it.</param>
    /// <param name="now">The time.</param>
    public bool Serves(in CacheControl request, DateTimeOffset now)
    {
        if (NeedsValidation || request.NoCache)
            return false;
        var age = AgeAt(now);
        var lifetime = Freshness.Lifetime;
        if (request.MaxAge != CacheControl.Absent)
            lifetime = Math.Min(lifetime, request.MaxAge * 1000);
        if (age + (Math.Max(0, request.MinFresh) * 1000) < lifetime)
            return true;
        return !IsClosed && request.MaxStale != CacheControl.Absent && IsWithin(age - lifetime, request.MaxStale);
    }

    /// <summary>Whether it may stand in for a failure of the backend (RFC 5861, 4).</summary>
    public bool StandsIn(in CacheControl request, DateTimeOffset now)
    {
        if (IsStrict || request.NoCache)
            return false;
        var late = AgeAt(now) - Freshness.Lifetime;
        return IsWithin(late, StaleIfError) || (!IsClosed && IsWithin(late, request.StaleIfError));
    }

    /// <summary>How long it can be of use from a moment on; zero or less when nobody will ask for it any more.</summary>
    public TimeSpan UsefulFor(DateTimeOffset now)
    {
        var left = TimeSpan.FromMilliseconds(Freshness.Lifetime - AgeAt(now));
        var after = HasValidator ? s_useful : s_grace;
        if (StaleIfError > after.TotalSeconds)
            after = StaleIfError > TimeSpan.FromDays(1).TotalSeconds ? TimeSpan.FromDays(1) : TimeSpan.FromSeconds(StaleIfError);
        return left + after;
    }

    /// <summary>The answer with the headers of a 304 in place of its own (RFC 9111, 3.2).</summary>
    /// <param name="update">Headers of the 304.</param>
    /// <param name="freshness">How long it is fresh now.</param>
    /// <param name="received">When the 304 was there.</param>
    public Entry Refreshed(NameValueList update, Freshness freshness, DateTimeOffset received)
    {
        var merged = new NameValueList(ignoreCase: true);
        foreach (ref readonly var header in Headers.Items)
        {
            if (!IsReplacedBy(update, header.Key))
                merged.Add(header.Key, header.Value);
        }
        foreach (ref readonly var header in update.Items)
        {
            if (!IsOfBody(header.Key) && !header.Key.Equals("Age", StringComparison.OrdinalIgnoreCase))
                merged.Add(header.Key, header.Value);
        }
        return new Entry(Status, merged, Body, freshness, received, Url);
    }

    /// <summary>What an answer counts as before it is one.</summary>
    public static long SizeOf(NameValueList headers, long body)
    {
        var size = body + 16;
        foreach (ref readonly var header in headers.Items)
            size += header.Key.Length + header.Value.Length + 4;
        return size;
    }

    /// <summary>The headers to keep of an answer: without its age, with the length of its body.</summary>
    /// <param name="headers">As they came.</param>
    /// <param name="length">Bytes of the body, or <see langword="null"/> to leave the header alone (HEAD).</param>
    public static NameValueList Keep(NameValueList headers, int? length)
    {
        var kept = new NameValueList(ignoreCase: true);
        foreach (ref readonly var header in headers.Items)
        {
            if (!header.Key.Equals("Age", StringComparison.OrdinalIgnoreCase) && (length is null || !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
                kept.Add(header.Key, header.Value);
        }
        if (length is { } known)
            kept.Add("Content-Length", known.ToString(CultureInfo.InvariantCulture));
        return kept;
    }

    private static bool IsWithin(long late, long seconds) => seconds == CacheControl.Unlimited || (seconds != CacheControl.Absent && late <= seconds * 1000);

    private static bool IsReplacedBy(NameValueList update, string name) => !IsOfBody(name) && update.Contains(name);

    // They describe the body that was kept, which the 304 does not have.
    private static bool IsOfBody(string name) =>
        name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Range", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);
}
