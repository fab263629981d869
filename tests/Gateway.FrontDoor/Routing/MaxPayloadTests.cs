using Gateway.FrontDoor.Forwarding;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Routing;

public sealed class MaxPayloadTests
{
    private const string Endpoints = """
        {"endpoint":"/a","method":"POST","backend":[{"url_pattern":"/b"}]},
        {"endpoint":"/noop","method":"POST","output_encoding":"no-op","backend":[{"url_pattern":"/b"}]},
        {"endpoint":"/two","method":"POST","backend":[{"url_pattern":"/b"},{"url_pattern":"/c"}]},
        {"endpoint":"/small","method":"POST","backend":[{"url_pattern":"/b"}],"extra_config":{"proxy":{"max_payload":512}}}
        """;

    private static readonly string s_limited = Rig.Router("""{"max_payload":1024}""");

    [Theory, Spec("MAN-271", "RTE-043")]
    [InlineData("/a")]
    [InlineData("/noop")]
    [InlineData("/two")]
    public async Task A_body_of_exactly_the_limit_passes_and_a_larger_one_is_refused(string path)
    {
        await using var rig = await Rig.StartAsync(Endpoints, s_limited);

        var fits = await rig.SendAsync("POST", path, body: new string('x', 1024));
        var calls = rig.Upstream.Received.Count;
        var refused = await rig.SendAsync("POST", path, body: new string('x', 1025));

        Assert.Equal((200, 413), (fits.Status, refused.Status));
        Assert.Equal(1024, rig.Last.Body.Length);
        Assert.Equal(calls, rig.Upstream.Received.Count);
    }

    [Theory, Spec("MAN-272", "RTE-043")]
    [InlineData("/small", 512, 200)]
    [InlineData("/small", 600, 413)]
    [InlineData("/a", 600, 200)]
    [InlineData("/small", 2000, 413)]
    [InlineData("/a", 2000, 413)]
    public async Task A_body_must_satisfy_the_limits_of_service_and_endpoint(string path, int length, int status)
    {
        await using var rig = await Rig.StartAsync(Endpoints, s_limited);

        Assert.Equal(status, (await rig.SendAsync("POST", path, body: new string('x', length))).Status);
        Assert.Equal(status == 200 ? 1 : 0, rig.Upstream.Received.Count);
    }

    [Fact, Spec("MAN-275")]
    public async Task A_declared_length_is_refused_before_the_body_is_sent()
    {
        await using var rig = await Rig.StartAsync(Endpoints, s_limited);

        var reply = await rig.Gateway.SendRawAsync("POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: 1025\r\n\r\nx");

        Assert.StartsWith("HTTP/1.1 413", reply, StringComparison.Ordinal);
        Assert.Empty(rig.Upstream.Received);
    }

    [Theory, Spec("MAN-271", "MAN-275")]
    [InlineData("/a")]
    [InlineData("/noop")]
    [InlineData("/two")]
    public async Task A_body_without_declared_length_is_counted_and_no_backend_called(string path)
    {
        await using var rig = await Rig.StartAsync(Endpoints, s_limited);

        var fits = await rig.SendAsync("POST", path, ["Transfer-Encoding: chunked"], Chunks(4, 256), declare: false);
        var calls = rig.Upstream.Received.Count;
        var refused = await rig.SendAsync("POST", path, ["Transfer-Encoding: chunked"], Chunks(5, 256), declare: false);

        Assert.Equal((200, 413), (fits.Status, refused.Status));
        Assert.Equal(1024, rig.Last.Body.Length);
        Assert.Equal(calls, rig.Upstream.Received.Count);
    }

    [Fact, Spec("MAN-271", "MAN-275")]
    public async Task A_large_body_without_declared_length_is_refused_while_it_comes()
    {
        await using var rig = await Rig.StartAsync(Endpoints, Rig.Router("""{"max_payload":100000}"""));

        var reply = await rig.SendAsync("POST", "/a", ["Transfer-Encoding: chunked"], Chunks(30, 4096), declare: false);

        Assert.Equal(413, reply.Status);
        Assert.Empty(rig.Upstream.Received);
    }

    [Fact, Spec("MAN-275")]
    public async Task A_limit_beyond_what_is_held_in_memory_is_counted_while_the_body_streams()
    {
        var options = new TestGatewayOptions { Limits = new() { BufferedRequestBody = 10_000 } };
        await using var rig = await Rig.StartAsync(Endpoints, Rig.Router("""{"max_payload":100000}"""), options);

        var fits = await rig.SendAsync("POST", "/a", ["Transfer-Encoding: chunked"], Chunks(20, 5000), declare: false);
        var refused = await rig.SendAsync("POST", "/a", ["Transfer-Encoding: chunked"], Chunks(21, 5000), declare: false);

        Assert.Equal((200, 413), (fits.Status, refused.Status));
        Assert.Equal(100_000, rig.Upstream.Received[0].Body.Length);
    }

    [Fact, Spec("MAN-277")]
    public async Task The_refusal_has_the_headers_of_an_error_and_a_text_when_asked_for()
    {
        await using var silent = await Rig.StartAsync(Endpoints, s_limited);
        await using var talking = await Rig.StartAsync(Endpoints, Rig.Router("""{"max_payload":1024,"return_error_msg":true}"""));

        var without = await silent.SendAsync("POST", "/a", body: new string('x', 1025));
        var with = await talking.SendAsync("POST", "/a", body: new string('x', 1025));
        var chunked = await talking.SendAsync("POST", "/a", ["Transfer-Encoding: chunked"], Chunks(5, 256), declare: false);

        Assert.Equal((413, ""), (without.Status, without.Body));
        Assert.Equal("false", without["X-Krakend-Completed"]);
        Assert.NotNull(without["X-Krakend"]);
        Assert.Equal("request body too large: the limit of 1024 bytes was exceeded", with.Body);
        Assert.Equal("text/plain; charset=utf-8", with["Content-Type"]);
        Assert.Equal(with.Body, chunked.Body);
    }

    [Fact, Spec("RTE-043")]
    public async Task Zero_is_no_limit()
    {
        await using var rig = await Rig.StartAsync(Endpoints, Rig.Router("""{"max_payload":0}"""));

        Assert.Equal(200, (await rig.SendAsync("POST", "/a", body: new string('x', 200_000))).Status);
        Assert.Equal(200_000, rig.Last.Body.Length);
    }

    private static string Chunks(int count, int size) =>
        string.Concat(Enumerable.Repeat($"{size:x}\r\n{new string('x', size)}\r\n", count)) + "0\r\n\r\n";
}
