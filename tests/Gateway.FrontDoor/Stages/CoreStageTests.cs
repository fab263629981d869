using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Gateway.Core.Json;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Stages;

/// <summary>Where core's own stages stand among the components of plugins, as <see cref="ProxyStages"/> and <see cref="BackendStages"/> say.</summary>
public sealed class CoreStageTests
{
    [Fact, Spec("RTE-187")]
    public async Task The_shadow_copies_what_stages_outside_of_it_made_and_nothing_of_those_inside()
    {
        var plugins = new PluginRegistry();
        Mark(plugins, "modifier/lua-proxy", ProxyStages.Shadow.Before(), "X-Outside");
        Mark(plugins, "plugin/req-resp-modifier", ProxyStages.Shadow.After(), "X-Inside");
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","extra_config":{"modifier/lua-proxy":{},"plugin/req-resp-modifier":{}},"backend":[
              {"url_pattern":"/regular"},{"url_pattern":"/shadow","extra_config":{"proxy":{"shadow":true}}}]}
            """, options: new TestGatewayOptions { Plugins = plugins });

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);
        await Wait.UntilAsync(() => rig.Upstream.Received.Count == 2, static () => "no shadow call");

        var shadow = Assert.Single(rig.Upstream.ReceivedAt("/shadow"));
        var regular = Assert.Single(rig.Upstream.ReceivedAt("/regular"));
        Assert.Equal(("1", null), (shadow.Header("X-Outside"), shadow.Header("X-Inside")));
        Assert.Equal(("1", "1"), (regular.Header("X-Outside"), regular.Header("X-Inside")));
    }

    [Fact, Spec("RTE-187")]
    public async Task A_guard_outside_of_the_shadow_keeps_it_from_being_called()
    {
        var plugins = new PluginRegistry();
        plugins.Proxy("validation/cel", ProxyStages.Policies, static (_, _, _) => new ProxyProbe(static (_, _, _) =>
            new ValueTask<ProxyResult>(new GatewayError(GatewayErrorKind.Rejected, "rejected"))));
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/guarded","extra_config":{"validation/cel":[]},"backend":[{"url_pattern":"/b"},{"url_pattern":"/b","extra_config":{"proxy":{"shadow":true}}}]},
            {"endpoint":"/open","backend":[{"url_pattern":"/c"},{"url_pattern":"/d","extra_config":{"proxy":{"shadow":true}}}]}
            """, options: new TestGatewayOptions { Plugins = plugins });

        Assert.Equal(500, (await rig.GetAsync("/guarded")).Status);
        Assert.Equal(200, (await rig.GetAsync("/open")).Status);
        await Wait.UntilAsync(() => rig.Upstream.ReceivedAt("/d").Count == 1, static () => "no shadow call");

        Assert.Empty(rig.Upstream.ReceivedAt("/b"));
    }

    [Fact]
    public async Task Responses_leave_the_merge_then_the_flatmap_then_the_modifiers_then_the_static_data()
    {
        var seen = new ConcurrentQueue<string>();
        var plugins = new PluginRegistry();
        Look(plugins, "validation/response-json-schema", ProxyStages.FinalResponse, seen);
        Look(plugins, "modifier/lua-proxy", ProxyStages.Static.Before(), seen);
        Look(plugins, "plugin/req-resp-modifier", ProxyStages.Modifiers, seen);
        Look(plugins, "validation/cel", ProxyStages.Merge.Before(), seen);
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","extra_config":{
                "validation/response-json-schema":{},"modifier/lua-proxy":{},"plugin/req-resp-modifier":{},"validation/cel":[],
                "proxy":{"static":{"strategy":"always","data":{"fixed":1}},"flatmap_filter":[{"type":"move","args":["b","moved"]}]}},
             "backend":[{"url_pattern":"/b","group":"b"},{"url_pattern":"/c","group":"c"}]}
            """, options: new TestGatewayOptions { Plugins = plugins });

        var reply = await rig.GetAsync("/a");

        const string merged = """{"b":{"target":"/b"},"c":{"target":"/c"}}""";
        const string flattened = """{"c":{"target":"/c"},"moved":{"target":"/b"}}""";
        const string final = """{"c":{"target":"/c"},"fixed":1,"moved":{"target":"/b"}}""";
        Assert.Equal(
            [$"validation/cel {merged}", $"plugin/req-resp-modifier {flattened}", $"modifier/lua-proxy {final}", $"validation/response-json-schema {final}"], seen);
        Assert.Equal(final, reply.Body);
    }

    [Fact]
    public async Task Static_data_answers_for_failures_of_stages_inside_of_it_only()
    {
        var plugins = new PluginRegistry();
        Refuse(plugins, "plugin/req-resp-modifier", ProxyStages.Modifiers);
        Refuse(plugins, "validation/cel", ProxyStages.Policies);
        const string fixedData = "\"proxy\":{\"static\":{\"strategy\":\"errored\",\"data\":{\"fixed\":1}}}";
        await using var rig = await Rig.StartAsync($$$"""
            {"endpoint":"/inside","extra_config":{{{{fixedData}}},"plugin/req-resp-modifier":{}},"backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/outside","extra_config":{{{{fixedData}}},"validation/cel":[]},"backend":[{"url_pattern":"/b"}]}
            """, options: new TestGatewayOptions { Plugins = plugins });

        var inside = await rig.GetAsync("/inside");
        var outside = await rig.GetAsync("/outside");

        Assert.Equal((200, """{"fixed":1}""", "false"), (inside.Status, inside.Body, inside["X-Krakend-Completed"]));
        Assert.Equal(500, outside.Status);
        Assert.Empty(rig.Upstream.Received);
    }

    [Fact]
    public async Task The_merge_is_inside_of_every_endpoint_component_and_outside_of_every_backends()
    {
        var trace = new Trace();
        trace.Backend("security/policies", BackendStages.Request.Before());
        trace.Proxy("validation/cel", ProxyStages.Merge.After());
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","extra_config":{"validation/cel":[],"proxy":{"sequential":true}},"backend":[
              {"url_pattern":"/b","group":"b","extra_config":{"security/policies":{}}},{"url_pattern":"/c","group":"c","extra_config":{"security/policies":{}}}]}
            """, options: new TestGatewayOptions { Plugins = trace.Plugins });

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);

        Assert.Equal(
            [">validation/cel", ">security/policies", "<security/policies", ">security/policies", "<security/policies", "<validation/cel"], trace.Entries);
    }

    [Fact, Spec("RTE-178")]
    public async Task The_request_stage_of_a_backend_builds_the_target_and_multiplies_the_call()
    {
        var outside = new ConcurrentQueue<string>();
        var inside = new ConcurrentQueue<string>();
        var plugins = new PluginRegistry();
        plugins.Backend("backend/conditional", BackendStages.Request.Before(), (_, _, _) => Observe(outside));
        plugins.Backend("qos/ratelimit/proxy", BackendStages.RateLimit, (_, _, _) => Observe(inside));
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","method":"POST","concurrent_calls":2,"input_query_strings":["q","r"],"backend":[
              {"url_pattern":"/b","method":"PUT","input_query_strings":["q"],"extra_config":{"backend/conditional":{},"qos/ratelimit/proxy":{}}}]}
            """, options: new TestGatewayOptions { Plugins = plugins });

        Assert.Equal(200, (await rig.SendAsync("POST", "/a?q=1&r=2")).Status);

        Assert.Equal(["POST  host:False query:2"], outside);
        Assert.Equal(["PUT /b?q=1 host:True query:1", "PUT /b?q=1 host:True query:1"], inside);

        static ProxyProbe Observe(ConcurrentQueue<string> into) => new((request, next, token) =>
        {
            into.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{request.Method} {request.Target} host:{request.Host is not null} query:{request.Query.Count}"));
            return next(request, token);
        });
    }

    private static void Mark(PluginRegistry plugins, string name, Stage stage, string header) =>
        plugins.Proxy(name, stage, (_, _, _) => new ProxyProbe((request, next, token) =>
        {
            request.Headers.Set(header, "1");
            return next(request, token);
        }));

    private static void Refuse(PluginRegistry plugins, string name, Stage stage) =>
        plugins.Proxy(name, stage, static (_, _, _) => new ProxyProbe(static (_, _, _) => new ValueTask<ProxyResult>(new GatewayError(GatewayErrorKind.Rejected, "rejected"))));

    private static void Look(PluginRegistry plugins, string name, Stage stage, ConcurrentQueue<string> into) =>
        plugins.Proxy(name, stage, (_, _, _) => new ProxyProbe(async (request, next, token) =>
        {
            var result = await next(request, token);
            using var bytes = new PooledBytes();
            DataJson.Write(bytes, result.Response!.Data!.Tree);
            into.Enqueue($"{name} {Encoding.UTF8.GetString(bytes.Span)}");
            return result;
        }));
}
