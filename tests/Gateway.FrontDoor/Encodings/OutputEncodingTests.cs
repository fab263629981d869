using System.Text;
using Gateway.FrontDoor.Manipulation;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Encodings;

/// <summary>What the client is given.</summary>
public sealed class OutputEncodingTests
{
    [Fact, Spec("MAN-072", "MAN-081")]
    public async Task The_endpoint_decides_then_the_root_then_json()
    {
        await using var pipe = await DataPipe.StartAsync(
            """
            {"version":3,"output_encoding":"xml","endpoints":[
              {"endpoint":"/negotiate","output_encoding":"negotiate","backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"}]},
              {"endpoint":"/string","output_encoding":"string","backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"}]},
              {"endpoint":"/inherited","backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"}]}]}
            """, upstream => upstream.Answer("/b", """{"content":"c"}"""));

        (await pipe.GetAsync("/negotiate")).IsData("""{"content":"c"}""");
        (await pipe.GetAsync("/string")).HasText("c");
        (await pipe.GetAsync("/inherited")).HasXml("<content>c</content>");
        (await DataPipe.OneAsync("""{"a":1}""")).IsData("""{"a":1}""");
    }

    [Theory, Spec("MAN-073")]
    [InlineData("xml", "<r>1</r>", """{"r":"1"}""")]
    [InlineData("string", "text", """{"content":"text"}""")]
    public async Task An_unknown_encoding_means_json_whatever_the_backend_speaks(string encoding, string body, string expected)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One($"\"encoding\":\"{encoding}\"", """ "output_encoding":"jsonn" """), upstream => upstream.Answer("/b", body));

        (await pipe.GetAsync("/x")).IsData(expected);
        Assert.Contains(pipe.Gateway.Diagnostics.All, static d => d.Severity == ConfigSeverity.Warning && d.Message.Contains("\"jsonn\" is no output encoding", StringComparison.Ordinal));
    }

    [Fact, Spec("MAN-075")]
    public async Task Fast_json_is_the_same_document() =>
        (await DataPipe.OneAsync("""{"b":1.0,"a":"<"}""", endpoint: """ "output_encoding":"fast-json" """)).IsData("""{"a":"\u003c","b":1.0}""");

    [Fact]
    public async Task Yaml_is_refused_at_load_without_its_plugin()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestGateway.StartAsync(DataPipe.One("", """ "output_encoding":"yaml" """), "http://127.0.0.1:11"));

        Assert.Contains("no plugin provides the encoding \"yaml\"", refusal.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("MAN-076", "MAN-083")]
    [InlineData("""[{"b":1,"a":[ ]},2]""", """ "is_collection":true """, """[{"a":[],"b":1},2]""")]
    [InlineData("""[{"b":1}]""", """ "encoding":"safejson" """, """[{"b":1}]""")]
    [InlineData("[]", """ "is_collection":true """, "[]")]
    [InlineData("null", """ "is_collection":true """, "null")]
    [InlineData("""{"collection":{"a":1},"z":2}""", "", """{"a":1}""")]
    [InlineData("""{"items":[1e400]}""", """ "mapping":{"items":"collection"} """, "[1e400]")]
    [InlineData("<l><i>1</i><i>2</i></l>", """ "encoding":"xml","extra_config":{"proxy":{"flatmap_filter":[{"type":"move","args":["l.i","collection"]}]}} """, """["1","2"]""")]
    public async Task Json_collection_is_the_value_of_the_key_alone(string body, string backend, string expected) =>
        (await DataPipe.OneAsync(body, backend, """ "output_encoding":"json-collection" """)).IsData(expected);

    [Theory, Spec("MAN-076", "MAN-062", "MAN-093")]
    [InlineData("""{"a":1}""", "", true)]
    [InlineData("{}", "", false)]
    [InlineData("null", "", false)]
    [InlineData("[1]", """ "is_collection":true,"group":"g" """, true)]
    [InlineData("[1]", """ "is_collection":true,"deny":["collection"] """, false)]
    public async Task Json_collection_without_the_key_is_the_empty_list(string body, string backend, bool completed) =>
        (await DataPipe.OneAsync(body, backend, """ "output_encoding":"json-collection" """)).IsData("[]", completed);

    [Fact, Spec("MAN-076", "MAN-002")]
    public async Task Json_collection_finds_the_key_in_a_merge()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "output_encoding":"json-collection" """, "", """ "is_collection":true """),
            upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", """[{"b":1,"a":2}]"""));

        (await pipe.GetAsync("/x")).IsData("""[{"a":2,"b":1}]""");
    }

    [Theory, Spec("MAN-077", "MAN-083")]
    [InlineData("a \"quoted\" <b> \\ é\n", """ "encoding":"string" """, "a \"quoted\" <b> \\ é\n")]
    [InlineData("""{"content":"\u003c\u00e9\n\"","x":1}""", "", "<é\n\"")]
    [InlineData("""{"content":1.50}""", "", "1.50")]
    [InlineData("""{"content":12345678901234567890}""", "", "12345678901234567890")]
    [InlineData("""{"content":true}""", "", "true")]
    [InlineData("false", """ "encoding":"safejson" """, "false")]
    [InlineData("""{"content":{"a":1}}""", "", "")]
    [InlineData("""{"content":[1]}""", "", "")]
    [InlineData("""{"content":null}""", "", "")]
    [InlineData("""{"a":1}""", "", "")]
    [InlineData("null", "", "")]
    [InlineData("""{"m":"t"}""", """ "mapping":{"m":"content"} """, "t")]
    [InlineData("<content>  t </content>", """ "encoding":"xml" """, "t")]
    public async Task String_is_the_content_without_quotes(string body, string backend, string expected) =>
        (await DataPipe.OneAsync(body, backend, """ "output_encoding":"string" """)).HasText(expected);

    [Fact, Spec("MAN-077", "MAN-065")]
    public async Task String_in_and_out_passes_the_text_through()
    {
        var text = string.Concat(Enumerable.Repeat("line <é> \"\\\" 漢😀\r\n", 5_000));

        (await DataPipe.OneAsync(text, """ "encoding":"string" """, """ "output_encoding":"string" """)).HasText(text);
    }

    [Theory, Spec("MAN-078", "MAN-083")]
    [InlineData("""{"user":{"-type":"admin","name":"E"}}""", "", """<user type="admin"><name>E</name></user>""")]
    [InlineData("""{"a":1,"b":"x & y"}""", "", "<doc><a>1</a><b>x &amp; y</b></doc>")]
    [InlineData("""{"a":[1,2]}""", "", "<doc><a>1</a><a>2</a></doc>")]
    [InlineData("""{"b":null,"a":""}""", "", "<doc><a/><b/></doc>")]
    [InlineData("{}", "", "<doc/>")]
    [InlineData("""{"r":{"#text":"<t>","-q":"\"'&<","z":{"y":[{"k":true},1e400]}}}""", "", "<r q=\"&quot;&apos;&amp;&lt;\">&lt;t&gt;<z><y><k>true</k></y><y>1e400</y></z></r>")]
    [InlineData("[1,2]", """ "is_collection":true """, "<doc><collection>1</collection><collection>2</collection></doc>")]
    [InlineData("text", """ "encoding":"string" """, "<content>text</content>")]
    [InlineData("<r a=\"1\"><i>é</i><i>2</i></r>", """ "encoding":"xml" """, "<r a=\"1\"><i>é</i><i>2</i></r>")]
    public async Task Xml_of_any_data(string body, string backend, string expected) =>
        (await DataPipe.OneAsync(body, backend, """ "output_encoding":"xml" """)).HasXml(expected);

    [Fact, Spec("MAN-079")]
    public async Task A_lone_list_of_objects_has_no_common_root() =>
        (await DataPipe.OneAsync("""{"a":[{"b":1},{"b":2}]}""", endpoint: """ "output_encoding":"xml" """)).HasXml("<a><b>1</b></a><a><b>2</b></a>");

    [Theory, Spec("MAN-079", "MAN-085")]
    [InlineData("""{"a":{"-attr":{"b":1}}}""", "xml: the attribute \"-attr\" is an object or a list")]
    [InlineData("""{"a":{"1x":2}}""", "xml: the key \"1x\" is no legal element name")]
    [InlineData("""{"a b":1,"c":2}""", "xml: the key \"a b\" is no legal element name")]
    public async Task What_xml_cannot_say_is_a_500_without_a_part_of_the_document(string body, string text)
    {
        (await DataPipe.OneAsync(body, "", """ "output_encoding":"xml","cache_ttl":"1h" """)).IsError(text);
        (await DataPipe.OneAsync(body, "", """ "output_encoding":"xml" """, root: "")).IsError("");
    }

    [Fact, Spec("MAN-079")]
    public async Task What_cannot_be_rendered_is_logged_and_the_next_answer_is_whole()
    {
        var calls = 0;
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "output_encoding":"xml" """),
            upstream => upstream.On("/b", context => context.Response.WriteAsync(Interlocked.Increment(ref calls) == 1 ? """{"good":1,"<bad>":2}""" : """{"good":1}""")));

        Assert.Equal(500, (await pipe.GetAsync("/x")).Status);
        (await pipe.GetAsync("/x")).HasXml("<good>1</good>");
        await pipe.Gateway.WaitForLogAsync("ERROR: [ENDPOINT: /x] the answer cannot be rendered: xml: the key \"<bad>\" is no legal element name");
    }

    [Theory, Spec("MAN-081", "MAN-082")]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("application/*", false)]
    [InlineData("application/json", false)]
    [InlineData("application/xml", true)]
    [InlineData("APPLICATION/XML", true)]
    [InlineData("image/png, application/xml;q=0.1, application/json", true)]
    [InlineData("application/json;q=0.1, application/xml;q=0.9", false)]
    [InlineData("application/xml; charset=utf-8", true)]
    [InlineData("image/png", false)]
    [InlineData("text/html", false)]
    public async Task Negotiate_takes_the_first_that_it_can_serve(string? accept, bool isXml)
    {
        var answer = await DataPipe.OneAsync("""{"b":{"a":1}}""", endpoint: """ "output_encoding":"negotiate" """, accept: accept);

        if (isXml)
            answer.HasXml("<b><a>1</a></b>");
        else
            answer.IsData("""{"b":{"a":1}}""");
    }

    [Fact, Spec("MAN-082")]
    public async Task Negotiate_reads_several_accept_headers_in_order()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "output_encoding":"negotiate" """), upstream => upstream.Answer("/b", """{"a":1}"""));

        (await pipe.GetAsync("/x", ("Accept", "image/png"), ("Accept", "application/xml"), ("Accept", "application/json"))).HasXml("<a>1</a>");
    }

    [Theory, Spec("MAN-085")]
    [InlineData("xml")]
    [InlineData("string")]
    [InlineData("json-collection")]
    [InlineData("negotiate")]
    public async Task Errors_are_not_rendered(string encoding)
    {
        var endpoint = $"\"output_encoding\":\"{encoding}\"";

        (await DataPipe.OneAsync("nope", "", endpoint, accept: "application/xml")).IsError("invalid character 'o' in literal null (expecting 'u')");
        (await DataPipe.OneAsync("nope", "", endpoint, root: "", accept: "application/xml")).IsError("");
    }

    [Fact, Spec("MAN-084", "MAN-070", "MAN-092")]
    public async Task No_op_passes_status_headers_and_bytes()
    {
        byte[] body = [.. Enumerable.Range(0, 100_000).Select(static i => (byte)i)];
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One("", """ "output_encoding":"no-op","cache_ttl":"1h" """),
            upstream => upstream.On("/b", async context =>
            {
                context.Response.StatusCode = 207;
                context.Response.Headers.SetCookie = new(["a=1; Path=/", "b=2"]);
                context.Response.Headers["X-Custom"] = "v";
                context.Response.ContentType = "application/octet-stream";
                await context.Response.Body.WriteAsync(body);
            }));

        var answer = await pipe.GetAsync("/x");

        Assert.Equal(207, answer.Status);
        Assert.Equal(body, answer.Bytes);
        Assert.Equal(["a=1; Path=/", "b=2"], answer.Headers.GetValues("Set-Cookie"));
        Assert.Equal("v", answer.Header("X-Custom"));
        Assert.Equal("application/octet-stream", answer.ContentType);
        Assert.Equal("false", answer.Completed);
        Assert.StartsWith("Version ", answer.Header("X-Krakend"), StringComparison.Ordinal);
        Assert.Null(answer.CacheControl);
    }

    [Fact, Spec("MAN-084", "MAN-106", "MAN-108")]
    public async Task No_op_passes_errors_of_the_backend_as_they_are()
    {
        var answer = await DataPipe.OneAsync(
            "its own text", """ "extra_config":{"backend/http":{"return_error_code":true}} """, """ "output_encoding":"no-op" """, status: 503);

        Assert.Equal("its own text", answer.Body);
        Assert.Equal(503, answer.Status);
        Assert.Equal("application/json", answer.ContentType);
    }

    [Fact, Spec("MAN-084", "MAN-105")]
    public async Task No_op_without_an_answer_is_a_500()
    {
        await using var gateway = await TestGateway.StartAsync(DataPipe.One("", """ "output_encoding":"no-op" """), "http://127.0.0.1:11");
        using var response = await gateway.Client.GetAsync("/x");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Contains("connection refused", await response.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
    }
}
