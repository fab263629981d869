using Gateway.Core.Json;
using Gateway.FrontDoor.Forwarding;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Stages;

/// <summary>"Order of execution and interplay" of the specification, observed by components on every layer.</summary>
public sealed class StageOrderTests
{
    private const string Root = """
        "extra_config":{"security/cors":{},"plugin/http-server":{},"security/http":{},"modifier/lua-endpoint":{}}
        """;

    private const string Endpoints = """
        {"endpoint":"/all","backend":[{"url_pattern":"/b","extra_config":{
            "backend/conditional":{},"backend/graphql":{},"plugin/req-resp-modifier":{},"qos/circuit-breaker":{},"qos/ratelimit/proxy":{},
            "modifier/lua-backend":{},"security/policies":{},"modifier/martian":{},"qos/http-cache":{},"auth/client-credentials":{}}}],
         "extra_config":{"security/bot-detector":{},"auth/validator":{},"modifier/lua-endpoint":{},"qos/ratelimit/router":{},
            "modifier/lua-proxy":{},"validation/cel":{},"validation/json-schema":{},"plugin/req-resp-modifier":{}}},
        {"endpoint":"/bare","backend":[{"url_pattern":"/b"}]},
        {"endpoint":"/replaced","backend":[{"url_pattern":"/b","extra_config":{"backend/lambda":{},"security/policies":{},"modifier/martian":{}}}]}
        """;

    private static readonly string[] s_all =
    [
        "security/cors", "plugin/http-server", "security/http", "modifier/lua-endpoint",
        "security/bot-detector", "auth/validator", "modifier/lua-endpoint", "qos/ratelimit/router",
        "modifier/lua-proxy", "validation/cel", "validation/json-schema", "plugin/req-resp-modifier",
        "backend/conditional", "backend/graphql", "plugin/req-resp-modifier", "qos/circuit-breaker", "qos/ratelimit/proxy", "modifier/lua-backend", "security/policies",
        "modifier/martian", "qos/http-cache", "auth/client-credentials",
    ];

    [Fact]
    public async Task Requests_pass_every_layer_in_the_documented_order_and_responses_in_reverse()
    {
        var trace = Tracing();
        await using var rig = await Rig.StartAsync(Endpoints, Root, new TestGatewayOptions { Plugins = trace.Plugins });

        var reply = await rig.GetAsync("/all");

        Assert.Equal(200, reply.Status);
        Assert.Equal(ThereAndBack(s_all), await TakeAsync(trace, s_all.Length * 2));
    }

    [Fact]
    public async Task A_component_whose_namespace_an_endpoint_does_not_use_is_not_in_its_path()
    {
        var trace = Tracing();
        await using var rig = await Rig.StartAsync(Endpoints, Root, new TestGatewayOptions { Plugins = trace.Plugins });

        Assert.Equal(200, (await rig.GetAsync("/bare")).Status);

        Assert.Equal(ThereAndBack(s_all[..4]), await TakeAsync(trace, 8));
    }

    [Fact]
    public async Task An_executor_stands_in_for_the_call_and_its_client_components()
    {
        var trace = Tracing();
        await using var rig = await Rig.StartAsync(Endpoints, Root, new TestGatewayOptions { Plugins = trace.Plugins });

        var reply = await rig.GetAsync("/replaced");

        Assert.Equal((200, """{"from":"executor"}"""), (reply.Status, reply.Body));
        Assert.Equal([">security/policies", ">backend/lambda", "<backend/lambda", "<security/policies"], (await TakeAsync(trace, 12))[4..8]);
        Assert.Empty(rig.Upstream.Received);
    }

    [Theory, Spec("RTE-037")]
    [InlineData("GET", "/nothing", 404, true)]
    [InlineData("POST", "/bare", 405, true)]
    [InlineData("GET", "/bare/", 301, false)]
    [InlineData("GET", "/BARE", 301, false)]
    public async Task Components_behind_the_router_see_404_and_405_and_no_redirects(string method, string target, int status, bool reachesInner)
    {
        var trace = Tracing();
        await using var rig = await Rig.StartAsync(Endpoints, Root, new TestGatewayOptions { Plugins = trace.Plugins });

        Assert.Equal(status, (await rig.SendAsync(method, target)).Status);

        var entries = await TakeAsync(trace, reachesInner ? 8 : 4);
        Assert.Equal(reachesInner, entries.Contains(">security/http"));
        Assert.DoesNotContain(">auth/validator", entries);
    }

