using System.Text;
using Gateway.FrontDoor.Manipulation;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Encodings;

/// <summary>The bytes of rendered JSON.</summary>
public sealed class ExactOutputTests
{
    private const string Tree = """ "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["none"]}]}} """;

    /// <summary>The way of the bytes and the way over the tree.</summary>
    public static TheoryData<string, string, string> Documents()
    {
        (string Body, string Expected)[] documents =
        [
            // Keys are sorted at every level, by their UTF-8 bytes.
            ("""{"b":{"z":[{"y":1,"x":2}],"a":{"d":1,"c":2}},"a":1}""", """{"a":1,"b":{"a":{"c":2,"d":1},"z":[{"x":2,"y":1}]}}"""),
            ("{\"a\":1,\"B\":2,\"\":3,\"aa\":4,\"a-\":5,\"é\":6,\"z\":7,\"\uFFFD\":8,\"😀\":9}", "{\"\":3,\"B\":2,\"a\":1,\"a-\":5,\"aa\":4,\"z\":7,\"é\":6,\"\uFFFD\":8,\"😀\":9}"),
            ("""{"abcdefgh2":1,"abcdefgh1":2,"abcdefgh":3,"abcdefghi":4}""", """{"abcdefgh":3,"abcdefgh1":2,"abcdefgh2":1,"abcdefghi":4}"""),
            // No insignificant white space.
            ("{ \"a\" : [ 1 , 2 , { } , [ ] ] ,\r\n\t\"b\" : \"a  b\" } \n", """{"a":[1,2,{},[]],"b":"a  b"}"""),
            // Escapes in the form of the reference.
            ("{\"s\":\"<a href='x'>&amp;</a>\"}", "{\"s\":\"\\u003ca href='x'\\u003e\\u0026amp;\\u003c/a\\u003e\"}"),
            ("{\"s\":\"\u2028\u2029\u2027\u202A\"}", "{\"s\":\"\\u2028\\u2029\u2027\u202A\"}"),
            ("{\"s\":\"\\u003C\\u003e\\u0026\\u2028\\u00e9\\u0041\\/\"}", "{\"s\":\"\\u003c\\u003e\\u0026\\u2028éA/\"}"),
            ("{\"s\":\"\\u0008\\u000c\\u000a\\u000D\\u0009\\u0000\\u001F\\u007f\"}", "{\"s\":\"\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\"}"),
            ("{\"s\":\"\\\"\\\\ \\ud83d\\ude00 é 漢\"}", "{\"s\":\"\\\"\\\\ 😀 é 漢\"}"),
            // Halves of surrogate pairs.
            ("{\"s\":\"\\ud800 \\udc00\\ud800\\u0041\"}", "{\"s\":\"\uFFFD \uFFFD\uFFFDA\"}"),
            ("{\"<k>\":1,\"\\u0061\\/\":2}", "{\"\\u003ck\\u003e\":1,\"a/\":2}"),
            // Numbers as written.
            ("""{"n":[0,-0,1.0,1.50,1e3,1E+3,1e-3,1e400,-1e-400,12345678901234567890,9223372036854775807,-9223372036854775808,0.1]}""",
                """{"n":[0,-0,1.0,1.50,1e3,1E+3,1e-3,1e400,-1e-400,12345678901234567890,9223372036854775807,-9223372036854775808,0.1]}"""),
            // Duplicates: the last one, wherever it stands.
            ("""{"b":1,"a":{"x":1},"b":{"y":2,"y":3},"a":[1]}""", """{"a":[1],"b":{"y":3}}"""),
            ("""{"t":true,"f":false,"n":null,"e":{},"l":[],"s":""}""", """{"e":{},"f":false,"l":[],"n":null,"s":"","t":true}"""),
        ];
        var rows = new TheoryData<string, string, string>();
        foreach (var (body, expected) in documents)
        {
            rows.Add(body, "", expected);
            rows.Add(body, Tree, expected);
        }
        return rows;
    }

    [Theory, MemberData(nameof(Documents)), Spec("MAN-074", "MAN-061", "MAN-060")]
    public async Task Json_is_canonical(string body, string backend, string expected) =>
        (await DataPipe.OneAsync(body, backend)).IsData(expected);

    [Theory, Spec("MAN-074")]
    [InlineData("")]
    [InlineData(Tree)]
    [InlineData(""" "group":"g" """)]
    public async Task Invalid_utf8_becomes_one_replacement_per_byte(string backend)
    {
        byte[] body = [.. "{\"b\":\""u8, 0xE2, 0x82, (byte)'a', 0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80, .. "\",\""u8, 0xF0, 0x9F, .. "\":1}"u8];
        const string Expected = "{\"b\":\"\uFFFD\uFFFDa\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\",\"\uFFFD\uFFFD\":1}";

        var answer = await DataPipe.OneAsync(body, backend);

        answer.IsData(backend.Contains("group", StringComparison.Ordinal) ? $"{{\"g\":{Expected}}}" : Expected);
    }

    [Theory, Spec("MAN-074", "MAN-002")]
    [InlineData("")]
    [InlineData(Tree)]
    public async Task A_merge_is_canonical_too(string second)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("", "", second, """ "encoding":"xml" """, """ "group":"é" """),
            upstream => upstream
                .Answer("/b0", """{"z":1e400,"<":{"b":1,"a":1.0}}""")
                .Answer("/b1", """{"\u0062":12345678901234567890,"a":"\u003C\/"}""")
                .Answer("/b2", "<m x=\"2\"><n>&lt;</n></m>")
                .Answer("/b3", """{"y":1,"x":[ ]}"""));

        (await pipe.GetAsync("/x")).IsData(
            """{"\u003c":{"a":1.0,"b":1},"a":"\u003c/","b":12345678901234567890,"m":{"-x":"2","n":"\u003c"},"z":1e400,"é":{"x":[],"y":1}}""");
    }

    [Fact, Spec("MAN-074", "MAN-060")]
    public async Task A_large_document_comes_out_as_it_went_in()
    {
        var text = new StringBuilder("""{"items":[""");
        for (var i = 0; i < 20_000; i++)
            text.Append(i == 0 ? "" : ",").Append($$"""{"id":{{i}},"name":"item {{i}} é","price":{{i}}.50}""");
        var body = text.Append("]}").ToString();

        (await DataPipe.OneAsync(body)).IsData(body);
    }

    [Theory, Spec("MAN-060")]
    [InlineData(1000, true)]
    [InlineData(20_000, false)]
    public async Task Depth_is_bounded(int depth, bool isServed)
    {
        var body = $$"""{"a":{{new string('[', depth - 1)}}{{new string(']', depth - 1)}}}""";

        var answer = await DataPipe.OneAsync(body);

        if (isServed)
            answer.IsData(body);
        else
            answer.IsError("exceeded max depth");
    }
}
