using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.Martian.Tests;

public sealed class BodyModifierTests
{
    // {"msg":"you rock!"}
    private const string Json = """{"body.Modifier":{"body":"eyJtc2ciOiJ5b3Ugcm9jayEifQ==","contentType":"application/json"}}""";

    [Fact]
    [Spec("MAN-154")]
    public async Task The_request_gets_the_decoded_body_and_its_headers()
    {
        var sent = await Rig.SentAsync(Json, static r =>
        {
            r.Body = RequestBody.Of("old"u8.ToArray());
            r.Headers.Add("Content-Encoding", "gzip");
        });

        Assert.Equal("""{"msg":"you rock!"}"""u8.ToArray(), sent.Body.Bytes.ToArray());
        Assert.Equal([new("Content-Type", "application/json")], sent.Headers.Items.ToArray());
    }

    [Fact]
    [Spec("MAN-154")]
    public async Task The_answer_gets_the_decoded_body_and_its_headers()
    {
        var backend = new FakeResponse(body: "zipped", headers: [("content-encoding", "gzip"), ("content-type", "text/plain"), ("x-kept", "1")]);

        var answer = await Rig.AnswerAsync(Json, backend);

        Assert.Equal((19L, null, "application/json", "19", "1"), (answer.ContentLength, answer.ContentEncoding, answer.ContentType, answer.Headers.All("Content-Length"), answer.Headers.All("X-Kept")));
        Assert.Equal("""{"msg":"you rock!"}""", await answer.TextAsync());
        answer.Dispose();
        Assert.True(backend.IsDisposed);
    }

    [Fact]
    [Spec("MAN-154")]
    public async Task Without_a_type_the_header_is_empty()
    {
        var outcome = await Rig.Of("""{"body.Modifier":{"body":"YQ=="}}""").RunAsync();

        Assert.Equal(("", ""), (outcome.Request.Headers.Get("Content-Type"), outcome.Response!.ContentType));
    }

    [Theory]
    [InlineData("bytes=0-0", "bytes 0-0/10", "0")]
    [InlineData("bytes=2-4", "bytes 2-4/10", "234")]
    [InlineData("Bytes= 2 - 4 ", "bytes 2-4/10", "234")]
    [InlineData("bytes=7-", "bytes 7-9/10", "789")]
    [InlineData("bytes=7-99", "bytes 7-9/10", "789")]
    [InlineData("bytes=-3", "bytes 7-9/10", "789")]
    [InlineData("bytes=-99", "bytes 0-9/10", "0123456789")]
    [Spec("MAN-155")]
    public async Task A_range_request_gets_its_part(string range, string contentRange, string body)
    {
        var answer = await Rig.AnswerAsync("""{"body.Modifier":{"body":"MDEyMzQ1Njc4OQ==","contentType":"text/plain"}}""", null, r => r.Headers.Add("Range", range));

        Assert.Equal((206, contentRange, "text/plain"), (answer.StatusCode, answer.Headers.All("Content-Range"), answer.ContentType));
        Assert.Equal(body, await answer.TextAsync());
    }

    [Fact]
    [Spec("MAN-155")]
    public async Task Several_ranges_come_as_parts()
    {
        var answer = await Rig.AnswerAsync("""{"body.Modifier":{"body":"MDEyMzQ1Njc4OQ==","contentType":"text/plain"}}""", null, static r => r.Headers.Add("Range", "bytes=0-1, 8-"));

        var boundary = answer.ContentType!.Split("boundary=")[1];
        Assert.Equal((206, $"multipart/byteranges; boundary={boundary}", null), (answer.StatusCode, answer.ContentType, answer.Headers.All("Content-Range")));
        Assert.Equal(
            $"--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--{boundary}--\r\n",
            await answer.TextAsync());
    }

    [Theory]
    [InlineData("bytes=4-2")]
    [InlineData("bytes=a-2")]
    [InlineData("bytes=2")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=-")]
    [InlineData("bytes=")]
    [InlineData("bytes=10-")]
    [InlineData("bytes=0-1-2")]
    [InlineData("bytes=0-1,")]
    [InlineData("items=0-1")]
    [InlineData("bytes=99999999999999999999-")]
    [InlineData("bytes=0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0")]
    [Spec("MAN-155")]
    public async Task A_range_that_makes_no_sense_is_refused(string range)
    {
        var answer = await Rig.AnswerAsync("""{"body.Modifier":{"body":"MDEyMzQ1Njc4OQ=="}}""", null, r => r.Headers.Add("Range", range));

        Assert.Equal((416, "bytes */10", 0L), (answer.StatusCode, answer.Headers.All("Content-Range"), answer.ContentLength));
        Assert.Equal("", await answer.TextAsync());
    }

    [Fact]
    [Spec("MAN-146")]
    public async Task The_status_is_replaced_and_the_body_streams_on()
    {
        var answer = await Rig.AnswerAsync("""{"status.Modifier":{"scope":["response"],"statusCode":201}}""", new FakeResponse(418));

        Assert.Equal(201, answer.StatusCode);
        Assert.Equal("""{"a":1}""", await answer.TextAsync());
    }
}
