using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Routing;

public sealed class EndpointTests
{
    [Fact, Spec("RTE-001")]
    public async Task An_endpoint_with_one_backend_serves_GET_with_all_defaults()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a","backend":[{"url_pattern":"/b"}]}""");

        var reply = await rig.GetAsync("/a?q=1", "X-Foo: 1");

        Assert.Equal(200, reply.Status);
        Assert.Equal("""{"target":"/b"}""", reply.Body);
        Assert.Equal("application/json; charset=utf-8", reply["Content-Type"]);
        Assert.Null(reply["Cache-Control"]);
        Assert.Null(rig.Last.Header("X-Foo"));
        Assert.Equal("GET", rig.Last.Method);
    }

    [Fact, Spec("RTE-002")]
    public async Task One_path_serves_every_declared_verb_with_its_own_backends()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","backend":[{"url_pattern":"/get"}]},
            {"endpoint":"/a","method":"post","backend":[{"url_pattern":"/post"}]},
            {"endpoint":"/a","method":"PUT","backend":[{"url_pattern":"/put"}]},
            {"endpoint":"/a","method":"PATCH","backend":[{"url_pattern":"/patch"}]},
            {"endpoint":"/a","method":"DELETE","backend":[{"url_pattern":"/delete"}]}
            """);

        foreach (var method in new[] { "GET", "POST", "PUT", "PATCH", "DELETE" })
        {
            var reply = await rig.SendAsync(method, "/a");

            Assert.Equal(200, reply.Status);
            Assert.Equal((method, "/" + method.ToLowerInvariant()), (rig.Last.Method, rig.Last.Target));
        }
    }

    [Fact, Spec("RTE-003")]
    public async Task An_endpoint_of_another_verb_is_left_out_and_the_others_are_served()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/odd","method":"TRACE","backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/a","backend":[{"url_pattern":"/b"}]}
            """);

        Assert.Contains(rig.Gateway.Diagnostics.All, static d => d.Message.Contains("Unsupported method TRACE", StringComparison.Ordinal));
        Assert.Equal(404, (await rig.SendAsync("TRACE", "/odd")).Status);
        Assert.Equal(404, (await rig.GetAsync("/odd")).Status);
        Assert.Equal(200, (await rig.GetAsync("/a")).Status);
    }

    [Theory, Spec("RTE-004")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public async Task A_GET_endpoint_serves_neither_HEAD_nor_OPTIONS(string method)
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a","backend":[{"url_pattern":"/b"}]}""");

        Assert.Equal(405, (await rig.SendAsync(method, "/a")).Status);
        Assert.Empty(rig.Upstream.Received);
    }

    [Fact, Spec("RTE-005")]
    public async Task Two_endpoints_of_one_method_and_path_are_refused_by_name()
    {
        var refusal = await Rig.RefusalAsync("""
            {"endpoint":"/a/{id}","method":"PUT","backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/a/{id}","method":"put","backend":[{"url_pattern":"/c"}]}
            """);

        Assert.Contains("PUT /a/{id}", refusal, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-006")]
    public async Task A_path_gets_its_leading_slash_and_stays_otherwise_as_written()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"foo","backend":[{"url_pattern":"/foo"}]},
            {"endpoint":"","backend":[{"url_pattern":"/root"}]},
            {"endpoint":"/x//Y","backend":[{"url_pattern":"/double"}]}
            """, Rig.Router("""{"disable_redirect_fixed_path":true,"disable_redirect_trailing_slash":true}"""));

        Assert.Equal("/foo", await rig.TargetOfAsync("/foo"));
        Assert.Equal("/root", await rig.TargetOfAsync("/"));
        Assert.Equal("/double", await rig.TargetOfAsync("/x//Y"));
        Assert.Equal(404, (await rig.GetAsync("/x/Y")).Status);
        Assert.Equal(404, (await rig.GetAsync("/x//y")).Status);
    }

    [Theory, Spec("RTE-007")]
    [InlineData("/__debug")]
    [InlineData("/__debug/x")]
    [InlineData("/__echo/{a}")]
    [InlineData("/__health")]
    [InlineData("/__stats/x")]
    public async Task Reserved_paths_are_refused(string path)
    {
        var refusal = await Rig.RefusalAsync($$"""{"endpoint":"{{path}}","method":"POST","backend":[{"url_pattern":"/b"}]}""");

        Assert.Contains($"ignoring the 'POST {path}' endpoint, since it is invalid!!!", refusal, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-007")]
    public async Task A_reserved_name_deeper_in_a_path_and_a_renamed_health_path_are_free()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/foo/__health","backend":[{"url_pattern":"/deep"}]},
            {"endpoint":"/__health","backend":[{"url_pattern":"/mine"}]},
            {"endpoint":"/__healthy","backend":[{"url_pattern":"/other"}]}
            """, Rig.Router("""{"health_path":"/status"}"""));

        Assert.Equal("/deep", await rig.TargetOfAsync("/foo/__health"));
        Assert.Equal("/mine", await rig.TargetOfAsync("/__health"));
        Assert.Equal("/other", await rig.TargetOfAsync("/__healthy"));
        Assert.Contains("\"status\":\"ok\"", (await rig.GetAsync("/status")).Body, StringComparison.Ordinal);
    }

    [Theory, Spec("RTE-008", "RTE-240")]
    [InlineData("/a*b")]
    [InlineData("/abc*")]
    [InlineData("/*/x")]
    [InlineData("/*")]
    [InlineData("/*/a/*")]
    [InlineData("/v1/*/foo/*")]
    [InlineData("/{foo}/bar/*")]
    [InlineData("/{foo}/{bar}/*")]
    public async Task A_star_that_is_no_final_wildcard_is_refused(string path)
    {
        var refusal = await Rig.RefusalAsync($$"""{"endpoint":"{{path}}","backend":[{"url_pattern":"/b"}]}""");

        Assert.Contains($"ignoring the 'GET {path}' endpoint, since it is invalid!!!", refusal, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-009")]
    public async Task An_endpoint_without_backends_is_refused()
    {
        var refusal = await Rig.RefusalAsync("""{"endpoint":"/a","backend":[]}""");

        Assert.Contains("ignoring the 'GET /a' endpoint, since it has 0 backends defined!", refusal, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-010")]
    public async Task Another_version_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(static () => TestGateway.StartAsync("""{"version":2,"endpoints":[]}"""));

        Assert.Contains("unsupported version: 2 (want: 3)", refusal.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-011")]
    public async Task An_endpoint_of_shadows_only_answers_a_bare_500_and_the_others_are_served()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/shadow","backend":[{"url_pattern":"/b","extra_config":{"proxy":{"shadow":true}}}]},
            {"endpoint":"/a","backend":[{"url_pattern":"/b"}]}
            """);

        var reply = await rig.GetAsync("/shadow");

        Assert.Equal((500, ""), (reply.Status, reply.Body));
        Assert.Null(reply["X-Krakend"]);
        Assert.Equal(200, (await rig.GetAsync("/a")).Status);
        await rig.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /shadow]");
        await rig.Gateway.WaitForLogAsync("all endpoints must have at least one backend");
    }

    [Theory, Spec("RTE-011")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_component_that_cannot_be_built_takes_only_its_endpoint_down(bool throws)
    {
        var plugins = new PluginRegistry();
        plugins.Proxy("validation/cel", ProxyStages.Policies, (config, _, faults) =>
        {
            if (throws)
                throw new InvalidOperationException("the expression is broken");
            faults.Error(config.Position, "check_expr", "the expression is broken");
            return null;
        });
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/broken","backend":[{"url_pattern":"/b"}],"extra_config":{"validation/cel":[{"check_expr":"("}]}},
            {"endpoint":"/a","backend":[{"url_pattern":"/b"}]}
            """, options: new TestGatewayOptions { Plugins = plugins });

        var reply = await rig.GetAsync("/broken");

        Assert.Equal((500, ""), (reply.Status, reply.Body));
        Assert.Equal(200, (await rig.GetAsync("/a")).Status);
        await rig.Gateway.WaitForLogAsync("the expression is broken");
        Assert.Single(rig.Upstream.Received);
    }

    [Fact, Spec("RTE-012")]
    public async Task The_output_encoding_is_json_when_absent_or_unknown()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/absent","backend":[{"url_pattern":"/b","encoding":"string"}]},
            {"endpoint":"/unknown","output_encoding":"nonsense","backend":[{"url_pattern":"/b","encoding":"string"}]},
            {"endpoint":"/several","output_encoding":"nonsense","backend":[{"url_pattern":"/b","group":"x"},{"url_pattern":"/c","group":"y"}]}
            """);

        const string asText = """{"content":"{\"target\":\"/b\"}"}""";
        Assert.Equal(asText, (await rig.GetAsync("/absent")).Body);
        Assert.Equal(asText, (await rig.GetAsync("/unknown")).Body);
        Assert.Equal("""{"x":{"target":"/b"},"y":{"target":"/c"}}""", (await rig.GetAsync("/several")).Body);
        Assert.Contains(rig.Gateway.Diagnostics.All, static d => d.Path.Contains("output_encoding", StringComparison.Ordinal));
    }

    [Fact, Spec("RTE-013")]
    public async Task The_debug_log_lists_what_is_built()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/p","backend":[{"url_pattern":"/b"},{"url_pattern":"/c"}]},
            {"endpoint":"/s","backend":[{"url_pattern":"/b"},{"url_pattern":"/c"},{"url_pattern":"/d"}],"extra_config":{"proxy":{"sequential":true}}}
            """);

        await rig.Gateway.WaitForLogAsync("DEBUG: [ENDPOINT: /p] Building the proxy pipe");
        await rig.Gateway.WaitForLogAsync("DEBUG: [BACKEND: /b] Building the backend pipe");
        await rig.Gateway.WaitForLogAsync("DEBUG: [ENDPOINT: /p][Merge] Backends: 2, merger: parallel, combiner: default");
        await rig.Gateway.WaitForLogAsync("DEBUG: [ENDPOINT: /s][Merge] Backends: 3, merger: sequential, combiner: default");
        await rig.Gateway.WaitForLogAsync("DEBUG: [ENDPOINT: /s] Building the http handler");
    }

    [Fact, Spec("RTE-014")]
    public async Task Each_of_many_endpoints_is_found()
    {
        await using var rig = await Rig.StartAsync(string.Join(',', Enumerable.Range(0, 2000).Select(static i => $$"""{"endpoint":"/e{{i}}/{id}","backend":[{"url_pattern":"/b{{i}}/{id}"}]}""")));

        foreach (var i in new[] { 0, 777, 1999 })
            Assert.Equal($"/b{i}/x", await rig.TargetOfAsync($"/e{i}/x"));
        Assert.Equal(404, (await rig.GetAsync("/e2000/x")).Status);
    }
}
