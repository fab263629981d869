using System.Diagnostics;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Yaml.Tests;

/// <summary>Backends that answer with YAML.</summary>
public sealed class DecoderTests
{
    private const string Endpoint = """{"endpoint":"/e","backend":[{"url_pattern":"/b","encoding":"yaml"}]}""";
    private const string Collection = """{"endpoint":"/e","backend":[{"url_pattern":"/b","encoding":"yaml","is_collection":true}]}""";

    [Theory]
    [Spec("MAN-069", "MAN-059", "RTE-159")]
    [InlineData("a: 1\nb: [x, 2.50, true, ~]\nc: {404: yes}\n", """{"a":1,"b":["x",2.50,true,null],"c":{"404":"yes"}}""")]
    [InlineData("n: 12345678901234567890\nf: 1000000.0\n", """{"f":1000000.0,"n":12345678901234567890}""")]
    [InlineData("base: &b {x: 1}\na: {<<: *b, y: 2}\nb: *b\n", """{"a":{"x":1,"y":2},"b":{"x":1},"base":{"x":1}}""")]
    [InlineData("a: 1\na: 2\n", """{"a":2}""")]
    [InlineData("a: !Ref x\nb: !custom {c: 1}\n", """{"a":"x","b":{"c":1}}""")]
    [InlineData("---\na: 1\n---\na: 2\n", """{"a":1}""")]
    [InlineData("{\"a\": \"é\"}", """{"a":"é"}""")]
    [InlineData("\ufeffa: 1", """{"a":1}""")]
    [InlineData("{}", "{}")]
    public async Task A_mapping_is_the_object(string yaml, string json)
    {
        await using var front = await Front.StartAsync(Endpoint, ("/b", yaml));

        Assert.Equal((200, "application/json; charset=utf-8", json), await front.GetAsync("/e"));
    }

    [Theory]
    [Spec("MAN-069", "MAN-062")]
    [InlineData("- 1\n- a: b\n", """{"collection":[1,{"a":"b"}]}""")]
    [InlineData("[]", """{"collection":[]}""")]
    [InlineData("null", """{"collection":null}""")]
    public async Task A_sequence_needs_is_collection(string yaml, string json)
    {
        await using var front = await Front.StartAsync(Collection, ("/b", yaml));

        Assert.Equal(json, (await front.GetAsync("/e")).Body);
    }

    [Theory]
    [Spec("MAN-062")]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("# nothing\n")]
    public async Task An_answer_without_a_value_is_null(string yaml)
    {
        await using var front = await Front.StartAsync(Endpoint, ("/b", yaml));

        Assert.Equal((200, "null"), ((await front.GetAsync("/e")) is var reply ? (reply.Status, reply.Body) : default));
    }

    [Theory]
    [Spec("MAN-069")]
    [InlineData(Endpoint, "- 1\n", "yaml: the answer is a sequence; the backend needs \\\"is_collection\\\": true")]
    [InlineData(Collection, "a: 1\n", "yaml: the answer is a mapping, and \\\"is_collection\\\" promises a sequence")]
    [InlineData(Endpoint, "text", "yaml: the answer is no mapping")]
    [InlineData(Collection, "text", "yaml: the answer is no sequence")]
    [InlineData(Endpoint, "a: b: c", "yaml: line 1, column 5: ")]
    [InlineData(Endpoint, "a: .nan", "yaml: line 1, column 4: .nan is no number")]
    [InlineData(Endpoint, "a: [1", "yaml: line 1, column ")]
    public async Task What_does_not_fit_is_a_failure_of_the_backend(string endpoint, string yaml, string reason)
    {
        await using var front = await Front.StartAsync(endpoint, ("/b", yaml));

        Assert.Equal(500, (await front.GetAsync("/e")).Status);
        await front.Gateway.WaitForLogAsync(reason.Replace("\\\"", "\"", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("MAN-059", "MAN-083")]
    public async Task Is_shaped_and_merged_with_other_encodings()
    {
        await using var front = await Front.StartAsync(
            """{"endpoint":"/e","backend":[{"url_pattern":"/y","encoding":"yaml","target":"data","deny":["b"],"mapping":{"a":"x"},"group":"y"},{"url_pattern":"/j"},{"url_pattern":"/x","encoding":"xml"}]}""",
            ("/y", "data: {a: 1, b: 2}"), ("/j", """{"j":1}"""), ("/x", "<r>1</r>"));

        Assert.Equal("""{"j":1,"r":"1","y":{"x":1}}""", (await front.GetAsync("/e")).Body);
    }

    [Theory]
    [InlineData("aliases")]
    [InlineData("merges")]
    [InlineData("text")]
    [InlineData("depth")]
    [InlineData("chain")]
    [InlineData("values")]
    public async Task Hostile_answers_fail_soon_and_leave_the_gateway_well(string kind)
    {
        await using var front = await Front.StartAsync(
            Endpoint + "," + """{"endpoint":"/good","backend":[{"url_pattern":"/good","encoding":"yaml"}]}""", ("/b", Hostile(kind)), ("/good", "a: 1"));
        var watch = Stopwatch.StartNew();

        Assert.Equal(500, (await front.GetAsync("/e")).Status);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), watch.Elapsed.ToString());
        Assert.Equal("""{"a":1}""", (await front.GetAsync("/good")).Body);
        await front.Gateway.WaitForLogAsync(kind switch { "depth" => "levels of nesting", "values" => "more than 500000 values", _ => "aliases stand for more than 100000 values" });
    }

    private static string Hostile(string kind)
    {
        var text = new StringBuilder();
        switch (kind)
        {
            case "aliases" or "merges":
                text.Append("a0: &a0 {k: v}\n");
                for (var i = 1; i < 12; i++)
                {
                    text.Append($"a{i}: &a{i} {{");
                    for (var n = 0; n < 10; n++)
                        text.Append(kind == "aliases" ? $"k{n}: *a{i - 1}, " : $"m{n}: {{<<: *a{i - 1}}}, ");
                    text.Append("}\n");
                }
                break;
            case "text":
                text.Append("a: &a ").Append('x', 1_000_000).Append("\nb: [").Append(string.Concat(Enumerable.Repeat("*a, ", 1_000))).Append(']');
                break;
            case "depth":
                text.Append("a: ").Append('[', 100_000);
                break;
            case "chain":
                text.Append("a0: &a0 []\n");
                for (var i = 1; i < 1_100; i++)
                    text.Append($"a{i}: &a{i} [*a{i - 1}]\n");
                break;
            default:
                text.Append("a: [").Append(string.Concat(Enumerable.Repeat("1,", 500_001))).Append(']');
                break;
        }
        return text.ToString();
    }
}
