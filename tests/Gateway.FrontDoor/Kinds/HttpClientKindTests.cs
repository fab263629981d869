using System.IO.Pipelines;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Backends;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Kinds;

public sealed class HttpClientKindTests
{
    private const string Plugin = "\"extra_config\":{\"plugin/http-client\":{\"name\":\"own\",\"own\":{}}}";

    [Fact, Spec("EXT-032", "EXT-033")]
    public async Task A_client_plugin_answers_some_calls_itself_and_has_the_others_fetched()
    {
        await using var rig = await StartAsync((request, next, token) => request.Target == "/__debug/hijack-me"
                ? Answer($"{{\"message\":\"{request.Target}\"}}")
                : next(request, token),
            $$"""
            {"endpoint":"/own","backend":[{"url_pattern":"/__debug/hijack-me",{{Plugin}} }]},
            {"endpoint":"/fetched","backend":[{"url_pattern":"/b",{{Plugin}} }]}
            """);

        Assert.Equal("""{"message":"/__debug/hijack-me"}""", (await rig.GetAsync("/own")).Body);
        Assert.Empty(rig.Upstream.Received);
        Assert.Equal("""{"target":"/b"}""", (await rig.GetAsync("/fetched")).Body);
        await rig.Gateway.WaitForLogAsync("[BACKEND: GET /fetched -> /b] Injecting plugin own");
    }

