using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary>The table of situations, statuses and bodies (RTE-124), row by row, without and with <c>return_error_msg</c>.</summary>
public sealed class StatusMatrixTests : IAsyncLifetime
{
    private const string Endpoints = """
        "endpoints":[
          {"endpoint":"/one/{status}","cache_ttl":"60s","backend":[{"host":["$UPSTREAM"],"url_pattern":"/status/{status}"}]},
          {"endpoint":"/body/{name}","cache_ttl":"60s","backend":[{"host":["$UPSTREAM"],"url_pattern":"/{name}"}]},
          {"endpoint":"/pair/{a}/{b}","cache_ttl":"60s","backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/{a}"},
            {"host":["$UPSTREAM"],"url_pattern":"/{b}"}]},
          {"endpoint":"/refused","backend":[{"host":["http://127.0.0.1:$CLOSED"],"url_pattern":"/"}]},
          {"endpoint":"/unresolved","backend":[{"host":["http://no-such-host.invalid"],"url_pattern":"/"}]},
          {"endpoint":"/tls","backend":[{"host":["$TLS"],"url_pattern":"/"}]},
          {"endpoint":"/slow","timeout":"150ms","backend":[{"host":["$UPSTREAM"],"url_pattern":"/never"}]},
          {"endpoint":"/sequence","extra_config":{"proxy":{"sequential":true}},"backend":[
            {"host":["$UPSTREAM"],"url_pattern":"/status/404"},
            {"host":["$UPSTREAM"],"url_pattern":"/a"}]},
          {"endpoint":"/noop/{name}","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/{name}"}]},
          {"endpoint":"/noop-refused","output_encoding":"no-op","backend":[{"host":["http://127.0.0.1:$CLOSED"],"url_pattern":"/"}]}]
        """;

