using System.Text;
using Gateway.Core.Json;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Json;

public sealed class DecodingTests
{
    [Theory]
    [Spec("MAN-060", "MAN-036")]
    [InlineData("", "EOF")]
    [InlineData(" \r\n\t", "EOF")]
    [InlineData("{\"a\":", "unexpected EOF")]
    [InlineData("{\"a\":\"x", "unexpected EOF")]
    [InlineData("{\"a\":\"x\\u00", "unexpected EOF")]
    [InlineData("{\"a\":tr", "unexpected EOF")]
    [InlineData("{\"a\":-", "unexpected EOF")]
    [InlineData("<html>", "invalid character '<' looking for beginning of value")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("{a:1}", "invalid character 'a' looking for beginning of object key string")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair")]
    [InlineData("{\"a\":[1 2]}", "invalid character '2' after array element")]
    [InlineData("{\"a\":[1,]}", "invalid character ']' looking for beginning of value")]
    [InlineData("{\"a\":\"\n\"}", "invalid character '\\n' in string literal")]
    [InlineData("{\"a\":\"\0\"}", "invalid character '\\x00' in string literal")]
    [InlineData("{\"a\":\"\\x\"}", "invalid character 'x' in string escape code")]
    [InlineData("{\"a\":\"\\u12g4\"}", "invalid character 'g' in \\u hexadecimal character escape")]
    [InlineData("{\"a\":-a}", "invalid character 'a' in numeric literal")]
    [InlineData("{\"a\":1.a}", "invalid character 'a' after decimal point in numeric literal")]
    [InlineData("{\"a\":1ea}", "invalid character 'a' in exponent of numeric literal")]
    [InlineData("{\"a\":01}", "invalid character '1' after object key:value pair")]
    [InlineData("{\"a\":trux}", "invalid character 'x' in literal true (expecting 'e')")]
    [InlineData("{\"a\":fals'}", "invalid character '\\'' in literal false (expecting 'e')")]
    [InlineData("{\"a\":nil}", "invalid character 'i' in literal null (expecting 'u')")]
    [InlineData("\uFEFF{}", "invalid character 'ï' looking for beginning of value")]
    [InlineData("[1]", "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData("\"text\"", "json: cannot unmarshal string into Go value of type map[string]interface {}")]
    [InlineData("12", "json: cannot unmarshal number into Go value of type map[string]interface {}")]
    [InlineData("true", "json: cannot unmarshal bool into Go value of type map[string]interface {}")]
    public void Rejects_what_is_no_object_in_the_words_of_the_original(string document, string error) =>
        Assert.Equal(error, Shaping.Error(document));

    [Theory]
    [Spec("MAN-036")]
    [InlineData("{}", "json: cannot unmarshal object into Go value of type []interface {}")]
    [InlineData("1", "json: cannot unmarshal number into Go value of type []interface {}")]
    public void Rejects_what_is_no_array_where_a_collection_is_announced(string document, string error) =>
        Assert.Equal(error, Shaping.Error(document, new() { IsCollection = true }));

    [Theory]
    [Spec("MAN-060")]
    [InlineData("{\"a\":1} trailing", "{\"a\":1}")]
    [InlineData("{\"a\":1}{\"b\":2}", "{\"a\":1}")]
    [InlineData("  {\"a\":1}\"", "{\"a\":1}")]
    [InlineData("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}")]
    [InlineData("{\"a\":1,\"\\u0061\":3}", "{\"a\":3}")]
    [InlineData("{\"a\":{\"x\":1},\"a\":[]}", "{\"a\":[]}")]
    public void Takes_the_first_value_and_the_last_of_equal_keys(string document, string expected) =>
        Assert.Equal(expected, Shaping.Shape(document));

    [Theory]
    [Spec("MAN-061", "RTE-125")]
    [InlineData("""{"a":1.0,"b":12345678901234567890,"c":1e3}""")]
    [InlineData("""{"a":1e400,"b":-0,"c":1E+2,"d":0.10e-7}""")]
    [InlineData("""{"a":[1.0,1.50,-0.0,1e999]}""")]
    public void Numbers_keep_their_text(string document) => Assert.Equal(document, Shaping.Shape(document));

    [Fact]
    [Spec("MAN-062")]
    public void A_null_document_has_no_payload()
    {
        Assert.True(new JsonShape(new()).TryShape(Shaping.Body("null"u8), out var payload, out var error));

        Assert.Null(payload);
        Assert.Null(error);
        Assert.Equal("""{"collection":null}""", Shaping.Shape("null", new() { IsCollection = true }));
    }

    [Fact]
    [Spec("MAN-033", "MAN-034", "MAN-062")]
    public void A_null_document_is_empty_under_a_target_and_stays_null_in_a_group()
    {
        using var targeted = Shaping.Shaped("null", new() { Target = "a" });
        using var grouped = Shaping.Shaped("null", new() { Group = "g", Allow = ["x"] });

        Assert.True(targeted.IsEmpty);
        Assert.Equal("{}", Shaping.Json(targeted));
        Assert.False(grouped.IsEmpty);
        Assert.Equal("""{"g":null}""", Shaping.Json(grouped));
        Assert.Equal(DataKind.Null, grouped.Tree["g"]!.Kind);
        Assert.Equal("""{"g":null}""", Shaping.Json(grouped));
    }

    [Theory]
    [Spec("MAN-063")]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("[2,1]", "{\"collection\":[2,1]}")]
    [InlineData(" \"te<xt\"", "{\"content\":\"te\\u003cxt\"}")]
    [InlineData("1.50", "{\"content\":1.50}")]
    [InlineData("true", "{\"content\":true}")]
    [InlineData("null", "{\"content\":null}")]
    public void Safejson_wraps_what_is_no_object(string document, string expected)
    {
        Assert.Equal(expected, Shaping.Shape(document, new() { Mode = JsonMode.SafeJson }));
        Assert.Equal(expected, Shaping.Shape(document, new() { Mode = JsonMode.SafeJson, IsCollection = true }));
    }

