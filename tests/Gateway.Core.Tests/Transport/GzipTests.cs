using System.IO.Compression;
using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Transport;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class GzipTests
{
    [Theory]
    [Spec("MAN-071", "MAN-269", "RTE-339", "RTE-116")]
    [InlineData(true, "gzip")]
    [InlineData(false, "GZIP")]
    public async Task Inflates_what_it_asked_for_and_hides_that_it_did(bool chunked, string coding)
    {
        await using var upstream = RawUpstream.Answering(Answer(Gzip("hello world"), chunked, coding));
        using var fixture = new TransportFixture();

        for (var i = 0; i < 2; i++)
        {
            using var response = (await fixture.GetAsync(upstream.Url)).Response!;
            Assert.Null(response.ContentEncoding);
            Assert.Null(response.ContentLength);
            Assert.Equal("text/plain", response.ContentType);
            Assert.Equal([new("Content-Type", "text/plain")], response.Headers.Items.ToArray());
            Assert.Equal("hello world", await TransportFixture.TextAsync(response));
        }
        Assert.Single(upstream.Connections);
    }

    [Fact]
    [Spec("MAN-071", "RTE-085", "RTE-339")]
    public async Task Leaves_the_answer_alone_when_the_client_asked_and_inflates_it_on_demand()
    {
        await using var upstream = RawUpstream.Answering(Answer(Gzip("hello world"), chunked: false));
        using var fixture = new TransportFixture();

        var response = (await fixture.GetAsync(upstream.Url, "/", ("Accept-Encoding", "gzip"))).Response!;
        Assert.Equal("gzip", response.ContentEncoding);
        Assert.NotNull(response.ContentLength);
        using var inflated = GzipResponse.Inflate(response, TransportLimits.Default);

        Assert.Equal("hello world", await TransportFixture.TextAsync(inflated));
    }

    [Fact]
    public async Task Concatenated_members_are_one_body()
    {
        await using var upstream = RawUpstream.Answering(Answer(Gzip("hello ") + Gzip("world"), chunked: false));
        using var fixture = new TransportFixture();

        Assert.Equal("hello world", await fixture.GetTextAsync(upstream.Url));
    }

    [Fact]
    public async Task Other_codings_and_empty_bodies_are_left_alone()
    {
        await using var upstream = RawUpstream.Answering(
            "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nxx",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n");
        using var fixture = new TransportFixture();

        using (var brotli = (await fixture.GetAsync(upstream.Url)).Response!)
            Assert.Equal("br", brotli.ContentEncoding);
        Assert.Equal("", await fixture.GetTextAsync(upstream.Url));
    }

    [Fact]
    public async Task Garbage_and_truncated_members_break_the_body()
    {
        var whole = Gzip(new string('a', 1000) + Guid.NewGuid());
        await using var garbage = RawUpstream.Answering(Answer("this is no gzip at all", chunked: false));
        await using var truncated = RawUpstream.Answering(Answer(whole[..^12], chunked: false));
        await using var cut = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Answer(whole, chunked: false)[..^5]);
        });
        using var fixture = new TransportFixture();

        foreach (var upstream in new[] { garbage, truncated, cut })
        {
            using var response = (await fixture.GetAsync(upstream.Url)).Response!;
            await Assert.ThrowsAnyAsync<IOException>(() => TransportFixture.TextAsync(response));
        }
    }

    [Fact]
    public async Task A_body_that_inflates_past_the_limits_breaks()
    {
        var megabytes = new string('\0', 3 << 20);
        await using var upstream = RawUpstream.Answering(Answer(Gzip(megabytes), chunked: false));
        using var bySize = new TransportFixture(limits: new TransportLimits { MaxInflatedBytes = 2 << 20 });
        using var byRatio = new TransportFixture(limits: new TransportLimits { MaxInflateRatio = 100 });
        using var within = new TransportFixture(limits: new TransportLimits { MaxInflateRatio = 2_000 });

        foreach (var (fixture, message) in new[] { (bySize, "more than 2097152 bytes"), (byRatio, "more than 100 times") })
        {
            using var response = (await fixture.GetAsync(upstream.Url)).Response!;
            var exception = await Assert.ThrowsAnyAsync<IOException>(() => TransportFixture.TextAsync(response));
            Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        }
        Assert.Equal(megabytes.Length, (await within.GetTextAsync(upstream.Url)).Length);
    }

    [Fact]
    public async Task A_disposed_inflated_answer_cannot_be_read()
    {
        await using var upstream = RawUpstream.Answering(Answer(Gzip("hello"), chunked: false));
        using var fixture = new TransportFixture(new TransportConfig());

        var response = (await fixture.GetAsync(upstream.Url)).Response!;
        response.Dispose();

        Assert.Throws<ObjectDisposedException>(() => response.StatusCode);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await response.ReadAsync(new byte[8], CancellationToken.None));
    }

    private static string Gzip(string text)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
            gzip.Write(Encoding.Latin1.GetBytes(text));
        return Encoding.Latin1.GetString(output.ToArray());
    }

    private static string Answer(string body, bool chunked, string coding = "gzip") => chunked
        ? $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n"
        : $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: {coding}\r\nContent-Length: {body.Length}\r\n\r\n{body}";
}
