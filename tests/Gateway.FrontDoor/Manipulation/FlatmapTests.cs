using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>flatmap of a backend and of an endpoint, seen by the client. The operations themselves have tests of their own.</summary>
public sealed class FlatmapTests
{
    [Theory]
    [InlineData("""{"shipping_id":"f","zone":{"state":"NY","zip":"1"}}""",
        """{"type":"move","args":["zone.state","shipping_state"]},{"type":"move","args":["zone.zip","shipping_zip"]},{"type":"del","args":["zone","no.such"]}""",
        """{"shipping_id":"f","shipping_state":"NY","shipping_zip":"1"}""")]
    [InlineData("""{"a":[{"b":1},{"b":2},{"b":3}]}""", """{"type":"del","args":["a.0"]}""", """{"a":[{"b":2},{"b":3}]}""")]
    [InlineData("""{"a":[1,2,3]}""", """{"type":"del","args":["a.0","a.0"]}""", """{"a":[2,3]}""")]
    [InlineData("""{"z":{"s":1},"e":{},"n":null}""", """{"type":"move","args":["z.s","st"]}""", """{"e":{},"n":null,"st":1,"z":null}""")]
    [InlineData("""{"a":[{"b1":[{"c":1},{"c":2}]}]}""", """{"type":"move","args":["a.*.b1.*.c","a.*.b1.*.d"]}""", """{"a":[{"b1":[{"d":1},{"d":2}]}]}""")]
    [InlineData("""{"items":[{"p":{"x":1,"y":2}}]}""", """{"type":"move","args":["items.*.p.x","items.*.x"]}""", """{"items":[{"p":{"y":2},"x":1}]}""")]
    [InlineData("""{"a":[{"c":1.50}]}""", """{"type":"move","args":["a.*.c","a.*.c.d.e"]}""", """{"a":[{"c":{"d":{"e":1.50}}}]}""")]
    [InlineData("""{"k":[3],"s":[1,2]}""", """{"type":"append","args":["k","s"]}""", """{"s":[1,2,3]}""")]
    [InlineData("""{"a":[{"b1":[{"c":1,"d":"foo"}]}]}""", """{"type":"move","args":["a.0.b1.0.d","d"]}""", """{"a":[{"b1":[{"c":1}]}],"d":"foo"}""")]
    [InlineData("""{"a":{"x":1,"y":2}}""", """{"type":"move","args":["a.x","a.y"]}""", """{"a":{"y":1}}""")]
    [InlineData("""{"a":{"b":{"c":{"v":1,"u":2}}},"t":{"k":0}}""", """{"type":"move","args":["a.b.c.v","t.q.w"]}""", """{"a":{"b":{"c":{"u":2}}},"t":{"k":0,"w":1}}""")]
    [Spec("MAN-039", "MAN-040", "MAN-041", "MAN-042", "MAN-043", "MAN-044", "MAN-045", "MAN-046", "MAN-047", "MAN-048", "MAN-050")]
    public async Task A_backend_runs_its_operations_in_order(string body, string operations, string expected) =>
        (await DataPipe.OneAsync(body, Backend(operations))).IsData(expected);

    [Theory]
    [InlineData("""{"a":{"b1":{"c":1}}}""", """{"type":"move","args":["a.*","b"]}""")]
    [InlineData("""{"a":[{"b1":{"c":1}}]}""", """{"type":"move","args":["a.b1.c","c"]}""")]
    [InlineData("""{"k":[1],"s":2}""", """{"type":"append","args":["k","s"]}""")]
    [Spec("MAN-049", "MAN-051")]
    public async Task What_matches_nothing_changes_nothing(string body, string operations) =>
        (await DataPipe.OneAsync(body, Backend(operations))).IsData(body);

    [Fact, Spec("MAN-043")]
    public async Task An_emptied_root_is_null_and_incomplete()
    {
        var answer = await DataPipe.OneAsync("""{"a":1}""", Backend("""{"type":"del","args":["a"]}"""), """ "cache_ttl":"60s" """);

        answer.IsData("null", completed: false);
        Assert.Null(answer.CacheControl);
    }

    [Theory, Spec("MAN-043", "MAN-052")]
    [InlineData("""{"a":1}""", """{"g":null}""")]
    [InlineData("null", """{"g":null}""")]
    [InlineData("{}", """{"g":{}}""")]
    public async Task An_emptied_root_in_a_group_is_null_in_it(string body, string expected) =>
        (await DataPipe.OneAsync(body, Backend("""{"type":"del","args":["a"]}""", """ ,"group":"g" """))).IsData(expected);

