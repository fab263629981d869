using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>Features of the chapter with one another.</summary>
public sealed class InterplayTests
{
    private const string FlatmapAndStatic = """
        "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["a"]}],"static":{"strategy":"incomplete","data":{"s":1}}}}
        """;

    [Theory, Spec("MAN-054", "MAN-113", "MAN-083")]
    [InlineData("", """{"a":1,"s":1}""")]
    [InlineData(""" ,"output_encoding":"xml" """, "<doc><a>1</a><s>1</s></doc>")]
    public async Task A_partial_answer_skips_the_flatmap_but_neither_static_data_nor_the_render(string endpoint, string expected)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(FlatmapAndStatic + endpoint, "", ""), upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "{}", 500));

        var answer = await pipe.GetAsync("/x");

        Assert.Equal((200, expected, "false"), (answer.Status, answer.Body, answer.Completed));
    }

    [Fact, Spec("MAN-100", "MAN-053")]
    public async Task Error_details_are_a_success_for_everything_above_the_backend_but_leave_the_answer_incomplete()
    {
        var seen = new List<(bool HasError, bool IsComplete)>();
        var plugins = new PluginRegistry();
        plugins.Backend("test/breaker", BackendStages.CircuitBreaker, (_, _, _) => new Witness(seen));
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(FlatmapAndStatic, "", """ "extra_config":{"test/breaker":{},"backend/http":{"return_error_details":"e"}} """),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "", 503), new TestGatewayOptions { Plugins = plugins });

        (await pipe.GetAsync("/x")).IsData("""{"error_e":{"http_body_encoding":"application/json","http_status_code":503},"s":1}""", completed: false);
        Assert.Equal([(false, false)], seen);
    }

    [Fact, Spec("MAN-114", "MAN-116")]
    public async Task What_stands_above_static_data_works_on_it()
    {
        var seen = new List<(bool HasError, bool IsComplete)>();
        var keys = new List<string>();
        var plugins = new PluginRegistry();
        plugins.Proxy("test/above", ProxyStages.Policies, (_, _, _) => new Witness(seen, keys));
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "extra_config":{"test/above":{},"proxy":{"static":{"strategy":"errored","data":{"s":1}}}} """, "", ""),
            upstream => upstream.OnAny(DataPipe.Bytes([], 500)), new TestGatewayOptions { Plugins = plugins });

        (await pipe.GetAsync("/x")).IsData("""{"s":1}""", completed: false);
        Assert.Equal([(true, false)], seen);
        Assert.Equal(["s"], keys);
    }

    [Fact, Spec("MAN-053")]
    public async Task A_shadow_is_no_second_backend_for_the_flatmap()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["a"]}]}} """, "", """ "extra_config":{"proxy":{"shadow":true}} """),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", """{"b":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""");
        await Wait.UntilAsync(() => pipe.Upstream.ReceivedAt("/b1").Count == 1, static () => "the shadow was never called");
    }

    [Theory, Spec("MAN-013", "MAN-062")]
    [InlineData("""{"b":1}""", """{"a":1,"b":1}""", true)]
    [InlineData("null", """{"a":1}""", false)]
    public async Task Concurrent_calls_and_a_merge(string second, string expected, bool completed)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "concurrent_calls":3 """, "", ""), upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", second));

        (await pipe.GetAsync("/x")).IsData(expected, completed);
    }

    [Fact, Spec("MAN-009", "MAN-005")]
    public async Task Answers_that_race_with_the_deadline_are_whole_or_missing()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "timeout":"200ms" """, "", """ "group":"late" """, """ "group":"later" """),
            upstream => upstream.Answer("/b0", """{"a":[1,2,{"z":1,"y":2}]}""")
                .AnswerAfter(TimeSpan.FromMilliseconds(165), "/b1", """{"b":[3],"a":"<"}""")
                .AnswerAfter(TimeSpan.FromMilliseconds(172), "/b2", """{"d":4,"c":"é"}"""));
        const string First = """{"a":[1,2,{"y":2,"z":1}]""";
        const string Late = ""","late":{"a":"\u003c","b":[3]}""";
        const string Later = ""","later":{"c":"é","d":4}""";
        string[] possible = [First + "}", First + Late + "}", First + Later + "}", First + Late + Later + "}"];

        await Parallel.ForEachAsync(Enumerable.Range(0, 120), new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (_, _) =>
        {
            var answer = await pipe.GetAsync("/x");

            // A machine that is busy for the whole time may leave nothing at all to merge.
            if (answer.Status == 500 && answer.Body.StartsWith("context deadline exceeded", StringComparison.Ordinal))
                return;
            Assert.Contains(answer.Body, possible);
            Assert.Equal(answer.Body == possible[3] ? "true" : "false", answer.Completed);
        });
    }

    [Theory, Spec("MAN-008", "MAN-006")]
    [InlineData(false, "refused")]
    [InlineData(true, "internal server error")]
    public async Task A_component_that_rejects_one_backend_fails_that_backend_alone(bool isThrown, string text)
    {
        var plugins = new PluginRegistry();
        plugins.Backend("test/refuse", BackendStages.RateLimit, (_, _, _) => new Refusing(isThrown));
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("", "", """ "extra_config":{"test/refuse":{}} """),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", """{"b":1}"""), new TestGatewayOptions { Plugins = plugins });

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""", completed: false);
        await pipe.Gateway.WaitForLogAsync($"ERROR: [ENDPOINT: /x] Error #0: {text}");
        Assert.Empty(pipe.Upstream.ReceivedAt("/b1"));
    }

    private sealed class Refusing(bool isThrown) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
            isThrown ? throw new InvalidOperationException("a fault") : new(new GatewayError(GatewayErrorKind.Rejected, "refused", 429));
    }

    private sealed class Witness(List<(bool HasError, bool IsComplete)> seen, List<string>? keys = null) : IProxyMiddleware
    {
        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var result = await next(request, cancellationToken);
            seen.Add((result.Error is not null, result.Response is { IsComplete: true }));
            keys?.AddRange(result.Response?.Data?.Tree.Members.Keys ?? Enumerable.Empty<string>());
            return result;
        }
    }
}