    [Theory, Spec("RTE-123")]
    [InlineData("/all", "security/cors")]
    [InlineData("/all", "security/http")]
    [InlineData("/all", "auth/validator")]
    [InlineData("/all", "validation/cel")]
    [InlineData("/all", "backend/conditional")]
    [InlineData("/all", "security/policies")]
    [InlineData("/all", "modifier/martian")]
    [InlineData("/replaced", "backend/lambda")]
    public async Task A_component_that_throws_answers_500_and_the_next_request_works(string path, string name)
    {
        var trace = Tracing();
        await using var rig = await Rig.StartAsync(Endpoints, Root, new TestGatewayOptions { Plugins = trace.Plugins });

        var failed = await rig.GetAsync(path, $"X-Throw: {name}");
        var next = await rig.GetAsync(path);

        Assert.Equal((500, ""), (failed.Status, failed.Body));
        Assert.Equal(200, next.Status);
        await rig.Gateway.WaitForLogAsync($"thrown by {name}");
    }

    [Fact]
    public async Task A_component_of_one_backend_that_throws_leaves_the_others_answer()
    {
        var trace = new Trace();
        trace.Backend("security/policies", BackendStages.Policies);
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","backend":[{"url_pattern":"/b","extra_config":{"security/policies":{}}},{"url_pattern":"/c"}]}
            """, options: new TestGatewayOptions { Plugins = trace.Plugins });

        var reply = await rig.GetAsync("/a", "X-Throw: security/policies");

        Assert.Equal((200, """{"target":"/c"}""", "false"), (reply.Status, reply.Body, reply["X-Krakend-Completed"]));
    }

    private static IEnumerable<string> ThereAndBack(IEnumerable<string> names) =>
        names.Select(static n => ">" + n).Concat(names.Reverse().Select(static n => "<" + n));

    // The response passes the last client component before the gateway answers, but not every outer one; wait for all.
    private static async Task<string[]> TakeAsync(Trace trace, int count)
    {
        await Wait.UntilAsync(() => trace.Entries.Length >= count, () => string.Join(' ', trace.Entries));
        return trace.Take();
    }

    // Registered from the inside out, so that the order can only come from the stages.
    private static Trace Tracing()
    {
        var trace = new Trace();
        trace.Executor("backend/lambda", static () =>
        {
            var data = new DataObject();
            data["from"] = new DataString("executor");
            return new ProxyResponse { Data = new TreePayload(data), IsComplete = true };
        });
        trace.Client("auth/client-credentials", ClientStages.Credentials);
        trace.Client("qos/http-cache", ClientStages.Cache);
        trace.Client("modifier/martian", ClientStages.Martian);
        trace.Backend("security/policies", BackendStages.Policies);
        trace.Backend("modifier/lua-backend", BackendStages.Scripts);
        trace.Backend("qos/ratelimit/proxy", BackendStages.RateLimit);
        trace.Backend("qos/circuit-breaker", BackendStages.CircuitBreaker);
        trace.Backend("plugin/req-resp-modifier", BackendStages.Modifiers);
        trace.Backend("backend/graphql", BackendStages.Protocol);
        trace.Backend("backend/conditional", BackendStages.Request.Before());
        trace.Proxy("plugin/req-resp-modifier", ProxyStages.Modifiers);
        trace.Proxy("validation/json-schema", ProxyStages.RequestValidation);
        trace.Proxy("validation/cel", ProxyStages.Policies);
        trace.Proxy("modifier/lua-proxy", ProxyStages.Scripts);
        trace.Endpoint("qos/ratelimit/router", EndpointStages.RateLimit);
        trace.Endpoint("modifier/lua-endpoint", EndpointStages.Scripts);
        trace.Endpoint("auth/validator", EndpointStages.Authentication);
        trace.Endpoint("security/bot-detector", EndpointStages.BotDetector);
        trace.Server("modifier/lua-endpoint", ServerStages.Scripts);
        trace.Server("security/http", ServerStages.Security);
        trace.Server("plugin/http-server", ServerStages.HttpServerPlugins);
        trace.Server("security/cors", ServerStages.Cors);
        return trace;
    }
}
