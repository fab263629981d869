using Gateway.Testing;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Redis;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

/// <summary>The arithmetic of RFC 9111, apart from any request.</summary>
public sealed class RuleTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [Spec("MAN-415")]
    [InlineData("max-age=60", 60)]
    [InlineData("Max-Age = 60", 60)]
    [InlineData("max-age=\"60\"", 60)]
    [InlineData(" , ,max-age=60,, ", 60)]
    [InlineData("foo=\"a, max-age=1\", max-age=60", 60)]
    [InlineData("foo=\"a\\\", max-age=1\", max-age=60", 60)]
    [InlineData("max-age=60, max-age=30", 30)]
    [InlineData("max-age=30, max-age=60", 30)]
    [InlineData("max-age=60 , x=\"never closed, max-age=5", 60)]
    [InlineData("max-age", 0)]
    [InlineData("max-age=", 0)]
    [InlineData("max-age=-5", 0)]
    [InlineData("max-age=+5", 0)]
    [InlineData("max-age=6.5", 0)]
    [InlineData("max-age=1e3", 0)]
    [InlineData("max-age=60s", 0)]
    [InlineData("max-age=٦٠", 0)]
    [InlineData("max-age=99999999999999999999999999", 1L << 31)]
    [InlineData("maxage=60", -1)]
    [InlineData("", -1)]
    public void Reads_lifetimes_however_they_are_written(string value, long seconds) => Assert.Equal(seconds, Read(value).MaxAge);

    [Fact]
    [Spec("MAN-415")]
    public void Several_lines_are_one_list()
    {
        var directives = CacheControl.Of(Headers(("Cache-Control", "max-age=60"), ("Date", "x"), ("cache-control", "private=\"a\", NO-STORE")));

        Assert.Equal((60, true, true, false), (directives.MaxAge, directives.Private, directives.NoStore, directives.NoCache));
    }

    [Fact]
    [Spec("MAN-415")]
    public void More_directives_than_anyone_needs_forbid_everything()
    {
        var directives = Read("public, max-age=60, " + new string('a', 9000));

        Assert.True(directives is { NoStore: true, NoCache: true, Public: false, MaxAge: -1 });
    }

    [Theory]
    [Spec("MAN-127")]
    [InlineData("max-stale", CacheControl.Unlimited)]
    [InlineData("max-stale=5", 5)]
    [InlineData("max-stale, max-stale=5", 5)]
    [InlineData("max-stale=x", 0)]
    [InlineData("", CacheControl.Absent)]
    public void Reads_how_stale_an_answer_may_be(string value, long seconds) => Assert.Equal(seconds, Read(value).MaxStale);

    [Theory]
    [Spec("MAN-123", "MAN-415")]
    // Lifetime and age at its arrival in seconds, after a call of two seconds that began at noon.
    [InlineData("max-age=60", "Sat, 21 Nov 2026 12:00:02 GMT", null, null, 60, 2)]
    [InlineData("max-age=60", "Sat, 21 Nov 2026 11:59:00 GMT", null, null, 60, 62)]
    [InlineData("max-age=60", "Sat, 21 Nov 2026 13:00:00 GMT", null, null, 60, 2)]
    [InlineData("max-age=60", "Saturday, 21-Nov-26 12:00:02 GMT", "10", null, 60, 12)]
    [InlineData("max-age=60", "Sat Nov 21 12:00:02 2026", "10, 20", null, 60, 12)]
    [InlineData("max-age=60", "Sat, 21 Nov 2026 12:00:02 GMT", "-1", null, 60, 2)]
    [InlineData("max-age=60", "yesterday", null, null, 0, 0)]
    [InlineData("max-age=60", null, null, null, 0, 0)]
    [InlineData(null, "Sat, 21 Nov 2026 12:00:02 GMT", null, "Sat, 21 Nov 2026 12:01:02 GMT", 60, 2)]
    [InlineData(null, "Sat, 21 Nov 2026 12:00:02 GMT", null, "Sat, 21 Nov 2026 11:01:02 GMT", 0, 2)]
    [InlineData(null, "Sat, 21 Nov 2026 12:00:02 GMT", null, "0", 0, 2)]
    [InlineData("max-age=0", "Sat, 21 Nov 2026 12:00:02 GMT", null, "Sat, 21 Nov 2026 12:01:02 GMT", 0, 2)]
    public void Counts_lifetime_and_age(string? cacheControl, string? date, string? age, string? expires, long lifetime, long initialAge)
    {
        var headers = Headers(("Cache-Control", cacheControl), ("Date", date), ("Age", age), ("Expires", expires));

        var freshness = Freshness.Of(headers, CacheControl.Of(headers), s_noon, s_noon.AddSeconds(2));

        Assert.Equal(new Freshness(lifetime * 1000, initialAge * 1000), freshness);
    }

    [Theory]
    [Spec("MAN-122", "MAN-414")]
    [InlineData("Accept, accept-language , ACCEPT", null, "accept,accept-language")]
    [InlineData("", null, "")]
    [InlineData(", ,", null, "")]
    [InlineData("*", null, null)]
    [InlineData("Accept,*", null, null)]
    [InlineData("Accept", "gzip", "accept,accept-encoding")]
    [InlineData("Accept", "identity", "accept")]
    public void Reads_what_an_answer_varies_by(string vary, string? encoding, string? names) =>
        Assert.Equal(names, VaryRule.Of(Headers(("Vary", vary), ("Content-Encoding", encoding))) is { } rule ? string.Join(',', rule) : null);

    [Fact]
    [Spec("MAN-126")]
    public void A_confirmation_replaces_headers_and_leaves_those_of_the_body()
    {
        var entry = new Entry(200, Headers(("ETag", "\"a\""), ("X", "1"), ("X", "2"), ("Content-Length", "1"), ("Content-Type", "a/b"), ("Keep", "me")), "1"u8.ToArray(), default, s_noon, "");

        var refreshed = entry.Refreshed(Headers(("x", "3"), ("Content-Length", "0"), ("Content-Type", "c/d"), ("Age", "5"), ("Date", "now")), new Freshness(5, 0), s_noon);

        Assert.Equal("ETag=\"a\" Content-Length=1 Content-Type=a/b Keep=me x=3 Date=now", string.Join(' ', refreshed.Headers.Items.ToArray().Select(static h => $"{h.Key}={h.Value}")));
    }

    [Fact]
    [Spec("MAN-418")]
    public void What_is_written_to_Redis_reads_back_and_nothing_else_does()
    {
        var entry = new Entry(404, Headers(("Vary", "A"), ("X-Ü", "ü")), "body"u8.ToArray(), new Freshness(60_000, 5), s_noon, "http://a/b");
        var good = new Entry(404, Headers(("Vary", "A"), ("X-U", "ü")), "body"u8.ToArray(), new Freshness(60_000, 5), s_noon, "http://a/b");
        var bytes = EntryCodec.Write(good);

        Assert.True(EntryCodec.TryRead(bytes, out var read, out _));
        Assert.Equal((404, "body", good.Freshness, good.ReceivedAt, "http://a/b", "ü"), (read!.Status, System.Text.Encoding.UTF8.GetString(read.Body.Span), read.Freshness, read.ReceivedAt, read.Url, read.Headers.Get("X-U")));
        Assert.True(EntryCodec.TryRead(EntryCodec.Write(new SharedRule(["accept", "x-a"], 7)), out var none, out var rule));
        Assert.Equal((null, "accept x-a", 7), (none, string.Join(' ', rule!.Names), rule.Generation));
        Assert.False(EntryCodec.TryRead(EntryCodec.Write(entry), out _, out _));
        Assert.False(EntryCodec.TryRead(EntryCodec.Write(new Entry(200, Headers(("X", "a\r\nSet-Cookie: b")), default, default, s_noon, "")), out _, out _));
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(EntryCodec.TryRead(bytes.AsMemory(0, length), out _, out _));
        Assert.False(EntryCodec.TryRead((byte[])[.. bytes, 0], out _, out _));
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var broken = (byte[])bytes.Clone();
            broken[random.Next(broken.Length)] ^= (byte)random.Next(1, 256);
            // Some changes only make another answer; none throws.
            EntryCodec.TryRead(broken, out _, out _);
        }
    }

    private static CacheControl Read(string value) => CacheControl.Of(Headers(("Cache-Control", value)));

    internal static NameValueList Headers(params (string Name, string? Value)[] headers)
    {
        var list = new NameValueList(ignoreCase: true);
        foreach (var (name, value) in headers)
        {
            if (value is not null)
                list.Add(name, value);
        }
        return list;
    }
}