    [Fact, Spec("EXT-029", "EXT-016")]
    public async Task The_factory_runs_once_per_backend_with_the_whole_namespace()
    {
        var seen = new List<string>();
        var plugins = new PluginRegistry();
        plugins.HttpClient("own", (config, context, _) =>
        {
            seen.Add($"{context.LogPrefix} {config["own"]!["n"]!.Text}");
            return new ClientProbe(static (request, next, token) => next(request, token));
        });
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","backend":[
              {"url_pattern":"/b","extra_config":{"plugin/http-client":{"name":"own","own":{"n":1}}}},
              {"url_pattern":"/c","method":"POST","extra_config":{"plugin/http-client":{"name":"own","own":{"n":2}}}}]}
            """, options: new() { Plugins = plugins });
        await rig.GetAsync("/a");
        await rig.GetAsync("/a");

        Assert.Equal(["[BACKEND: GET /a -> /b] 1", "[BACKEND: POST /a -> /c] 2"], seen);
    }

    [Fact, Spec("EXT-032")]
    public async Task It_gets_the_request_as_it_goes_out()
    {
        ProxyRequest? seen = null;
        await using var rig = await StartAsync((request, next, token) =>
        {
            seen = request;
            return next(request, token);
        }, $$"""
            {"endpoint":"/a/{id}","method":"POST","input_headers":["X-A","X-B"],"input_query_strings":["q"],"backend":[
              {"url_pattern":"/b/{id}","method":"PUT","input_headers":["X-B"],{{Plugin}} }]}
            """);

        await rig.SendAsync("POST", "/a/1?q=2&r=3", ["X-A: 1", "X-B: 2"], "body");

        Assert.Equal(("PUT", "/b/1?q=2", null, "2"), (seen!.Method, seen.Target, seen.Headers.Get("X-A"), seen.Headers.Get("X-B")));
        Assert.Equal(rig.Upstream.Host, seen.Host!.ToString());
        Assert.Equal("body", rig.Last.Body);
    }

    [Theory, Spec("EXT-033", "EXT-036")]
    [InlineData(201, 200)]
    [InlineData(204, 500)]
    [InlineData(503, 500)]
    public async Task Its_status_counts_as_a_backends_does(int status, int expected)
    {
        await using var rig = await StartAsync((_, _, _) => Answer("""{"a":1,"b":2}""", status), $$"""
            {"endpoint":"/a","backend":[{"url_pattern":"/b","allow":["a"],"group":"g",{{Plugin}} }]},
            {"endpoint":"/raw","output_encoding":"no-op","backend":[{"url_pattern":"/b",{{Plugin}} }]}
            """);

        var reply = await rig.GetAsync("/a");

        Assert.Equal((expected, expected == 200 ? """{"g":{"a":1}}""" : ""), (reply.Status, reply.Body));
        Assert.Equal(status, (await rig.GetAsync("/raw")).Status);
    }

    [Fact, Spec("EXT-033")]
    public async Task Its_body_is_decoded_as_the_backend_says()
    {
        await using var rig = await StartAsync((_, _, _) => Answer("<a>1</a>"), $$"""{"endpoint":"/a","backend":[{"url_pattern":"/b","encoding":"xml",{{Plugin}} }]}""");

        Assert.Equal("""{"a":"1"}""", (await rig.GetAsync("/a")).Body);
    }

    [Fact, Spec("EXT-034")]
    public async Task It_replaces_what_belongs_to_the_client_and_nothing_outside_of_it()
    {
        var trace = new Trace();
        trace.Backend("qos/ratelimit/proxy", BackendStages.RateLimit);
        trace.Client("modifier/martian", ClientStages.Martian);
        trace.Client("telemetry/opentelemetry", ClientStages.Telemetry);
        trace.Client("qos/http-cache", ClientStages.Cache);
        trace.Client("auth/client-credentials", ClientStages.Credentials);
        trace.Client("auth/aws-sigv4", ClientStages.Signing);
        trace.Plugins.HttpClient("own", static (_, _, _) => new ClientProbe(static (request, next, token) => next(request, token)));
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","backend":[{"url_pattern":"/b","extra_config":{
              "plugin/http-client":{"name":"own"},"qos/ratelimit/proxy":{},"modifier/martian":{},"telemetry/opentelemetry":{},
              "qos/http-cache":{},"auth/client-credentials":{},"auth/aws-sigv4":{}}}]}
            """, options: new() { Plugins = trace.Plugins });

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);

        Assert.Equal([">qos/ratelimit/proxy", ">modifier/martian", "<modifier/martian", "<qos/ratelimit/proxy"], trace.Entries);
    }

    [Fact, Spec("EXT-035")]
    public async Task The_first_bytes_reach_the_client_before_the_plugin_ends()
    {
        var pipe = new Pipe();
        var headers = new NameValueList(ignoreCase: true);
        headers.Add("Content-Type", "text/event-stream");
        headers.Add("Transfer-Encoding", "chunked");
        headers.Add("Connection", "close");
        await using var rig = await StartAsync((_, _, _) => new(new SyntheticResponse(pipe.Reader.AsStream(), 202, headers)), $$"""
            {"endpoint":"/a","output_encoding":"no-op","timeout":"30s","backend":[{"url_pattern":"/b",{{Plugin}} }]}
            """);
        await pipe.Writer.WriteAsync("data: 1\n\n"u8.ToArray());

        using var response = await rig.Gateway.Client.GetAsync("/a", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
        await pipe.Writer.WriteAsync("data: 2\n\n"u8.ToArray());
        await pipe.Writer.CompleteAsync();

        Assert.Equal("data: 1", first);
        Assert.Equal("\ndata: 2\n\n", await reader.ReadToEndAsync());
        Assert.Equal((202, "text/event-stream", null), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType, response.Headers.ConnectionClose));
    }

    [Theory, Spec("EXT-036")]
    [InlineData("parallel", false)]
    [InlineData("parallel", true)]
    [InlineData("sequential", true)]
    public async Task A_plugin_that_throws_fails_its_backends_call_only(string mode, bool late)
    {
        await using var rig = await StartAsync(async (_, _, _) =>
        {
            if (late)
                await Task.Yield();
            throw new InvalidOperationException("thrown by own");
        }, $$"""
            {"endpoint":"/two","extra_config":{"proxy":{"sequential":{{(mode == "sequential" ? "true" : "false")}} } },"backend":[{"url_pattern":"/c"},{"url_pattern":"/b",{{Plugin}} }]},
            {"endpoint":"/one","backend":[{"url_pattern":"/b",{{Plugin}} }]}
            """);

        var two = await rig.GetAsync("/two");
        var one = await rig.GetAsync("/one");

        Assert.Equal((200, """{"target":"/c"}""", "false"), (two.Status, two.Body, two["X-Krakend-Completed"]));
        Assert.Equal((500, ""), (one.Status, one.Body));
        await rig.Gateway.WaitForLogAsync("thrown by own");
    }

    [Fact, Spec("EXT-037")]
    public async Task A_plugin_that_outlives_the_timeout_is_told_and_not_waited_for()
    {
        var told = new TaskCompletionSource();
        var late = new TaskCompletionSource<ClientResult>();
        var body = new DisposalProbe();
        await using var rig = await StartAsync((_, _, token) =>
        {
            token.Register(told.SetResult);
            return new(late.Task);
        }, $$"""{"endpoint":"/a","timeout":"200ms","backend":[{"url_pattern":"/b",{{Plugin}} }]}""");

        var reply = await rig.GetAsync("/a");
        await told.Task.WaitAsync(TimeSpan.FromSeconds(10));
        late.SetResult(new SyntheticResponse(body));

        Assert.Equal(500, reply.Status);
        await rig.Gateway.WaitForLogAsync("[ENDPOINT: /a] context deadline exceeded");
        await body.Disposed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact, Spec("EXT-038")]
    public async Task A_backend_that_does_not_speak_HTTP_ignores_it()
    {
        var trace = new Trace();
        trace.Executor("backend/lambda", static () => new ProxyResponse { Data = new TreePayload(new() { ["from"] = new DataString("lambda") }), IsComplete = true });
        trace.Plugins.HttpClient("own", static (_, _, _) => throw new InvalidOperationException("built in vain"));
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","backend":[{"url_pattern":"/b","extra_config":{"backend/lambda":{},"plugin/http-client":{"name":"own"}}}]}
            """, options: new() { Plugins = trace.Plugins });

        Assert.Equal((200, """{"from":"lambda"}"""), await StatusAndBodyAsync(rig, "/a"));
    }

    [Theory, Spec("EXT-030", "EXT-031")]
    [InlineData("{\"name\":[\"own\"]}", "a backend has one client plugin")]
    [InlineData("{\"own\":{}}", "no plugin is named")]
    public async Task A_list_or_no_name_leaves_the_gateways_own_client_and_warns(string value, string warning)
    {
        var plugins = new PluginRegistry();
        plugins.HttpClient("own", static (_, _, _) => throw new InvalidOperationException("not named"));
        await using var rig = await Rig.StartAsync($$"""{"endpoint":"/a","backend":[{"url_pattern":"/b","extra_config":{"plugin/http-client":{{value}} } }]}""", options: new() { Plugins = plugins });

        Assert.Equal((200, """{"target":"/b"}"""), await StatusAndBodyAsync(rig, "/a"));
        Assert.Contains(warning, Assert.Single(rig.Gateway.Diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact, Spec("EXT-031")]
    public async Task A_plugin_whose_factory_fails_leaves_its_endpoint_without_service_and_no_other()
    {
        var plugins = new PluginRegistry();
        plugins.HttpClient("own", static (_, _, _) => throw new InvalidOperationException("no certificate"));
        await using var rig = await Rig.StartAsync($$"""
            {"endpoint":"/a","backend":[{"url_pattern":"/b",{{Plugin}} }]},{"endpoint":"/other","backend":[{"url_pattern":"/b"}]}
            """, options: new() { Plugins = plugins });

        Assert.Equal(500, (await rig.GetAsync("/a")).Status);
        Assert.Equal(200, (await rig.GetAsync("/other")).Status);
        await rig.Gateway.WaitForLogAsync("[BACKEND: GET /a -> /b] Error getting the plugin handler: the plugin \"own\" cannot be built: no certificate");
    }

    private static async Task<(int, string)> StatusAndBodyAsync(Rig rig, string path)
    {
        var reply = await rig.GetAsync(path);
        return (reply.Status, reply.Body);
    }

    private static Task<Rig> StartAsync(Func<ProxyRequest, ClientHandler, CancellationToken, ValueTask<ClientResult>> run, string endpoints)
    {
        var plugins = new PluginRegistry();
        plugins.HttpClient("own", (_, _, _) => new ClientProbe(run));
        return Rig.StartAsync(endpoints, options: new() { Plugins = plugins });
    }

    private static ValueTask<ClientResult> Answer(string body, int status = 200) => new(new SyntheticResponse(Encoding.UTF8.GetBytes(status == 204 ? "" : body), status));

    private sealed class DisposalProbe : MemoryStream
    {
        private readonly TaskCompletionSource _disposed = new();

        public Task Disposed => _disposed.Task;

        protected override void Dispose(bool disposing)
        {
            _disposed.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