    private Upstream _upstream = null!;
    private TestGateway _silent = null!;
    private TestGateway _telling = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream
            .Answer("/a", """{"a":1}""")
            .Answer("/b", """{"b":2}""")
            .Answer("/empty-object", "{}")
            .Answer("/null", "null")
            .Answer("/array", "[1,2]")
            .Answer("/broken", """{"a":""")
            .Answer("/nothing", "")
            .Answer("/teapot", "short and stout", 418, "text/plain")
            .AnswerAfter(TimeSpan.FromSeconds(20), "/never", "{}")
            .OnAny(static async context =>
            {
                var status = context.Request.Path.Value!.Split('/')[^1];
                context.Response.StatusCode = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);
                if (context.Response.StatusCode is not (204 or 205 or 304))
                    await context.Response.WriteAsync($$"""{"status":{{status}}}""");
            });
        var closed = ClosedPort();
        var endpoints = Endpoints
            .Replace("$CLOSED", closed.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("$TLS", _upstream.Host.Replace("http:", "https:", StringComparison.Ordinal), StringComparison.Ordinal);
        _silent = await TestGateway.StartAsync("{\"version\":3," + endpoints + "}", _upstream.Host);
        _telling = await TestGateway.StartAsync("{\"version\":3,\"extra_config\":{\"router\":{\"return_error_msg\":true}}," + endpoints + "}", _upstream.Host);
    }

    public async Task DisposeAsync()
    {
        await _silent.DisposeAsync();
        await _telling.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory, Spec("RTE-108", "RTE-118", "RTE-119")]
    [InlineData(200)]
    [InlineData(201)]
    public async Task A_backend_that_answers_200_or_201_makes_a_complete_200(int status)
    {
        var reply = await _silent.GetAsync($"/one/{status}");

        Assert.Equal((200, $$"""{"status":{{status}}}"""), (reply.Status, reply.Body));
        Assert.Equal("true", reply.Completed);
        Assert.Equal("public, max-age=60", reply.Header("Cache-Control"));
    }

    [Theory, Spec("RTE-108", "RTE-109")]
    [InlineData(202)]
    [InlineData(203)]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(206)]
    [InlineData(300)]
    [InlineData(304)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Any_other_status_of_the_only_backend_is_a_500(int status)
    {
        var silent = await _silent.GetAsync($"/one/{status}");
        var telling = await _telling.GetAsync($"/one/{status}");

        AssertFailure(silent, "");
        AssertFailure(telling, $"invalid status code {status} [GET /status/{{status}}]: {_upstream.Host}/status/{status}");
        Assert.Equal("text/plain; charset=utf-8", telling.Header("Content-Type"));
    }

    [Theory, Spec("RTE-114")]
    [InlineData("array", "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData("broken", "unexpected EOF")]
    [InlineData("nothing", "EOF")]
    public async Task A_body_that_cannot_be_decoded_is_a_500_with_the_words_of_the_decoder(string name, string message)
    {
        AssertFailure(await _silent.GetAsync($"/body/{name}"), "");
        AssertFailure(await _telling.GetAsync($"/body/{name}"), message);
    }

    [Theory, Spec("RTE-115", "RTE-118")]
    [InlineData("empty-object", "{}")]
    [InlineData("null", "null")]
    public async Task An_answer_without_a_member_is_a_200_that_is_not_complete(string name, string body)
    {
        var reply = await _silent.GetAsync($"/body/{name}");

        Assert.Equal((200, body, "false"), (reply.Status, reply.Body, reply.Completed));
        Assert.Null(reply.Header("Cache-Control"));
    }

    [Theory, Spec("RTE-113")]
    [InlineData("/refused", "connection refused")]
    [InlineData("/unresolved", "no-such-host.invalid")]
    [InlineData("/tls", "tls")]
    public async Task A_backend_that_cannot_be_reached_is_a_500(string path, string part)
    {
        AssertFailure(await _silent.GetAsync(path), "");

        var reply = await _telling.GetAsync(path);
        AssertFailure(reply, reply.Body);
        Assert.Contains(part, reply.Body);
    }

    [Fact, Spec("RTE-113")]
    public async Task A_backend_that_resets_the_connection_is_a_500()
    {
        await using var raw = new RawUpstream(static async connection =>
        {
            await connection.ReadRequestAsync();
            connection.Reset();
        });
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}]}
            """, raw.Url);

        AssertFailure(await gateway.GetAsync("/x"), "");
    }

    [Fact, Spec("RTE-124", "RTE-118")]
    public async Task Two_answers_make_a_complete_200()
    {
        var reply = await _silent.GetAsync("/pair/a/b");

        Assert.Equal((200, """{"a":1,"b":2}""", "true"), (reply.Status, reply.Body, reply.Completed));
        Assert.Equal("public, max-age=60", reply.Header("Cache-Control"));
    }

    [Fact, Spec("RTE-124", "RTE-118")]
    public async Task Two_empty_answers_make_an_empty_200_that_is_not_complete()
    {
        var reply = await _silent.GetAsync("/pair/empty-object/empty-object");

        Assert.Equal((200, "{}", "false"), (reply.Status, reply.Body, reply.Completed));
    }

    [Theory, Spec("RTE-124", "RTE-121", "RTE-119", "RTE-128")]
    [InlineData("teapot")]
    [InlineData("broken")]
    public async Task One_failure_of_two_makes_a_200_with_the_rest_that_is_neither_complete_nor_cached(string failing)
    {
        foreach (var gateway in new[] { _silent, _telling })
        {
            var reply = await gateway.GetAsync($"/pair/a/{failing}");

            Assert.Equal((200, """{"a":1}""", "false"), (reply.Status, reply.Body, reply.Completed));
            Assert.Null(reply.Header("Cache-Control"));
        }
    }

    [Fact, Spec("RTE-124", "RTE-128")]
    public async Task Failures_of_all_backends_make_a_500_with_all_their_texts()
    {
        AssertFailure(await _silent.GetAsync("/pair/teapot/broken"), "");

        var reply = await _telling.GetAsync("/pair/teapot/broken");
        AssertFailure(reply, reply.Body);
        Assert.Equal(
            [$"invalid status code 418 [GET /{{a}}]: {_upstream.Host}/teapot", "unexpected EOF"],
            reply.Body.Split('\n').Order(StringComparer.Ordinal));
        await _telling.WaitForLogAsync("[ENDPOINT: /pair/{a}/{b}] Error #1: ");
        Assert.Contains("[ENDPOINT: /pair/{a}/{b}] Error #0: ", _telling.Log);
    }

    [Fact, Spec("RTE-124", "RTE-194")]
    public async Task A_timeout_without_data_is_a_500()
    {
        AssertFailure(await _silent.GetAsync("/slow"), "");
        AssertFailure(await _telling.GetAsync("/slow"), "context deadline exceeded");
        await _telling.WaitForLogAsync("[ENDPOINT: /slow] context deadline exceeded");
    }

    [Fact, Spec("RTE-124", "RTE-153")]
    public async Task A_sequence_whose_first_step_fails_is_a_500_with_the_error_of_the_step()
    {
        AssertFailure(await _silent.GetAsync("/sequence"), "");
        AssertFailure(await _telling.GetAsync("/sequence"), $"invalid status code 404 [GET /status/404]: {_upstream.Host}/status/404");
        Assert.DoesNotContain(_upstream.Received, static r => r.Target == "/a");
    }

    [Fact, Spec("RTE-124", "RTE-138")]
    public async Task A_no_op_backend_that_answers_decides_everything()
    {
        var reply = await _silent.GetAsync("/noop/teapot");

        Assert.Equal((418, "short and stout", "false"), (reply.Status, reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-124", "RTE-145", "RTE-150")]
    public async Task A_no_op_backend_that_does_not_answer_is_a_500()
    {
        AssertFailure(await _silent.GetAsync("/noop-refused"), "");

        var reply = await _telling.GetAsync("/noop-refused");
        AssertFailure(reply, reply.Body);
        Assert.Contains("connection refused", reply.Body);
    }

    [Fact, Spec("RTE-116")]
    public async Task A_gzip_body_is_inflated_and_any_other_coding_is_not_understood()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.On("/gzip", static context => WriteAsync(context, "gzip", static s => new GZipStream(s, CompressionLevel.Fastest)))
            .On("/br", static context => WriteAsync(context, "br", static s => new BrotliStream(s, CompressionLevel.Fastest)));
        // The coding is not always what the gateway asked for.
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"disable_compression":true,"endpoints":[
              {"endpoint":"/gzip","backend":[{"host":["$UPSTREAM"],"url_pattern":"/gzip"}]},
              {"endpoint":"/br","backend":[{"host":["$UPSTREAM"],"url_pattern":"/br"}]},
              {"endpoint":"/raw","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/br"}]}]}
            """, upstream.Host);

        Assert.Equal("""{"packed":true}""", (await gateway.GetAsync("/gzip")).Body);
        AssertFailure(await gateway.GetAsync("/br"), "");
        Assert.Equal("br", (await gateway.GetAsync("/raw")).Header("Content-Encoding"));

        static async Task WriteAsync(HttpContext context, string coding, Func<Stream, Stream> pack)
        {
            var packed = new MemoryStream();
            await using (var stream = pack(packed))
                await stream.WriteAsync("""{"packed":true}"""u8.ToArray());
            context.Response.Headers.ContentEncoding = coding;
            await context.Response.Body.WriteAsync(packed.ToArray());
        }
    }

    private static void AssertFailure(Reply reply, string body)
    {
        Assert.Equal((500, body, "false"), (reply.Status, reply.Body, reply.Completed));
        Assert.StartsWith("Version ", reply.Header("X-Krakend"));
        Assert.Null(reply.Header("Cache-Control"));
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
