using System.Buffers;
using System.Text;
using Gateway.Core.Json;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Json;

public sealed class WritingTests
{
    [Theory]
    [Spec("MAN-074", "RTE-125")]
    [InlineData("""{"b":1,"a":2}""", """{"a":2,"b":1}""")]
    [InlineData("""{"b":{"d":1,"c":[{"z":1,"y":2}]},"a":2}""", """{"a":2,"b":{"c":[{"y":2,"z":1}],"d":1}}""")]
    [InlineData("""{"a":1,"B":2,"aa":3,"":4}""", """{"":4,"B":2,"a":1,"aa":3}""")]
    [InlineData("""{"longer_key_12":1,"longer_key_1":2,"longer_key_02":3}""", """{"longer_key_02":3,"longer_key_1":2,"longer_key_12":1}""")]
    [InlineData("{\"\uE000\":1,\"\U0001F600\":2,\"é\":3}", "{\"é\":3,\"\uE000\":1,\"\U0001F600\":2}")]
    [InlineData("{\"\U0001F600\":2,\"\uE000\":1}", "{\"\uE000\":1,\"\U0001F600\":2}")]
    [InlineData("""{"b":1,"\u0061":2}""", """{"a":2,"b":1}""")]
    [InlineData("""{"a\u0000b":1,"a":2,"a\u0000":3}""", """{"a":2,"a\u0000":3,"a\u0000b":1}""")]
    [InlineData("""{"a":"x<y>&z"}""", """{"a":"x\u003cy\u003e\u0026z"}""")]
    [InlineData("{\"a\":\"\u2028|\u2029|\u2027|€\"}", "{\"a\":\"\\u2028|\\u2029|\u2027|€\"}")]
    [InlineData("""{"a":"\u003C\u003c\u2028"}""", """{"a":"\u003c\u003c\u2028"}""")]
    [InlineData("""{"a":"\/\u002f\u00e9\"\\"}""", """{"a":"//é\"\\"}""")]
    [InlineData("""{"a":"\u0008\u000c\u000a\u000d\u0009\u001F\u007f"}""", "{\"a\":\"\\b\\f\\n\\r\\t\\u001f\u007f\"}")]
    [InlineData("{ \"a\" : [ 1 , { } , [ ] , \"x\" , null ] }\n", """{"a":[1,{},[],"x",null]}""")]
    [InlineData("{\"a\":[1,2, 3,4],\"b\":[[1],[2 ],[3],[4]]}", """{"a":[1,2,3,4],"b":[[1],[2],[3],[4]]}""")]
    public void Output_is_sorted_compact_and_escaped(string document, string expected)
    {
        Assert.Equal(expected, Shaping.Shape(document));
        Assert.Equal(expected, Shaping.Shape(expected));
    }

    [Theory]
    [Spec("MAN-074")]
    [InlineData("""{"a":"\n\r\t\b\f\"\\\u0000\u001f\u003c\u003e\u0026\u2028\u2029é€"}""", true)]
    [InlineData("""{"a":1,"b":[],"c":{"d":null}}""", true)]
    [InlineData("""{"a":1,"a":2}""", false)]
    [InlineData("""{"b":1,"a":2}""", false)]
    [InlineData("""{"a":1 }""", false)]
    [InlineData("""{"a":[{"c":1,"b":2}]}""", false)]
    [InlineData("""{"a":"\u001F"}""", false)]
    [InlineData("""{"a":"\u000a"}""", false)]
    [InlineData("""{"a":"\/"}""", false)]
    [InlineData("""{"a":"<"}""", false)]
    [InlineData("{\"a\":\"\u2028\"}", false)]
    [InlineData("""{"\u0061":1}""", false)]
    public void Documents_are_canonical_when_the_writer_would_write_the_same_bytes(string document, bool isCanonical)
    {
        using var payload = (JsonPayload)Shaping.Shaped(document);

        Assert.Equal(isCanonical, payload.Tokens[0].Has(JsonFlags.Canonical));
        Assert.Equal(isCanonical, Shaping.Json(payload) == document);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(33)]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public void Objects_of_any_size_are_sorted_and_the_last_of_equal_keys_wins(int count)
    {
        var random = new Random(count);
        var keys = Enumerable.Range(0, count).Select(_ => $"shared_prefix_{random.Next(count)}").ToArray();
        var document = "{" + string.Join(',', keys.Select(static (k, i) => $"\"{k}\":{i}")) + "}";
        var last = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
            last[keys[i]] = i;

        Assert.Equal("{" + string.Join(',', last.Select(static m => $"\"{m.Key}\":{m.Value}")) + "}", Shaping.Shape(document));
    }

    [Fact]
    public void Writes_through_buffers_of_any_size()
    {
        var document = "{\"z\":\"" + new string('x', 500) + "\u2028<\",\"a\":[1, {\"b\":1,\"a\":2}]}";
        var expected = Shaping.Shape(document);
        for (var size = 1; size < 40; size++)
        {
            var output = new SmallBuffers(size);
            using var payload = Shaping.Shaped(document);
            payload.WriteJson(output);
            var tree = new SmallBuffers(size);
            DataJson.Write(tree, payload.Tree);

            Assert.Equal(expected, Encoding.UTF8.GetString([.. output.Written]));
            Assert.Equal(expected, Encoding.UTF8.GetString([.. tree.Written]));
        }
    }

    [Fact]
    public void Output_beyond_the_limit_of_the_buffer_is_refused_and_output_within_it_is_not()
    {
        var document = "{\"a\":\"" + new string('x', 10_000) + "\",\"b\":1}";
        using var small = Shaping.Shaped(document, new() { Deny = ["a"] });
        using var large = Shaping.Shaped(document);
        using var output = new PooledBytes(16, maxLength: 100);

        small.WriteJson(output);

        Assert.Equal(7, output.Length);
        Assert.Throws<BufferLimitException>(() => large.WriteJson(output));
    }

    [Fact]
    [Spec("MAN-074")]
    public void Trees_are_written_canonically()
    {
        var tree = new DataObject
        {
            ["\U0001F600"] = new DataString("\ud800|\"\\\n\u0001<>&\u2028\u2029é"),
            ["\uE000"] = new DataNumber("12345678901234567890.10"),
            ["a"] = new DataArray { Items = { DataNull.Instance, DataBoolean.True, DataBoolean.False, new DataObject(), new DataArray() } },
        };

        var expected = "{\"a\":[null,true,false,{},[]],\"\uE000\":12345678901234567890.10,"
            + "\"\U0001F600\":\"\uFFFD|\\\"\\\\\\n\\u0001\\u003c\\u003e\\u0026\\u2028\\u2029é\"}";
        Assert.Equal(expected, Shaping.Written(output => DataJson.Write(output, tree)));
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("")]
    [InlineData("1,\"x\":2")]
    [InlineData("1.")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("1e")]
    public void A_number_that_is_none_is_not_written(string text) =>
        Assert.Throws<InvalidOperationException>(() => Shaping.Written(output => DataJson.Write(output, new DataNumber(text))));

    [Fact]
    public void A_tree_that_contains_itself_is_an_error()
    {
        var tree = new DataObject();
        tree["a"] = tree;

        Assert.Throws<InvalidOperationException>(() => Shaping.Written(output => DataJson.Write(output, tree)));
    }

    /// <summary>Hands out spans that are as short as it may.</summary>
    private sealed class SmallBuffers(int size) : IBufferWriter<byte>
    {
        private byte[] _buffer = [];

        public List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_buffer.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0) => _buffer = new byte[Math.Max(size, sizeHint)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
