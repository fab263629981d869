using System.Text;
using Gateway.Core.Json;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Json;

/// <summary>Reading and writing JSON as components do.</summary>
public sealed class DataJsonTests
{
    [Theory, Spec("MAN-074")]
    [InlineData("null", "null")]
    [InlineData(" [ ] ", "[]")]
    [InlineData("{}", "{}")]
    [InlineData("""{"b":1.0,"a":[true,false,null,"x"],"c":{"z":-0.0e+9,"y":12345678901234567890}}""", """{"a":[true,false,null,"x"],"b":1.0,"c":{"y":12345678901234567890,"z":-0.0e+9}}""")]
    [InlineData("""{"a":{"b":1},"a":{"c":2}}""", """{"a":{"c":2}}""")]
    [InlineData("""{"a":{"b":[{}]},"c":3}""", """{"a":{"b":[{}]},"c":3}""")]
    [InlineData("""["\u00e9\"\\\/\b\f\n\r\t<\u003e\ud83d\ude00"]""", """["é\"\\/\b\f\n\r\t\u003c\u003e😀"]""")]
    [InlineData("""{"\u0061\u0020":"\ud83d","b":"\ude00\ud83d\u0041"}""", """{"a ":"�","b":"��A"}""")]
    public void What_is_read_is_written_canonically(string json, string expected) => Assert.Equal(expected, DataJson.ToString(Parse(json)));

    [Fact]
    public void Bytes_that_are_no_text_become_the_replacement_character_one_by_one()
    {
        Assert.True(DataJson.TryParse([(byte)'"', 0xE2, 0x82, (byte)'a', 0xFF, (byte)'"'], 1, out var node, out _));

        Assert.Equal("\uFFFD\uFFFDa\uFFFD", Assert.IsType<DataString>(node).Value);
    }

    [Theory]
    [InlineData("", "line 1, column 1: ")]
    [InlineData("{\"a\":1} x", "line 1, column 9: 'x' ")]
    [InlineData("{\n  \"a\": 01}", "line 2, column 9: ")]
    [InlineData("[1,]", "line 1, column 4: ")]
    [InlineData("// note\n1", "line 1, column 1: ")]
    [InlineData("[[[[]]]]", "line 1, column 4: ")]
    public void What_is_no_json_is_refused_with_its_place(string json, string expected)
    {
        Assert.False(DataJson.TryParse(Encoding.UTF8.GetBytes(json), 3, out var node, out var error));

        Assert.Null(node);
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "[[[]]]")]
    [InlineData(DataJson.MaxDepth, null)]
    public void As_many_levels_are_read_as_are_asked_for(int depth, string? json) =>
        Assert.Equal(depth, Depth(Parse(json ?? new string('[', depth) + new string(']', depth), depth)));

    [Theory]
    [InlineData(0)]
    [InlineData(DataJson.MaxDepth + 1)]
    public void A_depth_without_bound_cannot_be_asked_for(int depth) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DataJson.TryParse("1"u8, depth, out _, out _));

    [Fact]
    public void Random_documents_come_back_as_the_engine_writes_them()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var document = new DocumentGenerator(seed).Document();

            Assert.Equal(Shaping.Shape(document), DataJson.ToString(Parse(document, 100)));
        }
    }

    [Fact]
    public void Damaged_documents_that_are_taken_are_those_that_the_engine_takes()
    {
        var engine = new JsonShape(new() { Mode = JsonMode.SafeJson });
        for (var seed = 0; seed < 1_000; seed++)
        {
            var random = new DocumentGenerator(seed);
            var document = random.Mutate(Encoding.UTF8.GetBytes(random.Document()));
            var isTaken = engine.TryShape(Shaping.Body(document), out var payload, out _);
            payload?.Dispose();

            // The engine stops behind the first value, as Go does; here nothing may follow.
            Assert.True(isTaken || !DataJson.TryParse(document, DataJson.MaxDepth, out _, out _), $"seed {seed}: {Encoding.UTF8.GetString(document)}");
        }
    }

    [Fact]
    public void The_tree_has_what_authors_expect()
    {
        var list = new DataArray();
        list.Add(DataBoolean.True);
        var data = new DataObject { ["n"] = DataNumber.Of(-5), ["l"] = list };

        Assert.True(data.TryGet("n", out var number) && ((DataNumber)number).TryGetInt64(out var whole) && whole == -5);
        Assert.True(new DataNumber("1.5e1").TryGetDouble(out var real) && real == 15);
        Assert.False(new DataNumber("1.5").TryGetInt64(out _));
        Assert.False(new DataNumber("1e999").TryGetDouble(out _));
        Assert.True(data.Contains("l") && data.Remove("l") && !data.Remove("l") && !data.TryGet("l", out _));
        Assert.Equal("""{"n":-5}""", Encoding.UTF8.GetString(DataJson.ToUtf8(data)));
        using var payload = new TreePayload(data);
        Assert.False(payload.IsEmpty);
        data.Remove("n");
        Assert.True(payload.IsEmpty);
    }

    private static DataNode Parse(string json, int depth = 10)
    {
        Assert.True(DataJson.TryParse(Encoding.UTF8.GetBytes(json), depth, out var node, out var error), error);
        return node;
    }

    private static int Depth(DataNode node)
    {
        var depth = 0;
        for (DataNode? next = node; next is DataArray array; next = array.Count > 0 ? array[0] : null)
            depth++;
        return depth;
    }
}