    [Fact, Spec("MAN-052")]
    public async Task Target_runs_before_group_after_and_filters_are_ignored()
    {
        var answer = await DataPipe.OneAsync(
            """{"data":{"a":{"b":1},"c":2,"d":3},"x":1}""",
            Backend("""{"type":"move","args":["a.b","moved"]},{"type":"del","args":["a"]}""",
                ""","target":"data","allow":["c"],"deny":["d"],"mapping":{"c":"C"},"group":"g" """));

        answer.IsData("""{"g":{"c":2,"d":3,"moved":1}}""");
    }

    [Theory, Spec("MAN-052", "MAN-059")]
    [InlineData("xml", """<r><a n="1">t</a><b>2</b></r>""", """{"type":"move","args":["r.a.#text","text"]},{"type":"del","args":["r.a"]}""", """{"g":{"r":{"b":"2"},"text":"t"}}""")]
    [InlineData("string", "plain", """{"type":"move","args":["content","text"]}""", """{"g":{"text":"plain"}}""")]
    [InlineData("safejson", "[{\"a\":1},{\"a\":2}]", """{"type":"del","args":["collection.0"]}""", """{"g":{"collection":[{"a":2}]}}""")]
    public async Task Flatmap_works_on_what_any_decoder_made(string encoding, string body, string operations, string expected) =>
        (await DataPipe.OneAsync(body, Backend(operations, $",\"group\":\"g\",\"encoding\":\"{encoding}\""))).IsData(expected);

    [Fact, Spec("MAN-053", "MAN-057")]
    public async Task An_endpoint_reshapes_the_merged_object()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Endpoint("""{"type":"append","args":["k","s"]},{"type":"del","args":["junk"]}"""), "", """ "deny":["x"] """),
            upstream => upstream.Answer("/b0", """{"k":[3],"junk":1}""").Answer("/b1", """{"s":[1,2],"x":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"s":[1,2,3]}""");
        await pipe.Gateway.WaitForLogAsync("DEBUG: [ENDPOINT: /x][Flatmap] Adding flatmap manipulator with 2 operations");
    }

    [Fact, Spec("MAN-053")]
    public async Task An_endpoint_with_one_backend_ignores_it()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Endpoint("""{"type":"del","args":["a"]}"""), ""), upstream => upstream.Answer("/b0", """{"a":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""");
        Assert.DoesNotContain("[Flatmap]", pipe.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("MAN-043", "MAN-053", "MAN-093")]
    public async Task An_endpoint_that_empties_the_root_answers_null()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Endpoint("""{"type":"del","args":["*"]}"""), "", ""),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", """{"b":1}"""));

        (await pipe.GetAsync("/x")).IsData("null", completed: false);
    }

    [Fact, Spec("MAN-054")]
    public async Task A_partial_merge_is_delivered_unmanipulated()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(Endpoint("""{"type":"del","args":["a"]}"""), "", ""),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "{}", 500));

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""", completed: false);
    }

    [Theory, Spec("MAN-055")]
    [InlineData("")]
    [InlineData("""{"args":["a"]}""")]
    public async Task Without_a_single_usable_operation_the_filters_work(string operations) =>
        (await DataPipe.OneAsync("""{"a":1,"b":2}""", Backend(operations, ""","deny":["a"],"mapping":{"b":"B"}"""))).IsData("""{"B":2}""");

    [Theory, Spec("MAN-055", "MAN-056")]
    [InlineData("""{"type":"frobnicate","args":["a"]}""", "frobnicate")]
    [InlineData("""{"type":"move","args":["a"]}""", "\"move\" needs 2 arguments and has 1")]
    [InlineData("""{"type":"append","args":[]}""", "\"append\" needs 2 arguments and has 0")]
    public async Task Operations_that_cannot_run_are_reported_at_load_and_left_out(string operation, string report)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(Backend(operation + """,{"type":"del","args":["b"]}""")), upstream => upstream.Answer("/b", """{"a":1,"b":2}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""");
        Assert.Contains(pipe.Gateway.Diagnostics.All, d => d.Severity == ConfigSeverity.Warning && d.Message.Contains(report, StringComparison.Ordinal));
    }

    private static string Backend(string operations, string more = "") => $$$""" "extra_config":{"proxy":{"flatmap_filter":[{{{operations}}}]}}{{{more}}} """;

    private static string Endpoint(string operations) => $$$""" "extra_config":{"proxy":{"flatmap_filter":[{{{operations}}}]}} """;
}
