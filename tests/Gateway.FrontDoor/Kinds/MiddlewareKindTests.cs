using Gateway.Core.Json;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Kinds;

public sealed class MiddlewareKindTests
{
    private const string Named = "\"extra_config\":{\"plugin/middleware\":{\"name\":[\"mw\"],\"mw\":{\"n\":1}}}";

    [Theory, Spec("EXT-050", "EXT-051", "EXT-052", "EXT-016")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_middleware_changes_the_request_before_and_the_data_after(bool atEndpoint)
    {
        var plugins = new PluginRegistry();
        plugins.Middleware("mw", (config, context, _) =>
        {
            Assert.Equal(atEndpoint, context is not IBackendContext);
            var n = config["mw"]!["n"]!.Text;
            return new ProxyProbe(async (request, next, token) =>
            {
                request.Headers.Set("X-N", n);
                if (!atEndpoint)
                    request.Target += "/more";
                var result = await next(request, token);
                result.Response!.Data!.Tree["acme"] = DataBoolean.True;
                return result;
            });
        });
        await using var rig = await Rig.StartAsync(Endpoint("json", atEndpoint), options: new() { Plugins = plugins });

        var reply = await rig.GetAsync("/a");

        var path = atEndpoint ? "/b" : "/b/more";
        Assert.Equal(($"{{\"acme\":true,\"target\":\"{path}\"}}", "1", "true"), (reply.Body, rig.Last.Header("X-N"), reply["X-Krakend-Completed"]));
    }

    [Theory, Spec("EXT-051", "EXT-045")]
    [InlineData(true, "json", 200, """{"own":1}""")]
    [InlineData(false, "json", 200, """{"own":1}""")]
    [InlineData(true, "no-op", 418, "raw")]
    [InlineData(false, "no-op", 418, "raw")]
    public async Task A_middleware_that_skips_next_answers_with_data_or_raw_as_the_encoding_says(bool atEndpoint, string encoding, int status, string body)
    {
        await using var rig = await StartAsync(static (_, _, _) => new(new ProxyResponse
        {
            Data = new TreePayload(new DataObject { ["own"] = new DataNumber("1") }),
            Raw = new SyntheticResponse("raw"u8.ToArray(), 418),
            IsComplete = true,
        }), Endpoint(encoding, atEndpoint));

        var reply = await rig.GetAsync("/a");

        Assert.Equal((status, body), (reply.Status, reply.Body));
        Assert.Empty(rig.Upstream.Received);
    }

    [Theory, Spec("EXT-051")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_middleware_may_call_next_several_times(bool atEndpoint)
    {
        await using var rig = await StartAsync(static async (request, next, token) =>
        {
            await request.Body.BufferAsync(token);
            (await next(request, token)).Response?.Dispose();
            return await next(request, token);
        }, Endpoint("json", atEndpoint).Replace("\"/a\"", "\"/a\",\"method\":\"POST\"", StringComparison.Ordinal));

        var reply = await rig.SendAsync("POST", "/a", body: "body");

        Assert.Equal((200, """{"target":"/b"}"""), (reply.Status, reply.Body));
        Assert.Equal(["body", "body"], rig.Upstream.Received.Select(static r => r.Body));
    }

    [Theory, Spec("EXT-053")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_first_declared_sees_the_request_first_and_the_response_last(bool atEndpoint)
    {
        var plugins = new PluginRegistry();
        foreach (var name in (string[])["C", "A", "B"])
            plugins.Middleware(name, (_, _, _) => new ProxyProbe(async (request, next, token) =>
            {
                request.Headers.Set("X-In", request.Headers.Get("X-In") + name);
                var result = await next(request, token);
                result.Response!.Append("out", name);
                return result;
            }));
        await using var rig = await Rig.StartAsync(Endpoint("json", atEndpoint).Replace("[\"mw\"]", "[\"A\",\"B\",\"C\"]", StringComparison.Ordinal), options: new() { Plugins = plugins });

        var reply = await rig.GetAsync("/a");

        Assert.Equal(("ABC", """{"out":"CBA","target":"/b"}"""), (rig.Last.Header("X-In"), reply.Body));
    }

    [Theory, Spec("EXT-056")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_together_with_an_error_is_a_partial_response(bool atEndpoint)
    {
        await using var rig = await StartAsync(static async (request, next, token) =>
            await next(request, token) with { Error = new GatewayError(GatewayErrorKind.Internal, "half of it failed") }, Endpoint("json", atEndpoint));

        var reply = await rig.GetAsync("/a");

        Assert.Equal((200, """{"target":"/b"}""", "false"), (reply.Status, reply.Body, reply["X-Krakend-Completed"]));
        await rig.Gateway.WaitForLogAsync("[ENDPOINT: /a] half of it failed");
    }

    [Theory, Spec("EXT-057")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_middleware_works_on_a_stream_as_its_chunks_pass(bool atEndpoint)
    {
        var more = new TaskCompletionSource();
        await using var raw = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n");
            await more.Task;
            await connection.WriteAsync("4\r\ntwo\n\r\n0\r\n\r\n");
        });
        var plugins = new PluginRegistry();
        plugins.Middleware("mw", static (_, _, _) => new ProxyProbe(static async (request, next, token) =>
        {
            var result = await next(request, token);
            result.Response!.Raw = new UpperCaseResponse(result.Response.Raw!);
            return result;
        }));
        await using var gateway = await TestGateway.StartAsync(
            $$"""{"version":3,"timeout":"30s","host":["$UPSTREAM"],"endpoints":[{{Endpoint("no-op", atEndpoint)}}]}""", raw.Url, new() { Plugins = plugins });

        using var response = await gateway.Client.GetAsync("/a", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
        more.SetResult();

        Assert.Equal(("ONE", "TWO\n"), (first, await reader.ReadToEndAsync()));
    }

    [Theory, Spec("EXT-059")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_middleware_that_throws_costs_that_request_a_500_and_no_other(bool atEndpoint)
    {
        await using var rig = await StartAsync(static (request, next, token) =>
            request.Headers.Contains("X-Throw") ? throw new InvalidOperationException("thrown by mw") : next(request, token),
            Endpoint("json", atEndpoint).Replace("\"/a\"", "\"/a\",\"input_headers\":[\"X-Throw\"]", StringComparison.Ordinal));

        var failed = await rig.GetAsync("/a", "X-Throw: 1");
        var next = await rig.GetAsync("/a");

        Assert.Equal((500, "", 200), (failed.Status, failed.Body, next.Status));
        await rig.Gateway.WaitForLogAsync("thrown by mw");
    }

    [Theory, Spec("EXT-051")]
    [InlineData(0, 500)]
    [InlineData(200, 200)]
    public async Task An_answer_that_is_none_fails(int status, int expected)
    {
        await using var rig = await StartAsync((_, _, _) => new(status == 0
            ? default
            : new ProxyResult(new ProxyResponse { Data = new TreePayload(new DataObject()), IsComplete = true }, null)), Endpoint("json", true));

        Assert.Equal(expected, (await rig.GetAsync("/a")).Status);
    }

    private static string Endpoint(string encoding, bool atEndpoint) => $$"""
        {"endpoint":"/a","output_encoding":"{{encoding}}",{{(atEndpoint ? Named : "\"$c\":0")}},"backend":[{"url_pattern":"/b",{{(atEndpoint ? "\"$c\":0" : Named)}} }]}
        """;

    private static Task<Rig> StartAsync(Func<ProxyRequest, ProxyHandler, CancellationToken, ValueTask<ProxyResult>> run, string endpoints)
    {
        var plugins = new PluginRegistry();
        plugins.Middleware("mw", (_, _, _) => new ProxyProbe(run));
        return Rig.StartAsync(endpoints, options: new() { Plugins = plugins });
    }
}
