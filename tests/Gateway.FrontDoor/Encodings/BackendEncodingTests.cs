using System.Text;
using Gateway.FrontDoor.Manipulation;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Encodings;

/// <summary>How the answers of backends are decoded.</summary>
public sealed class BackendEncodingTests
{
    [Theory, Spec("MAN-058")]
    [InlineData("")]
    [InlineData(""" "encoding":"" """)]
    [InlineData(""" "encoding":"json" """)]
    [InlineData(""" "encoding":"JSON" """)]
    [InlineData(""" "encoding":"Xml" """)]
    [InlineData(""" "encoding":"msgpack" """)]
    public async Task Missing_and_unknown_encodings_mean_json(string backend) =>
        (await DataPipe.OneAsync("""{"a":1}""", backend)).IsData("""{"a":1}""");

    [Fact, Spec("MAN-058")]
    public async Task The_encoding_is_not_inherited_from_the_endpoint() =>
        (await DataPipe.OneAsync("""{"content":"t"}""", "", """ "output_encoding":"string" """)).HasText("t");

    [Theory]
    [InlineData("rss")]
    [InlineData("yaml")]
    public async Task Encodings_that_no_plugin_provides_are_refused_at_load(string encoding)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => TestGateway.StartAsync(DataPipe.One($"\"encoding\":\"{encoding}\""), "http://127.0.0.1:11"));

        Assert.Contains($"no plugin provides the encoding \"{encoding}\"", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "encoding":"json" """, "{\"a\":", "1", "}", "exceeded max depth")]
    [InlineData(""" "encoding":"safejson" """, "{\"a\":", "1", "}", "exceeded max depth")]
    [InlineData(""" "is_collection":true """, "[", "1", "]", "exceeded max depth")]
    [InlineData(""" "deny":["b"],"group":"g" """, "{\"a\":", "1", "}", "exceeded max depth")]
    [InlineData(""" "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["b"]}]}} """, "{\"a\":", "1", "}", "exceeded max depth")]
    [InlineData(""" "encoding":"xml" """, "<a>", "1", "</a>", "xml: more than 10 elements inside one another")]
    public async Task The_levels_of_an_answer_are_bounded(string backend, string open, string inner, string close, string error)
    {
        var levels = 8;
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(backend),
            upstream => upstream.On("/b", context => DataPipe.Bytes(Encoding.UTF8.GetBytes(Nested(levels)))(context)),
            new() { Limits = new() { Depth = 10 } });

        var shallow = await pipe.GetAsync("/x");
        levels = 11;
        var deep = await pipe.GetAsync("/x");

        Assert.Equal((200, "true"), (shallow.Status, shallow.Completed));
        deep.IsError(error);

        string Nested(int count) => string.Concat(Enumerable.Repeat(open, count)) + inner + string.Concat(Enumerable.Repeat(close, count));
    }

    [Fact, Spec("MAN-059")]
    public async Task Each_backend_decodes_on_its_own_whatever_the_content_type_says()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("", "", """ "encoding":"xml" """, """ "encoding":"string","mapping":{"content":"text"} """, """ "encoding":"safejson" """),
            upstream => upstream
                .Answer("/b0", """{"j":1}""", contentType: "text/html")
                .Answer("/b1", "<x>2</x>", contentType: "application/json")
                .Answer("/b2", """{"not":"parsed"}""", contentType: "application/json")
                .Answer("/b3", "[4]", contentType: "application/xml"));

        (await pipe.GetAsync("/x")).IsData("""{"collection":[4],"j":1,"text":"{\"not\":\"parsed\"}","x":"2"}""");
    }

    [Theory, Spec("MAN-060")]
    [InlineData("", "EOF")]
    [InlineData(" \n", "EOF")]
    [InlineData("{\"a\":", "unexpected EOF")]
    [InlineData("{\"a\":[1,2", "unexpected EOF")]
    [InlineData("<html>", "invalid character '<' looking for beginning of value")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("{\"a\":01}", "invalid character '1' after object key:value pair")]
    [InlineData("42", "json: cannot unmarshal number into Go value of type map[string]interface {}")]
    [InlineData("\"s\"", "json: cannot unmarshal string into Go value of type map[string]interface {}")]
    [InlineData("true", "json: cannot unmarshal bool into Go value of type map[string]interface {}")]
    public async Task Bodies_that_are_no_object_are_failures(string body, string text) => (await DataPipe.OneAsync(body)).IsError(text);

    [Theory, Spec("MAN-060")]
    [InlineData("{\"a\":1}{\"b\":2}", "{\"a\":1}")]
    [InlineData("{\"a\":1} trailing <junk>", "{\"a\":1}")]
    [InlineData("\n\t {\"a\" : 1 }\n", "{\"a\":1}")]
    [InlineData("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}")]
    [InlineData("{\"a\":{\"x\":1},\"\\u0061\":{\"y\":2}}", "{\"a\":{\"y\":2}}")]
    [InlineData("{\"o\":[{\"k\":1,\"k\":[2,2]}]}", "{\"o\":[{\"k\":[2,2]}]}")]
    public async Task What_follows_the_value_is_ignored_and_the_last_of_duplicate_keys_wins(string body, string expected) =>
        (await DataPipe.OneAsync(body)).IsData(expected);

    [Theory, Spec("MAN-061")]
    [InlineData("")]
    [InlineData(""" "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["none"]}]}} """)]
    public async Task Numbers_keep_their_text(string backend)
    {
        const string Numbers = """{"a":1.0,"b":12345678901234567890,"c":1e3,"d":-0,"e":1e400,"f":1E-7,"g":0.1000,"h":9007199254740993,"i":[1.10,-9223372036854775808]}""";

        (await DataPipe.OneAsync(Numbers, backend)).IsData(Numbers);
    }

    [Theory, Spec("MAN-062")]
    [InlineData("", "null", false)]
    [InlineData(""" "is_collection":true """, """{"collection":null}""", true)]
    [InlineData(""" "group":"g" """, """{"g":null}""", true)]
    [InlineData(""" "encoding":"safejson" """, """{"content":null}""", true)]
    public async Task A_null_document(string backend, string expected, bool completed) =>
        (await DataPipe.OneAsync("null", backend)).IsData(expected, completed);

    [Theory, Spec("MAN-063")]
    [InlineData("""{"b":1,"a":2}""", """{"a":2,"b":1}""")]
    [InlineData("""[{"b":1},2]""", """{"collection":[{"b":1},2]}""")]
    [InlineData(" [ ] ", """{"collection":[]}""")]
    [InlineData("1e400", """{"content":1e400}""")]
    [InlineData(" \"te\\/xt\" ", """{"content":"te/xt"}""")]
    [InlineData("false", """{"content":false}""")]
    public async Task Safejson_takes_any_value(string body, string expected)
    {
        (await DataPipe.OneAsync(body, """ "encoding":"safejson" """)).IsData(expected);
        (await DataPipe.OneAsync(body, """ "encoding":"safejson","is_collection":true """)).IsData(expected);
    }

    [Theory, Spec("MAN-063", "MAN-060")]
    [InlineData("", "EOF")]
    [InlineData("[1", "unexpected EOF")]
    [InlineData("nope", "invalid character 'o' in literal null (expecting 'u')")]
    public async Task Safejson_refuses_what_is_no_json(string body, string text) =>
        (await DataPipe.OneAsync(body, """ "encoding":"safejson" """)).IsError(text);

    [Fact, Spec("MAN-064")]
    public async Task Fast_json_is_json()
    {
        (await DataPipe.OneAsync("""{"b":1.0,"a":"<"}""", """ "encoding":"fast-json" """)).IsData("""{"a":"\u003c","b":1.0}""");
        (await DataPipe.OneAsync("[1]", """ "encoding":"fast-json","is_collection":true """)).IsData("""{"collection":[1]}""");
        (await DataPipe.OneAsync("[1]", """ "encoding":"fast-json" """)).IsError("json: cannot unmarshal array into Go value of type map[string]interface {}");
    }

    [Theory, Spec("MAN-065")]
    [InlineData("", """{"content":""}""")]
    [InlineData("a \"b\"\n<é>", """{"content":"a \"b\"\n\u003cé\u003e"}""")]
    public async Task String_stores_the_whole_body(string body, string expected)
    {
        (await DataPipe.OneAsync(body, """ "encoding":"string" """)).IsData(expected);
        (await DataPipe.OneAsync(body, """ "encoding":"string","is_collection":true """)).IsData(expected);
    }

    [Fact, Spec("MAN-065")]
    public async Task String_takes_any_bytes() =>
        (await DataPipe.OneAsync([0, 0xFF, (byte)'a', 0xE2, 0x82, 0xC3, 0xA9], """ "encoding":"string" """))
            .IsData("{\"content\":\"\\u0000\uFFFDa\uFFFD\uFFFDé\"}");

    [Theory, Spec("MAN-066")]
    [InlineData("""<user type="admin"><name>E</name></user>""", """{"user":{"-type":"admin","name":"E"}}""")]
    [InlineData("""<r a="1">t</r>""", """{"r":{"#text":"t","-a":"1"}}""")]
    [InlineData("<r><i>1</i><i>2</i><one>3</one></r>", """{"r":{"i":["1","2"],"one":"3"}}""")]
    [InlineData("<?xml version=\"1.0\"?><!DOCTYPE r><r><!-- c --><e/><t>  x  </t><c><![CDATA[<&]]></c><?pi x?></r>", """{"r":{"c":"\u003c\u0026","e":"","t":"x"}}""")]
    [InlineData("""<n:r xmlns:n="urn:x" n:k="v"><n:i>1</n:i></n:r>""", """{"r":{"-k":"v","-n":"urn:x","i":"1"}}""")]
    public async Task Xml_becomes_keys_attributes_and_text(string body, string expected) =>
        (await DataPipe.OneAsync(body, """ "encoding":"xml" """)).IsData(expected);

    [Fact, Spec("MAN-067")]
    public async Task Xml_honours_the_declared_character_set() =>
        (await DataPipe.OneAsync(Encoding.Latin1.GetBytes("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r>café</r>"), """ "encoding":"xml" """))
            .IsData("""{"r":"café"}""");

    [Theory, Spec("MAN-067")]
    [InlineData("")]
    [InlineData("<r><a></r>")]
    [InlineData("<r>&undeclared;</r>")]
    [InlineData("""{"a":1}""")]
    public async Task Malformed_or_empty_xml_is_a_failure(string body)
    {
        var answer = await DataPipe.OneAsync(body, """ "encoding":"xml" """);

        Assert.StartsWith("xml: ", answer.Body, StringComparison.Ordinal);
        answer.IsError(answer.Body);
    }

    [Fact, Spec("MAN-067")]
    public async Task An_xml_collection_is_the_document_as_an_object() =>
        (await DataPipe.OneAsync("<People><P>1</P><P>2</P></People>", """ "encoding":"xml","is_collection":true,"mapping":{"collection":"c"} """))
            .IsData("""{"c":{"People":{"P":["1","2"]}}}""");

    [Fact, Spec("MAN-067")]
    public async Task Entities_neither_expand_nor_read_files()
    {
        var answer = await DataPipe.OneAsync(
            """<!DOCTYPE r [<!ENTITY a "1"><!ENTITY f SYSTEM "file:///etc/passwd">]><r>&f;&a;</r>""", """ "encoding":"xml" """);

        Assert.Equal(500, answer.Status);
        Assert.DoesNotContain("root:", answer.Body, StringComparison.Ordinal);
    }

    [Fact, Spec("MAN-018", "MAN-059")]
    public async Task Xml_is_targeted_filtered_mapped_and_grouped_like_json() =>
        (await DataPipe.OneAsync("<r><a x=\"1\"><b>2</b><c>3</c></a><d>4</d></r>",
            """ "encoding":"xml","target":"r","allow":["a.b","d"],"mapping":{"d":"D"},"group":"g" """))
            .IsData("""{"g":{"D":"4","a":{"b":"2"}}}""");

    [Fact, Spec("MAN-070")]
    public async Task No_op_never_decodes()
    {
        byte[] body = [0xFF, 0x00, (byte)'{', 0x1F, 0x8B];

        var answer = await DataPipe.OneAsync(body, """ "encoding":"xml" """, """ "output_encoding":"no-op" """, status: 418);

        Assert.Equal(body, answer.Bytes);
        Assert.Equal(418, answer.Status);
        Assert.Equal("application/json", answer.ContentType);
    }
}
