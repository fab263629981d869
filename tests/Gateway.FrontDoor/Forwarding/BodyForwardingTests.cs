using System.Text;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Forwarding;

public sealed class BodyForwardingTests
{
    [Theory, Spec("RTE-102")]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Every_backend_gets_the_body_byte_for_byte(string method)
    {
        await using var rig = await Rig.StartAsync($$"""
            {"endpoint":"/one","method":"{{method}}","backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/two","method":"{{method}}","backend":[{"url_pattern":"/get","method":"GET"},{"url_pattern":"/post","method":"POST"}]}
            """);
        const string body = "{\"a\" : 1,\r\n\t\"a\":\"\\u00e9\"}\0 ";

        await rig.SendAsync(method, "/one", body: body);
        await rig.SendAsync(method, "/two", body: body);

        Assert.Equal(3, rig.Upstream.Received.Count);
        Assert.All(rig.Upstream.Received, static r => Assert.Equal(body, r.Body));
    }

    [Theory, Spec("RTE-103")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_known_length_is_declared_to_the_backend(int backends)
    {
        await using var rig = await Rig.StartAsync(Endpoint(backends));

        await rig.SendAsync("POST", "/a", body: new string('x', 100_000));

        Assert.Equal(backends, rig.Upstream.Received.Count);
        Assert.All(rig.Upstream.Received, static r => Assert.Equal(("100000", null, 100_000), (r.Header("Content-Length"), r.Header("Transfer-Encoding"), r.Body.Length)));
    }

    [Fact, Spec("RTE-103")]
    public async Task A_large_body_of_unknown_length_goes_out_in_chunks()
    {
        await using var rig = await Rig.StartAsync(Endpoint(1));
        var chunks = string.Concat(Enumerable.Repeat($"1000\r\n{new string('x', 4096)}\r\n", 20)) + "0\r\n\r\n";

        await rig.SendAsync("POST", "/a", ["Transfer-Encoding: chunked"], chunks, declare: false);

        Assert.Equal(20 * 4096, rig.Last.Body.Length);
        Assert.True(rig.Last.Header("Transfer-Encoding") == "chunked" ^ rig.Last.Header("Content-Length") == "81920");
    }

    [Fact, Spec("RTE-103", "RTE-105")]
    public async Task A_body_that_a_component_replaces_gets_its_own_length_and_no_sibling_sees_it()
    {
        var plugins = new PluginRegistry();
        plugins.Backend("modifier/lua-backend", BackendStages.Scripts, static (_, _, _) => new ProxyProbe(static (request, next, token) =>
        {
            request.Body = RequestBody.Of(Encoding.UTF8.GetBytes("changed"));
            request.Headers.Set("X-Foo", "changed");
            request.Headers.Add("X-Added", "1");
            request.Query.Set("q", "changed");
            request.Parameters.Set("Id", "changed");
            return next(request, token);
        }));
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a/{id}","method":"POST","input_headers":["X-Foo"],"input_query_strings":["q"],"backend":[
              {"url_pattern":"/first/{id}","group":"a","extra_config":{"modifier/lua-backend":{}}},
              {"url_pattern":"/second/{id}","group":"b"},
              {"url_pattern":"/third/{id}","group":"c","extra_config":{"modifier/lua-backend":{}}}]}
            """, options: new TestGatewayOptions { Plugins = plugins });

        await rig.SendAsync("POST", "/a/1?q=1", ["X-Foo: 1"], "original");

        var changed = Assert.Single(rig.Upstream.ReceivedAt("/first/1"));
        var untouched = Assert.Single(rig.Upstream.ReceivedAt("/second/1"));
        Assert.Equal(("changed", "7", "changed", "1"), (changed.Body, changed.Header("Content-Length"), changed.Header("X-Foo"), changed.Header("X-Added")));
        Assert.Equal(("original", "8", "1", null), (untouched.Body, untouched.Header("Content-Length"), untouched.Header("X-Foo"), untouched.Header("X-Added")));
        Assert.Equal("/second/1?q=1", untouched.Target);
    }

    [Theory, Spec("RTE-104")]
    [InlineData("{}")]
    [InlineData("""{"force_sandboxed_request":true}""")]
    [InlineData("""{"sequential":true}""")]
    public async Task Several_backends_each_get_the_full_body(string proxy)
    {
        await using var rig = await Rig.StartAsync($$$"""
            {"endpoint":"/a","extra_config":{"proxy":{{{proxy}}}},"backend":[
              {"url_pattern":"/b","group":"b"},{"url_pattern":"/c","group":"c"},{"url_pattern":"/d","group":"d"}]}
            """);
        var body = new string('y', 200_000);

        var reply = await rig.SendAsync("GET", "/a", body: body);

        Assert.Equal("true", reply["X-Krakend-Completed"]);
        Assert.Equal(3, rig.Upstream.Received.Count);
        Assert.All(rig.Upstream.Received, r => Assert.Equal(body, r.Body));
    }

    [Fact, Spec("RTE-106")]
    public async Task A_body_for_one_backend_streams_while_the_client_still_sends()
    {
        await using var upstream = new RawUpstream(static async connection =>
        {
            await connection.ReadUntilAsync("\r\n\r\n");
            await connection.ReadUntilAsync("first");
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\nConnection: close\r\n\r\n");
            await connection.WriteAsync("{\"seen\":\"first\"} ");
        });
        await using var gateway = await TestGateway.StartAsync(
            """{"version":3,"timeout":"20s","endpoints":[{"endpoint":"/a","method":"POST","backend":[{"url_pattern":"/b","host":["$UPSTREAM"]}]}]}""", upstream.Url);

        var reply = await gateway.SendRawAsync("POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: 100000\r\n\r\nfirst");

        Assert.EndsWith("""{"seen":"first"}""", reply, StringComparison.Ordinal);
    }

    [Theory, Spec("RTE-107")]
    [InlineData("", "\"group\":\"a\"")]
    [InlineData("\"output_encoding\":\"no-op\",", "\"$c\":1")]
    public async Task A_client_that_leaves_cancels_every_call(string encoding, string backend)
    {
        var called = 0;
        var aborted = 0;
        await using var rig = await Rig.StartAsync($$"""
            {"endpoint":"/a",{{encoding}}"timeout":"20s","backend":[{"url_pattern":"/slow",{{backend}}}]},
            {"endpoint":"/b","timeout":"20s","backend":[{"url_pattern":"/slow","group":"a"},{"url_pattern":"/slow","group":"b"}]}
            """);
        rig.Upstream.On("/slow", async context =>
        {
            Interlocked.Increment(ref called);
            using var aborting = context.RequestAborted.Register(() => Interlocked.Increment(ref aborted));
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        using var leaving = new CancellationTokenSource();
        var one = rig.Gateway.Client.GetAsync("/a", leaving.Token);
        var two = rig.Gateway.Client.GetAsync("/b", leaving.Token);
        await Wait.UntilAsync(() => Volatile.Read(ref called) == 3, static () => "the backends were not called");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);

        await Wait.UntilAsync(() => Volatile.Read(ref aborted) == 3, () => $"only {aborted} calls were cancelled");
        await rig.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /a] context canceled");
        await rig.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /b] context canceled");
        await Wait.UntilAsync(() => rig.Gateway.Log.Split("| 500 |").Length == 3, () => rig.Gateway.Log);
    }

    private static string Endpoint(int backends) =>
        $$"""{"endpoint":"/a","method":"POST","backend":[{{string.Join(',', Enumerable.Range(0, backends).Select(static i => $$"""{"url_pattern":"/b{{i}}","group":"g{{i}}"}"""))}}]}""";
}
