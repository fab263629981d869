using System.Text;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>What several backends of one endpoint are sent, and how they are strung together.</summary>
public sealed class MergeRequestTests
{
    private const string Sequential = """ "extra_config":{"proxy":{"sequential":true}} """;

    [Theory, Spec("MAN-014")]
    [InlineData(10)]
    [InlineData(300_000)]
    public async Task Both_unsafe_backends_receive_the_whole_body(int length)
    {
        var body = string.Concat(Enumerable.Repeat("é", length));
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "method":"POST","input_headers":["Content-Type"] """, "", ""),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", """{"b":1}"""));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/x") { Content = new StringContent(body, Encoding.UTF8, "text/plain") };

        (await pipe.SendAsync(request)).IsData("""{"a":1,"b":1}""");

        Assert.Equal([body, body], pipe.Upstream.Received.Select(static r => r.Body));
        Assert.All(pipe.Upstream.Received, static r => Assert.Equal("POST", r.Method));
    }

    [Theory, Spec("MAN-014")]
    [InlineData("POST", "")]
    [InlineData("GET", ",\"force_sandboxed_request\":true")]
    public async Task Changes_to_headers_for_one_backend_are_not_seen_by_the_other(string method, string proxy)
    {
        var plugins = new PluginRegistry();
        plugins.Backend("test/header", BackendStages.Policies, static (_, _, _) => new Stamp());
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many($$$""" "method":"{{{method}}}","input_headers":["X-Mine"],"extra_config":{"proxy":{"sequential":true{{{proxy}}} }} """, """ "extra_config":{"test/header":{}} """, ""),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", """{"b":1}"""), new TestGatewayOptions { Plugins = plugins });

        await pipe.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/x"), ("X-Mine", "client"));

        Assert.Equal("stamped", pipe.Upstream.ReceivedAt("/b0").Single().Header("X-Mine"));
        Assert.Equal("client", pipe.Upstream.ReceivedAt("/b1").Single().Header("X-Mine"));
    }

    [Fact, Spec("MAN-016")]
    public async Task A_sequence_merges_in_list_order()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Sequential + ""","timeout":"20s" """, "", ""),
            upstream => upstream.AnswerAfter(TimeSpan.FromMilliseconds(200), "/b0", """{"x":{"a":1},"k":1}""").Answer("/b1", """{"x":{"b":2}}"""));

        (await pipe.GetAsync("/x")).IsData("""{"k":1,"x":{"b":2}}""");
        Assert.Equal(["/b0", "/b1"], pipe.Upstream.Received.Select(static r => r.Target));
    }

    [Fact, Spec("MAN-016")]
    public async Task A_sequence_whose_first_backend_fails_returns_its_error_as_is()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Sequential, "", ""), upstream => upstream.Answer("/b0", "{}", 404).Answer("/b1", """{"b":1}"""));

        (await pipe.GetAsync("/x")).IsError($"invalid status code 404 [GET /b0]: {pipe.Upstream.Host}/b0");
        Assert.Empty(pipe.Upstream.ReceivedAt("/b1"));
    }

    [Fact, Spec("MAN-016", "MAN-006")]
    public async Task A_sequence_whose_later_backend_fails_returns_what_there_is()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Sequential, "", "", ""),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "{}", 500).Answer("/b2", """{"c":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""", completed: false);
        Assert.Empty(pipe.Upstream.ReceivedAt("/b2"));
        await pipe.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /x] Error #0: invalid status code 500 [GET /b1]");
    }

    [Fact, Spec("MAN-013", "MAN-016")]
    public async Task A_null_document_does_not_stop_a_sequence()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Sequential, "", "", ""),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "null").Answer("/b2", """{"c":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":1,"c":1}""", completed: false);
    }

    [Fact, Spec("MAN-034", "MAN-029")]
    public async Task A_sequence_reads_the_names_that_the_manipulation_made()
    {
        await using var pipe = await DataPipe.StartAsync(
            """
            {"version":3,"endpoints":[{"endpoint":"/x","extra_config":{"proxy":{"sequential":true}},"backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/b0","deny":["secret"],"mapping":{"id":"key"},"group":"g"},
              {"host":["$UPSTREAM"],"url_pattern":"/b1/{resp0_g.key}?s={resp0_g.secret}"}]}]}
            """,
            upstream => upstream.Answer("/b0", """{"id":12345678901234567890,"secret":"s"}""").OnAny(DataPipe.Bytes("""{"b":1}"""u8.ToArray())));

        (await pipe.GetAsync("/x")).IsData("""{"b":1,"g":{"key":12345678901234567890}}""");

        var target = pipe.Upstream.Received[1].Target;
        Assert.StartsWith("/b1/12345678901234567890?", target, StringComparison.Ordinal);
        Assert.DoesNotContain("s=s", target, StringComparison.Ordinal);
    }

    [Fact, Spec("MAN-011")]
    public async Task The_raw_body_of_a_no_op_part_is_there_for_a_sequence()
    {
        await using var pipe = await DataPipe.StartAsync(
            """
            {"version":3,"endpoints":[{"endpoint":"/x","extra_config":{"proxy":{"sequential":true}},"backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/b0","encoding":"no-op"},
              {"host":["$UPSTREAM"],"url_pattern":"/b1/{resp0}"}]}]}
            """,
            upstream => upstream.Answer("/b0", "token-7").OnAny(DataPipe.Bytes("""{"b":1}"""u8.ToArray())));

        (await pipe.GetAsync("/x")).IsData("""{"b":1}""");
        Assert.Equal("/b1/token-7", pipe.Upstream.Received[1].Target);
    }

    [Theory, Spec("MAN-017")]
    [InlineData(""" "combiner":"mine" """, "parallel")]
    [InlineData(""" "sequential":true """, "sequential")]
    [InlineData(""" "strategy":"sequential" """, "sequential")]
    [InlineData(""" "strategy":"none such" """, "parallel")]
    public async Task Unknown_combiners_and_strategies_fall_back_and_the_merge_is_logged(string proxy, string merger)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many($$$""" "extra_config":{"proxy":{ {{{proxy}}} }} """, "", ""),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", """{"b":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":1,"b":1}""");
        await pipe.Gateway.WaitForLogAsync($"DEBUG: [ENDPOINT: /x][Merge] Backends: 2, merger: {merger}, combiner: default");
    }

    private sealed class Stamp : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            request.Headers.Set("X-Mine", "stamped");
            return next(request, cancellationToken);
        }
    }
}
