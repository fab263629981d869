using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary><c>proxy.static</c>.</summary>
public sealed class StaticResponseTests
{
    private const string Dead = """{"host":["http://127.0.0.1:11"],"url_pattern":"/"}""";

    [Fact, Spec("MAN-109")]
    public async Task Root_keys_are_set_whole_and_the_others_stay() =>
        (await DataPipe.OneAsync("""{"a":{"x":1},"b":2}""", "", Static("always", """{"a":{"y":2},"c":[1.0,{"z":1,"k":null}]}""")))
            .IsData("""{"a":{"y":2},"b":2,"c":[1.0,{"k":null,"z":1}]}""");

    [Fact, Spec("MAN-109", "MAN-002")]
    public async Task They_are_set_in_a_merge()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Static("success", """{"b":"<s>","d":4}"""), "", """ "encoding":"xml" """, """ "group":"g" """),
            upstream => upstream.Answer("/b0", """{"b":2,"a":1e400}""").Answer("/b1", "<x>1</x>").Answer("/b2", "{}"));

        (await pipe.GetAsync("/x")).IsData("""{"a":1e400,"b":"\u003cs\u003e","d":4,"g":{},"x":"1"}""");
    }

    /// <summary>What each strategy does with each outcome.</summary>
    public static TheoryData<string, string, string, bool> Outcomes()
    {
        // Outcome: complete, partial, failed; per strategy whether it matches.
        (string Strategy, bool Complete, bool Partial, bool Failed)[] table =
        [
            ("always", true, true, true),
            ("success", true, false, false),
            ("complete", true, false, false),
            ("errored", false, true, true),
            ("incomplete", false, true, true),
            ("nonsense", true, true, true),
        ];
        var rows = new TheoryData<string, string, string, bool>();
        foreach (var (strategy, complete, partial, failed) in table)
        {
            rows.Add(strategy, "complete", complete ? """{"a":1,"b":2,"s":1}""" : """{"a":1,"b":2}""", true);
            rows.Add(strategy, "partial", partial ? """{"a":1,"s":1}""" : """{"a":1}""", false);
            rows.Add(strategy, "failed", failed ? """{"s":1}""" : "", false);
        }
        return rows;
    }

    [Theory, MemberData(nameof(Outcomes)), Spec("MAN-110", "MAN-111", "MAN-112", "MAN-113", "MAN-114", "MAN-115", "MAN-118")]
    public async Task A_strategy_matches_its_outcomes(string strategy, string outcome, string expected, bool completed)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Static(strategy, """{"s":1}""") + ""","cache_ttl":"60s" """, "", ""),
            upstream => upstream.Answer("/b0", """{"a":1}""", outcome == "failed" ? 500 : 200).Answer("/b1", """{"b":2}""", outcome == "complete" ? 200 : 404));

        var answer = await pipe.GetAsync("/x");

        if (expected.Length == 0)
        {
            Assert.Equal(500, answer.Status);
            return;
        }
        answer.IsData(expected, completed);
        Assert.Equal(completed ? "public, max-age=60" : null, answer.CacheControl);
    }

    [Fact, Spec("MAN-113", "MAN-114")]
    public async Task Two_dead_backends_give_exactly_the_static_object_and_are_logged()
    {
        await using var gateway = await TestGateway.StartAsync(
            $$$"""{"version":3,"endpoints":[{"endpoint":"/x",{{{Static("errored", """{"errors_happened":{"why":"dead"}}""")}}},"backend":[{{{Dead}}},{{{Dead}}}]}]}""", "");

        using var response = await gateway.Client.GetAsync("/x");

        Assert.Equal("""{"errors_happened":{"why":"dead"}}""", await response.Content.ReadAsStringAsync());
        Assert.Equal((200, "false"), ((int)response.StatusCode, response.Headers.GetValues("X-Krakend-Completed").Single()));
        await gateway.WaitForLogAsync("ERROR: [ENDPOINT: /x] Error #0: ");
        await gateway.WaitForLogAsync("ERROR: [ENDPOINT: /x] Error #1: ");
    }

    [Theory, Spec("MAN-110", "MAN-114")]
    [InlineData("always")]
    [InlineData("errored")]
    [InlineData("incomplete")]
    public async Task A_single_failed_backend_becomes_a_200(string strategy)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", Static(strategy, """{"s":1}""")), upstream => upstream.Answer("/b", "nope"));

        (await pipe.GetAsync("/x")).IsData("""{"s":1}""", completed: false);
        await pipe.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /x] invalid character 'o' in literal null");
    }

    [Theory, Spec("MAN-115", "MAN-112", "MAN-093")]
    [InlineData("{}", "", "complete", """{"s":1}""", true)]
    [InlineData("{}", "", "incomplete", "{}", false)]
    [InlineData("""{"a":1}""", """ "allow":["b"] """, "complete", """{"s":1}""", true)]
    [InlineData("null", "", "always", """{"s":1}""", true)]
    [InlineData("null", "", "complete", """{"s":1}""", true)]
    [InlineData("no json", """ "encoding":"no-op" """, "complete", """{"s":1}""", true)]
    public async Task A_complete_but_empty_answer_becomes_complete_with_keys(string body, string backend, string strategy, string expected, bool completed) =>
        (await DataPipe.OneAsync(body, backend, Static(strategy, """{"s":1}"""))).IsData(expected, completed);

    [Fact, Spec("MAN-116")]
    public async Task Injection_follows_the_merge_and_the_flatmap()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("""
                "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["a"]},{"type":"move","args":["s","moved"]}],"static":{"strategy":"always","data":{"a":9,"s":1}}}}
                """, "", ""), upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", """{"b":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":9,"b":1,"s":1}""");
    }

    [Theory, Spec("MAN-110", "MAN-114")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_covers_components_below_that_refuse_or_throw(bool isThrown)
    {
        var plugins = new PluginRegistry();
        plugins.Proxy("test/break", ProxyStages.Static.After(), (_, _, _) => new Broken(isThrown));
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "extra_config":{"test/break":{},"proxy":{"static":{"strategy":"errored","data":{"s":1}}}} """),
            upstream => upstream.Answer("/b", "{}"), new TestGatewayOptions { Plugins = plugins });

        (await pipe.GetAsync("/x")).IsData("""{"s":1}""", completed: false);
        await pipe.Gateway.WaitForLogAsync($"ERROR: [ENDPOINT: /x] {(isThrown ? "internal server error" : "refused")}");
        Assert.Empty(pipe.Upstream.Received);
    }

    [Fact, Spec("MAN-114", "MAN-113")]
    public async Task A_timeout_becomes_the_static_answer()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", Static("errored", """{"s":1}""") + ""","timeout":"200ms" """), upstream => upstream.AnswerAfter(TimeSpan.FromSeconds(30), "/b", "{}"));

        (await pipe.GetAsync("/x")).IsData("""{"s":1}""", completed: false);
        await pipe.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /x] context deadline exceeded");
    }

    [Theory, Spec("MAN-117")]
    [InlineData("always")]
    [InlineData("success")]
    public async Task A_no_op_answer_is_passed_as_it_is_and_reported_at_load(string strategy)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", Static(strategy, """{"s":1}""") + ""","output_encoding":"no-op" """), upstream => upstream.Answer("/b", "text", 404, "text/plain"));

        var answer = await pipe.GetAsync("/x");

        Assert.Equal((404, "text", "text/plain", "false"), (answer.Status, answer.Body, answer.ContentType, answer.Completed));
        Assert.Contains(pipe.Gateway.Diagnostics.All, static d => d.Severity == ConfigSeverity.Warning
            && d.Message == "static data is not shown by an endpoint with the output encoding no-op");
    }

    [Theory, Spec("MAN-117")]
    [InlineData("always", 200)]
    [InlineData("errored", 200)]
    [InlineData("incomplete", 200)]
    [InlineData("success", 500)]
    public async Task A_failed_no_op_endpoint_is_an_empty_200_when_the_strategy_matches(string strategy, int status)
    {
        await using var gateway = await TestGateway.StartAsync(
            $$$"""{"version":3,"endpoints":[{"endpoint":"/x","output_encoding":"no-op",{{{Static(strategy, """{"s":1}""")}}},"backend":[{{{Dead}}}]}]}""");

        using var response = await gateway.Client.GetAsync("/x");

        Assert.Equal((status, "", "false"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.GetValues("X-Krakend-Completed").Single()));
    }

    [Fact, Spec("MAN-118")]
    public async Task A_missing_strategy_is_always_and_the_load_is_logged()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "extra_config":{"proxy":{"static":{"data":{"s":1}}}} """), upstream => upstream.Answer("/b", "{}"));

        (await pipe.GetAsync("/x")).IsData("""{"s":1}""");
        Assert.Contains("""DEBUG: [ENDPOINT: /x][Static] Adding a static response using '""", pipe.Gateway.Log, StringComparison.Ordinal);
        Assert.Contains("""' strategy. Data: {"s":1}""", pipe.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("MAN-118")]
    [InlineData("""{"strategy":"always"}""")]
    [InlineData("""{"strategy":"always","data":[1]}""")]
    [InlineData("""{"strategy":"always","data":"text"}""")]
    [InlineData("""{"strategy":"always","data":null}""")]
    public async Task Without_an_object_there_is_no_static_answer(string value) =>
        (await DataPipe.OneAsync("""{"a":1}""", "", $$$""" "extra_config":{"proxy":{"static":{{{value}}} }} """)).IsData("""{"a":1}""");

    [Fact, Spec("MAN-119")]
    public async Task What_a_later_component_changes_does_not_reach_the_next_request()
    {
        var plugins = new PluginRegistry();
        plugins.Proxy("test/change", ProxyStages.Static.Before(), static (_, _, _) => new Changing());
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "extra_config":{"test/change":{},"proxy":{"static":{"strategy":"always","data":{"s":{"list":[]}}}}} """),
            upstream => upstream.Answer("/b", "{}"), new TestGatewayOptions { Plugins = plugins });

        for (var i = 0; i < 3; i++)
            (await pipe.GetAsync("/x")).IsData("""{"s":{"list":["changed"]}}""");
    }

    [Fact, Spec("MAN-116", "MAN-083")]
    public async Task Static_data_is_rendered_in_any_encoding()
    {
        (await DataPipe.OneAsync("nope", "", Static("errored", """{"collection":[1,{"b":1,"a":2}]}""") + ""","output_encoding":"json-collection" """)).IsData("""[1,{"a":2,"b":1}]""", completed: false);
        (await DataPipe.OneAsync("nope", "", Static("errored", """{"content":"sorry"}""") + ""","output_encoding":"string" """)).HasText("sorry");
        (await DataPipe.OneAsync("nope", "", Static("errored", """{"e":{"-c":1}}""") + ""","output_encoding":"xml" """)).HasXml("<e c=\"1\"/>");
    }

    private static string Static(string strategy, string data) => $$$""" "extra_config":{"proxy":{"static":{"strategy":"{{{strategy}}}","data":{{{data}}} } }} """;

    private sealed class Broken(bool isThrown) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
            isThrown ? throw new InvalidOperationException("a fault") : new(new GatewayError(GatewayErrorKind.Rejected, "refused", 403));
    }

    private sealed class Changing : IProxyMiddleware
    {
        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var result = await next(request, cancellationToken);
            var list = (DataArray)((DataObject)result.Response!.Data!.Tree["s"]!)["list"]!;
            list.Items.Add(new DataString("changed"));
            return result;
        }
    }
}
