using System.IO.Compression;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary>Proxying without decoding: status, headers and bytes as the backend sent them.</summary>
public sealed class NoOpTests : IAsyncLifetime
{
    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream
            .On("/headers", static async context =>
            {
                context.Response.Headers.SetCookie = new(["a=1", "b=2"]);
                context.Response.Headers["X-Custom"] = "yes";
                context.Response.Headers.CacheControl = "no-store";
                context.Response.Headers.ETag = "\"v1\"";
                context.Response.ContentType = "image/png";
                context.Response.ContentLength = 4;
                await context.Response.Body.WriteAsync(new byte[] { 0, 0xff, 13, 10 });
            })
            .On("/gzip", static async context =>
            {
                var packed = Gzip("unpacked text");
                context.Response.Headers.ContentEncoding = "gzip";
                context.Response.ContentLength = packed.Length;
                await context.Response.Body.WriteAsync(packed);
            })
            .Answer("/object", """{"b":1,"a":{"c":2}}""")
            .OnAny(static async context =>
            {
                var status = int.Parse(context.Request.Path.Value!.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
                context.Response.StatusCode = status;
                if (status == 304)
                    context.Response.ContentLength = 17;
                else if (status is not (204 or 205))
                    await context.Response.WriteAsync($"status {status}");
            });
        var plugins = new PluginRegistry();
        plugins.Proxy("test/null", ProxyStages.Policies, static (_, _, _) => new NullComponent());
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"cache_ttl":"60s","extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/headers","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/headers"}]},
              {"endpoint":"/status/{status}","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/status/{status}"}]},
              {"endpoint":"/options/{status}","output_encoding":"no-op","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/status/{status}","extra_config":{"backend/http":{"return_error_details":"x"}}}]},
              {"endpoint":"/head","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/headers","method":"HEAD"}]},
              {"endpoint":"/gzip","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/gzip"}]},
              {"endpoint":"/gzip-forwarded","output_encoding":"no-op","input_headers":["Accept-Encoding"],"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/gzip"}]},
              {"endpoint":"/forced","output_encoding":"no-op","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/object","encoding":"json","allow":["a"],"group":"g","mapping":{"a":"x"},"target":"a",
                 "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["b"]}]}}}]},
              {"endpoint":"/filtered","method":"POST","output_encoding":"no-op","input_headers":["X-Yes"],"input_query_strings":["yes"],"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/object"}]},
              {"endpoint":"/null","output_encoding":"no-op","extra_config":{"test/null":{}},"backend":[{"host":["$UPSTREAM"],"url_pattern":"/object"}]}]}
            """, _upstream.Host, new() { Plugins = plugins });
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact, Spec("RTE-138", "RTE-139", "RTE-147")]
    public async Task Headers_with_all_their_values_and_bytes_pass_unchanged()
    {
        using var response = await _gateway.Client.GetAsync("/headers");

        Assert.Equal(["a=1", "b=2"], response.Headers.GetValues("Set-Cookie"));
        Assert.Equal("yes", response.Headers.GetValues("X-Custom").Single());
        Assert.Equal("\"v1\"", response.Headers.ETag!.Tag);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("image/png", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(4, response.Content.Headers.ContentLength);
        Assert.Equal(new byte[] { 0, 0xff, 13, 10 }, await response.Content.ReadAsByteArrayAsync());
        Assert.StartsWith("Version ", response.Headers.GetValues("X-Krakend").Single());
        Assert.Equal("false", response.Headers.GetValues("X-Krakend-Completed").Single());
    }

    [Theory, Spec("RTE-138", "RTE-139", "RTE-150")]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(304)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Every_status_passes_and_error_options_do_nothing(int status)
    {
        foreach (var path in new[] { "/status/", "/options/" })
        {
            var reply = await _gateway.GetAsync(path + status);

            Assert.Equal((status, status is 204 or 205 or 304 ? "" : $"status {status}", "false"), (reply.Status, reply.Body, reply.Completed));
            Assert.Null(reply.Header("Cache-Control"));
        }
    }

    [Theory, Spec("RTE-138")]
    [InlineData("204 No Content")]
    [InlineData("205 Reset Content")]
    [InlineData("304 Not Modified")]
    public async Task A_body_where_none_may_be_does_not_reach_the_client_nor_spoil_the_connection(string status)
    {
        await using var raw = RawUpstream.Answering($"HTTP/1.1 {status}\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}]}
            """, raw.Url);

        var first = await gateway.GetAsync("/x");
        var second = await gateway.GetAsync("/x");

        Assert.Equal((status[..3], ""), (first.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), first.Body));
        Assert.Equal((200, "ok"), (second.Status, second.Body));
    }

    [Fact, Spec("RTE-138")]
    public async Task A_HEAD_call_to_the_backend_gives_its_headers_and_no_body()
    {
        var reply = await _gateway.GetAsync("/head");

        Assert.Equal((200, "", "yes"), (reply.Status, reply.Body, reply.Header("X-Custom")));
    }

    [Fact, Spec("RTE-147")]
    public async Task What_the_gateway_inflated_by_itself_has_no_coding_and_no_length()
    {
        var reply = await _gateway.GetAsync("/gzip");

        Assert.Equal("unpacked text", reply.Body);
        Assert.Null(reply.Header("Content-Encoding"));
        Assert.Null(reply.Header("Content-Length"));
        Assert.Equal("gzip", _upstream.ReceivedAt("/gzip")[^1].Header("Accept-Encoding"));
    }

    [Fact, Spec("RTE-147", "RTE-339")]
    public async Task With_the_coding_that_the_client_asked_for_the_packed_bytes_pass()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/gzip-forwarded");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br");
        using var response = await _gateway.Client.SendAsync(request);

        Assert.Equal(Gzip("unpacked text"), await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.NotNull(response.Content.Headers.ContentLength);
    }

    [Fact, Spec("RTE-140", "RTE-143")]
    public async Task Encoding_and_manipulation_of_the_backend_have_no_effect()
    {
        Assert.Equal("""{"b":1,"a":{"c":2}}""", (await _gateway.GetAsync("/forced")).Body);
    }

    [Fact, Spec("RTE-142")]
    public async Task Filters_of_the_request_apply()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/filtered?yes=1&no=2") { Content = new StringContent("body") };
        request.Headers.Add("X-Yes", "1");
        request.Headers.Add("X-No", "2");
        await _gateway.SendAsync(request);

        var received = _upstream.ReceivedAt("/object")[^1];
        Assert.Equal(("/object?yes=1", "1", null, "body"), (received.Target, received.Header("X-Yes"), received.Header("X-No"), received.Body));
    }

    [Theory, Spec("RTE-141")]
    [InlineData("", false)]
    [InlineData(",\"extra_config\":{\"proxy\":{\"shadow\":true}}", true)]
    public async Task Only_one_backend_that_is_no_shadow_is_possible(string second, bool starts)
    {
        var configuration = """
            {"version":3,"endpoints":[{"endpoint":"/x","output_encoding":"no-op","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/object"},
              {"host":["$UPSTREAM"],"url_pattern":"/object"$SECOND}]}]}
            """.Replace("$SECOND", second, StringComparison.Ordinal);
        if (!starts)
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => TestGateway.StartAsync(configuration, _upstream.Host));
            Assert.Contains("can not use NoOp encoding with more than one backends connected to the same endpoint", refusal.Message);
            return;
        }
        await using var gateway = await TestGateway.StartAsync(configuration, _upstream.Host);

        Assert.Equal("""{"b":1,"a":{"c":2}}""", (await gateway.GetAsync("/x")).Body);
    }

    [Fact, Spec("RTE-148")]
    public async Task Headers_of_the_connection_to_the_backend_do_not_pass()
    {
        await using var raw = RawUpstream.Answering(
            "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\nProxy-Authenticate: Basic\r\n"
            + "Trailer: X-T\r\nX-End: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}]}
            """, raw.Url);

        var answer = await gateway.SendRawAsync("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        foreach (var name in new[] { "X-Hop", "Keep-Alive", "Upgrade:", "Trailer" })
            Assert.DoesNotContain(name, answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("X-End: 2\r\n", answer);
        Assert.Contains("\r\nConnection: close\r\n", answer);
    }

    [Fact, Spec("RTE-149", "RTE-150")]
    public async Task A_component_that_returns_nothing_at_all_makes_a_500()
    {
        var reply = await _gateway.GetAsync("/null");

        Assert.Equal((500, "no response"), (reply.Status, reply.Body));
    }

    private static byte[] Gzip(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private sealed class NullComponent : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) => new(default(ProxyResult));
    }
}
