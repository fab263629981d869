using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Kinds;

/// <summary>Where the kinds stand among other components ("Order of execution and interplay").</summary>
public sealed class KindInterplayTests
{
    private const string Modifiers = "\"plugin/req-resp-modifier\":{\"name\":[\"in\",\"out\"]}";
    private const string Middleware = "\"plugin/middleware\":{\"name\":[\"mw\"]}";

    [Fact, Spec("EXT-048", "EXT-054")]
    public async Task Every_kind_has_its_place_among_the_components_of_its_layer()
    {
        var trace = Traced();
        trace.Server("security/cors", ServerStages.Cors);
        trace.Server("security/http", ServerStages.Security);
        trace.Proxy("validation/json-schema", ProxyStages.RequestValidation);
        trace.Proxy("validation/cel", ProxyStages.Merge.Before());
        trace.Backend("backend/graphql", BackendStages.Protocol);
        trace.Backend("qos/circuit-breaker", BackendStages.CircuitBreaker);
        trace.Backend("qos/ratelimit/proxy", BackendStages.RateLimit);
        trace.Backend("modifier/jmespath", BackendStages.Response);
        trace.Client("modifier/martian", ClientStages.Martian);
        await using var rig = await Rig.StartAsync($$$"""
            {"endpoint":"/a","extra_config":{"validation/json-schema":{},"validation/cel":[],{{{Modifiers}}},{{{Middleware}}} },"backend":[{"url_pattern":"/b","extra_config":{
              "backend/graphql":{},"qos/circuit-breaker":{},"qos/ratelimit/proxy":{},"modifier/jmespath":{},"modifier/martian":{},
              {{{Modifiers}}},{{{Middleware}}},"plugin/http-client":{"name":"client"} } }]}
            """, "\"extra_config\":{\"security/cors\":{},\"security/http\":{},\"plugin/http-server\":{\"name\":[\"handler\"]}}", new() { Plugins = trace.Plugins });

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);
        await Wait.UntilAsync(() => trace.Entries.Contains("<security/cors"), () => string.Join(' ', trace.Entries));

        Assert.Equal(
            [
                ">security/cors", ">handler", ">security/http", ">validation/json-schema", ">mw", ">in", ">validation/cel",
                ">backend/graphql", ">in", ">qos/circuit-breaker", ">qos/ratelimit/proxy", ">mw", ">modifier/jmespath", ">modifier/martian", ">client",
                "<client", "<modifier/martian", "<modifier/jmespath", "<mw", "<qos/ratelimit/proxy", "<qos/circuit-breaker", "<out", "<backend/graphql",
                "<validation/cel", "<out", "<mw", "<validation/json-schema", "<security/http", "<handler", "<security/cors",
            ], trace.Entries);
    }

    [Fact, Spec("RTE-186", "EXT-048")]
    public async Task A_shadow_runs_the_kinds_of_its_backends_and_those_of_the_endpoint_run_once()
    {
        var trace = Traced();
        await using var rig = await Rig.StartAsync($$$"""
            {"endpoint":"/a","extra_config":{{{{Modifiers}}} },"backend":[{"url_pattern":"/b"},
              {"url_pattern":"/shadow","extra_config":{"proxy":{"shadow":true},{{{Middleware}}} } }]}
            """, options: new() { Plugins = trace.Plugins });

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);
        await Wait.UntilAsync(() => trace.Entries.Length == 4, () => string.Join(' ', trace.Entries));

        Assert.Equal(["<mw", "<out", ">in", ">mw"], trace.Entries.Order(StringComparer.Ordinal));
    }

    [Fact, Spec("EXT-047", "MAN-116")]
    public async Task Static_data_overrides_what_modifiers_made_and_answers_for_their_failures()
    {
        var plugins = new PluginRegistry();
        plugins.ResponseModifier("mark", static (_, _, _) => new ResponseProbe(static (_, response) => response.Mark("fixed", "modifier")));
        plugins.ResponseModifier("fail", static (_, _, _) => new ResponseProbe(static (_, _, _) => new(new GatewayError(GatewayErrorKind.Rejected, "no", 418))));
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/mark","extra_config":{"proxy":{"static":{"strategy":"always","data":{"fixed":"static"}}},"plugin/req-resp-modifier":{"name":["mark"]}},"backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/fail","extra_config":{"proxy":{"static":{"strategy":"errored","data":{"fixed":"static"}}},"plugin/req-resp-modifier":{"name":["fail"]}},"backend":[{"url_pattern":"/b"}]}
            """, options: new() { Plugins = plugins });

        Assert.Equal("""{"fixed":"static","target":"/b"}""", (await rig.GetAsync("/mark")).Body);
        var failed = await rig.GetAsync("/fail");
        Assert.Equal((200, """{"fixed":"static"}""", "false"), (failed.Status, failed.Body, failed["X-Krakend-Completed"]));
    }

    [Fact, Spec("EXT-046")]
    public async Task A_backends_modifiers_fail_outside_of_the_circuit_breaker_and_its_middlewares_inside()
    {
        var counted = 0;
        var plugins = new PluginRegistry();
        plugins.Backend("qos/circuit-breaker", BackendStages.CircuitBreaker, (_, _, _) => new ProxyProbe(async (request, next, token) =>
        {
            var result = await next(request, token);
            counted += result.Error is null ? 0 : 1;
            return result;
        }));
        plugins.RequestModifier("fail", static (_, _, _) => new RequestProbe(static (_, _) => new(new GatewayError(GatewayErrorKind.Rejected, "no"))));
        plugins.Middleware("fail", static (_, _, _) => new ProxyProbe(static (_, _, _) => new(new GatewayError(GatewayErrorKind.Rejected, "no"))));
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/modifier","backend":[{"url_pattern":"/b","extra_config":{"qos/circuit-breaker":{},"plugin/req-resp-modifier":{"name":["fail"]}}}]},
            {"endpoint":"/middleware","backend":[{"url_pattern":"/b","extra_config":{"qos/circuit-breaker":{},"plugin/middleware":{"name":["fail"]}}}]}
            """, options: new() { Plugins = plugins });

        await rig.GetAsync("/modifier");
        Assert.Equal(0, counted);
        await rig.GetAsync("/middleware");
        Assert.Equal(1, counted);
    }

    private static Trace Traced()
    {
        var trace = new Trace();
        trace.Plugins.HttpServer("handler", (_, _, _) => new HttpProbe(async (context, next) =>
        {
            trace.Add(">handler");
            await next(context);
            trace.Add("<handler");
        }));
        trace.Plugins.HttpClient("client", (_, _, _) => new ClientProbe(async (request, next, token) =>
        {
            trace.Add(">client");
            var result = await next(request, token);
            trace.Add("<client");
            return result;
        }));
        trace.Plugins.Middleware("mw", (_, _, _) => new ProxyProbe(async (request, next, token) =>
        {
            trace.Add(">mw");
            var result = await next(request, token);
            trace.Add("<mw");
            return result;
        }));
        trace.Plugins.RequestModifier("in", (_, _, _) => new RequestProbe(_ => trace.Add(">in")));
        trace.Plugins.ResponseModifier("out", (_, _, _) => new ResponseProbe((_, _) => trace.Add("<out")));
        return trace;
    }
}