    [Fact]
    [Spec("MAN-063")]
    public void Safejson_rejects_broken_documents()
    {
        Assert.Equal("EOF", Shaping.Error("", new() { Mode = JsonMode.SafeJson }));
        Assert.Equal("unexpected EOF", Shaping.Error("[1", new() { Mode = JsonMode.SafeJson }));
    }

    [Fact]
    public void Each_byte_of_invalid_utf8_becomes_a_replacement_character()
    {
        byte[] document = [.. "{\"a\":\"x"u8, 0xFF, 0xE2, 0x82, .. "é"u8, 0xED, 0xA0, 0x80, .. "z\"}"u8];

        Assert.Equal("{\"a\":\"x\uFFFD\uFFFD\uFFFDé\uFFFD\uFFFD\uFFFDz\"}", Shaping.Shape(document));
    }

    [Theory]
    [InlineData("{\"a\":\"\\ud800\"}", "{\"a\":\"\uFFFD\"}")]
    [InlineData("{\"a\":\"\\udc00x\"}", "{\"a\":\"\uFFFDx\"}")]
    [InlineData("{\"a\":\"\\ud800\\ud83d\\ude00\"}", "{\"a\":\"\uFFFD\U0001F600\"}")]
    [InlineData("{\"a\":\"\\ud800\\n\"}", "{\"a\":\"\uFFFD\\n\"}")]
    [InlineData("{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"\U0001F600\"}")]
    public void Halves_of_surrogate_pairs_become_replacement_characters(string document, string expected) =>
        Assert.Equal(expected, Shaping.Shape(document));

    [Fact]
    public void A_thousand_levels_are_the_limit()
    {
        static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"a\":[", levels / 2)) + string.Concat(Enumerable.Repeat("]}", levels / 2));

        Assert.Equal(Nested(1_000), Shaping.Shape(Nested(1_000)));
        Assert.Equal("exceeded max depth", Shaping.Error(Nested(1_002)));
        Assert.Equal("exceeded max depth", Shaping.Error(Nested(10_000)));
        Assert.Equal("exceeded max depth", Shaping.Error(Nested(8), new() { Limits = new() { MaxDepth = 7 } }));
    }

    [Fact]
    public void A_thousand_levels_need_little_stack()
    {
        var document = string.Concat(Enumerable.Repeat("{\"b\":1,\"a\":[ ", 500)) + string.Concat(Enumerable.Repeat("]}", 500));
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() => Shaping.Shape(document)), maxStackSize: 256 * 1024);

        thread.Start();
        thread.Join();

        Assert.Null(failure);
    }

    [Fact]
    public void The_number_of_values_is_bounded()
    {
        var document = "{\"a\":[" + string.Join(" ,", Enumerable.Repeat("{\"b\":1 }", 100_000)) + "]}";

        Assert.Equal("exceeded max number of values", Shaping.Error(document, new() { Limits = new() { MaxTokens = 1_000 } }));
    }

    [Fact]
    public void An_array_of_a_million_empty_arrays_is_indexed_by_a_handful_of_tokens()
    {
        var document = "{\"a\":[" + string.Join(',', Enumerable.Repeat("[]", 1_000_000)) + "]}";
        using var payload = (JsonPayload)Shaping.Shaped(document, new() { Limits = new() { MaxTokens = 16 } });

        Assert.Equal(3, payload.Tokens[0].Next);
        Assert.Equal(document, Shaping.Json(payload));
    }

    [Fact]
    public void The_body_is_given_back_on_failure_and_on_disposal()
    {
        var broken = Shaping.Body("{"u8);
        var whole = Shaping.Body("{}"u8);

        new JsonShape(new()).TryShape(broken, out _, out _);
        new JsonShape(new()).TryShape(whole, out var payload, out _);

        Assert.Equal(0, broken.Length);
        Assert.Equal(2, whole.Length);
        payload!.Dispose();
        payload.Dispose();
        Assert.Equal(0, whole.Length);
    }

    [Fact]
    public void A_disposed_payload_throws_instead_of_showing_foreign_bytes()
    {
        using var output = new PooledBytes();
        foreach (var hasTree in new[] { false, true })
        {
            var one = Shaping.Shaped("{\"a\":1}");
            var merged = MergedPayload.Merge([Shaping.Shaped("{\"a\":1}"), Shaping.Shaped("{\"b\":1}")]);
            foreach (var payload in new[] { one, merged })
            {
                if (hasTree)
                    Assert.True(payload.Tree.Count > 0);
                payload.Dispose();

                Assert.Throws<ObjectDisposedException>(() => payload.WriteJson(output));
                Assert.Throws<ObjectDisposedException>(() => payload.Tree);
                Assert.Throws<ObjectDisposedException>(() => payload.IsEmpty);
                Assert.Throws<ObjectDisposedException>(() => JsonLookup.TryGetText(payload, new JsonPath("a"), out _));
                Assert.Throws<ObjectDisposedException>(() => JsonPayloadRender.WriteCollection(payload, output));
            }
        }
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public void The_bytes_behind_a_body_that_fills_its_buffer_stay_within_it()
    {
        for (var length = 1; length < 300; length++)
        {
            var document = Encoding.UTF8.GetBytes("{\"" + new string('k', length) + "\":\"" + new string('v', 300 - length) + "\"}");

            Assert.Equal(Encoding.UTF8.GetString(document), Shaping.Shape(document));
        }
    }
}
