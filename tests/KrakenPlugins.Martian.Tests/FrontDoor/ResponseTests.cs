using System.IO.Compression;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Martian.Tests.FrontDoor;

public sealed class ResponseTests
{
    private const string Headers = """
        {"fifo.Group":{"scope":["response"],"modifiers":[
          {"header.Modifier":{"name":"x-new","value":"né"}},
          {"header.Append":{"name":"X-Backend","value":"2"}},
          {"header.Blacklist":{"names":["X-Gone"]}},
          {"header.Copy":{"from":"X-Backend","to":"X-Copy"}},
          {"cookie.Modifier":{"name":"n","value":"v","path":"/p","maxAge":5}}]}}
        """;

    [Fact]
    [Spec("MAN-143", "MAN-148", "MAN-149", "MAN-150", "MAN-152")]
    public async Task Changed_headers_reach_the_client_of_a_no_op_endpoint()
    {
        await using var front = await Front.StartNoOpAsync(Headers);
        front.Upstream.On("/b", Backend);

        var reply = await front.GetAsync();

        Assert.Equal((200, """{"a":1}""", "b|2", null, "b", "n=v; Path=/p; Max-Age=5"),
            (reply.Status, reply.Body, reply.Header("X-Backend"), reply.Header("X-Gone"), reply.Header("X-Copy"), reply.Header("Set-Cookie")));
        Assert.Equal("né", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(reply.Header("X-New")!)));
    }

    [Fact]
    [Spec("MAN-143", "MAN-152")]
    public async Task They_do_not_reach_the_client_of_a_data_endpoint()
    {
        await using var front = await Front.StartAsync(Headers);
        front.Upstream.On("/b", Backend);

        var reply = await front.GetAsync();

        Assert.Equal((200, """{"a":1}""", null, null, null), (reply.Status, reply.Body, reply.Header("X-New"), reply.Header("X-Backend"), reply.Header("Set-Cookie")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Spec("MAN-141", "MAN-154")]
    public async Task A_replaced_body_is_what_the_decoder_sees(bool isZipped)
    {
        await using var front = await Front.StartAsync("""{"body.Modifier":{"scope":["response"],"body":"eyJtc2ciOiJ5b3Ugcm9jayEifQ==","contentType":"application/json"}}""", backend: "\"mapping\":{\"msg\":\"said\"},");
        front.Upstream.On("/b", async context =>
        {
            if (!isZipped)
            {
                await context.Response.WriteAsync("no json at all");
                return;
            }
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync("zipped"u8.ToArray());
        });

        var reply = await front.GetAsync();

        Assert.Equal((200, """{"said":"you rock!"}"""), (reply.Status, reply.Body));
    }

    [Fact]
    [Spec("MAN-141", "MAN-154")]
    public async Task A_replaced_body_reaches_the_client_of_a_no_op_endpoint_with_its_headers()
    {
        await using var front = await Front.StartNoOpAsync("""{"body.Modifier":{"scope":["response"],"body":"bmV3"}}""");
        front.Upstream.On("/b", static async context =>
        {
            context.Response.StatusCode = 404;
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync(new string('x', 500_000));
        });

        var first = await front.GetAsync();
        var second = await front.GetAsync();

        Assert.Equal((404, "new", 3L, first.Body), (first.Status, first.Body, first.Content.ContentLength, second.Body));
        Assert.NotEqual("text/plain", first.Header("Content-Type"));
    }

    [Fact]
    [Spec("MAN-155")]
    public async Task A_range_of_a_replaced_body_is_answered()
    {
        await using var front = await Front.StartNoOpAsync("""{"body.Modifier":{"scope":["response"],"body":"MDEyMzQ1Njc4OQ==","contentType":"text/plain"}}""", "\"input_headers\":[\"Range\"],");

        var one = await front.GetAsync("/e", "Range: bytes=2-4");
        var several = await front.GetAsync("/e", "Range: bytes=0-1,8-9");
        var none = await front.GetAsync("/e", "Range: bytes=4-2");
        var whole = await front.GetAsync();

        Assert.Equal((206, "234", "bytes 2-4/10"), (one.Status, one.Body, one.Header("Content-Range")));
        Assert.Equal(206, several.Status);
        Assert.StartsWith("multipart/byteranges; boundary=", several.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Contains("Content-Range: bytes 8-9/10\r\n\r\n89\r\n", several.Body, StringComparison.Ordinal);
        Assert.Equal((416, "", 200, "0123456789"), (none.Status, none.Body, whole.Status, whole.Body));
    }

    [Fact]
    [Spec("MAN-141", "MAN-146")]
    public async Task A_replaced_status_is_the_one_that_is_checked()
    {
        await using var front = await Front.StartAllAsync("""
            {"endpoint":"/good","backend":[{"url_pattern":"/b","extra_config":{"modifier/martian":{"status.Modifier":{"scope":["response"],"statusCode":200}}}}]},
            {"endpoint":"/bad","backend":[{"url_pattern":"/ok","extra_config":{"modifier/martian":{"status.Modifier":{"scope":["response"],"statusCode":503}}}}]}
            """);
        front.Upstream.On("/b", static context =>
        {
            context.Response.StatusCode = 500;
            return Backend(context);
        });

        Assert.Equal((200, """{"a":1}"""), ((await front.GetAsync("/good")).Status, (await front.GetAsync("/good")).Body));
        Assert.Equal(500, (await front.GetAsync("/bad")).Status);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    [InlineData(205)]
    public async Task A_status_without_body_takes_the_body_away(int status)
    {
        await using var front = await Front.StartNoOpAsync($$$"""{"status.Modifier":{"statusCode":{{{status}}}}}""");
        front.Upstream.On("/b", Backend);

        for (var i = 0; i < 2; i++)
        {
            var reply = await front.GetAsync();
            Assert.Equal((status, "", "b"), (reply.Status, reply.Body, reply.Header("X-Backend")));
        }
        Assert.DoesNotContain("Exception", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("MAN-153")]
    public async Task The_url_of_the_call_comes_back_with_the_answer()
    {
        await using var front = await Front.StartNoOpAsync("""{"stash.Modifier":{"scope":["request","response"],"headerName":"X-Stash"}}""", "\"input_query_strings\":[\"amount\"],");

        var reply = await front.GetAsync("/e?amount=1");

        Assert.Equal((front.Upstream.Host + "/b?amount=1", reply.Header("X-Stash")), (front.Last.Header("X-Stash"), front.Upstream.Host + "/b?amount=1"));
    }

    [Fact]
    public async Task Only_headers_are_held_and_the_body_streams_on()
    {
        await using var front = await Front.StartNoOpAsync("""{"header.Modifier":{"scope":["response"],"name":"X-New","value":"1"}}""");
        var first = new TaskCompletionSource();
        front.Upstream.On("/b", async context =>
        {
            await context.Response.WriteAsync("one");
            await context.Response.Body.FlushAsync();
            await first.Task.WaitAsync(front.Upstream.Stopping);
            await context.Response.WriteAsync("two");
        });

        using var response = await front.Gateway.Client.GetAsync("/e", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[3];
        await body.ReadExactlyAsync(buffer);
        first.SetResult();
        var rest = await new StreamReader(body).ReadToEndAsync();

        Assert.Equal(("1", "one", "two"), (Assert.Single(response.Headers.GetValues("X-New")), Encoding.ASCII.GetString(buffer), rest));
    }

    [Fact]
    [Spec("MAN-144")]
    public async Task A_failing_modifier_fails_the_call()
    {
        const string Request = """{"header.Append":{"scope":["request"],"name":"Host","value":"x"}}""";
        const string Response = """{"header.Modifier":{"scope":["response"],"name":"Content-Length","value":"abc"}}""";
        await using var front = await Front.StartAllAsync($$$"""
            {"endpoint":"/data","backend":[{"url_pattern":"/1","extra_config":{"modifier/martian":{{{Request}}}}}]},
            {"endpoint":"/raw","output_encoding":"no-op","backend":[{"url_pattern":"/2","encoding":"no-op","extra_config":{"modifier/martian":{{{Request}}}}}]},
            {"endpoint":"/part","backend":[{"url_pattern":"/3","extra_config":{"modifier/martian":{{{Request}}}}},{"url_pattern":"/4"}]},
            {"endpoint":"/late","output_encoding":"no-op","backend":[{"url_pattern":"/5","encoding":"no-op","extra_config":{"modifier/martian":{{{Response}}}}}]}
            """);

        var data = await front.GetAsync("/data");
        var raw = await front.GetAsync("/raw");
        var part = await front.GetAsync("/part");
        var late = await front.GetAsync("/late");

        Assert.Equal([500, 500, 200, 500], [data.Status, raw.Status, part.Status, late.Status]);
        Assert.Equal(("false", """{"from":"backend"}"""), (part.Header("X-Krakend-Completed"), part.Body));
        Assert.Equal(["/4", "/5"], front.Upstream.Received.Select(static r => r.Target));
        await front.Gateway.WaitForLogAsync("the header \"Host\" is set already and takes a single value");
        await front.Gateway.WaitForLogAsync("Content-Length \"abc\" is no number of bytes");
    }

    private static async Task Backend(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers["X-Backend"] = "b";
        context.Response.Headers["X-Gone"] = "secret";
        await context.Response.WriteAsync("""{"a":1}""");
    }
}
