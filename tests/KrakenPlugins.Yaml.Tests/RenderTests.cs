using System.Buffers;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace KrakenPlugins.Yaml.Tests;

/// <summary>Answers written as YAML.</summary>
public sealed class RenderTests
{
    [Theory]
    [Spec("MAN-080", "MAN-083")]
    [InlineData("{}", "{}\n")]
    [InlineData("""{"b":1,"a":"x","B":true,"é":null}""", "B: true\na: x\nb: 1\né: null\n")]
    [InlineData("""{"a":{"c":1,"b":{"d":{}}},"e":[]}""", "a:\n  b:\n    d: {}\n  c: 1\ne: []\n")]
    [InlineData("""{"a":[1,"x",{"c":1,"b":[2]},[3,[4]],{},[]]}""", "a:\n- 1\n- x\n- b:\n  - 2\n  c: 1\n- - 3\n  - - 4\n- {}\n- []\n")]
    [InlineData("""{"num":[1.0,12345678901234567890,1e3,-0.5]}""", "num:\n- 1.0\n- 12345678901234567890\n- 1e3\n- -0.5\n")]
    [InlineData("""{"s":["","true","Yes","n","1","0x1","1e3","12:30","2001-01-01","~","null","-","- a","a: b","a:","a #b","#","&a","*a","!","{","[","%","@","`","'","a "," a","=","<<",".5","?"]}""",
        "s:\n- \"\"\n- \"true\"\n- \"Yes\"\n- \"n\"\n- \"1\"\n- \"0x1\"\n- \"1e3\"\n- \"12:30\"\n- \"2001-01-01\"\n- \"~\"\n- \"null\"\n- \"-\"\n- \"- a\"\n- \"a: b\"\n- \"a:\"\n- \"a #b\"\n- \"#\"\n- \"&a\"\n- \"*a\"\n- \"!\"\n- \"{\"\n- \"[\"\n- \"%\"\n- \"@\"\n- \"`\"\n- \"'\"\n- \"a \"\n- \" a\"\n- \"=\"\n- \"<<\"\n- \".5\"\n- \"?\"\n")]
    [InlineData("""{"s":["a b","1.5s","x:y","http://h:80/p?q=1#f","it's","a\"b","a\\b","(a)","$x","nope","é"]}""",
        "s:\n- a b\n- 1.5s\n- x:y\n- http://h:80/p?q=1#f\n- it's\n- a\"b\n- a\\b\n- (a)\n- $x\n- nope\n- é\n")]
    [InlineData("""{"s":["a\nb","\t","\u0000\u007f\u0085\u2028\ufeff","😀"],"1":2,"a: b":3}""", "\"1\": 2\n\"a: b\": 3\ns:\n- \"a\\nb\"\n- \"\\t\"\n- \"\\u0000\\u007f\\u0085\\u2028\\ufeff\"\n- \"😀\"\n")]
    public async Task Writes_block_style_with_sorted_keys(string json, string yaml)
    {
        await using var front = await Front.StartAsync("""{"endpoint":"/e","output_encoding":"yaml","backend":[{"url_pattern":"/b"}]}""", ("/b", json));

        Assert.Equal((200, "application/yaml; charset=utf-8", yaml), await front.GetAsync("/e"));
    }

    [Fact]
    [Spec("MAN-083")]
    public async Task Wrappers_of_decoding_stay_and_null_is_null()
    {
        await using var front = await Front.StartAsync(
            """
            {"endpoint":"/c","output_encoding":"yaml","backend":[{"url_pattern":"/list","is_collection":true}]},
            {"endpoint":"/s","output_encoding":"yaml","backend":[{"url_pattern":"/text","encoding":"string"}]},
            {"endpoint":"/n","output_encoding":"yaml","backend":[{"url_pattern":"/null"}]}
            """, ("/list", "[1]"), ("/text", "x"), ("/null", "null"));

        Assert.Equal("collection:\n- 1\n", (await front.GetAsync("/c")).Body);
        Assert.Equal("content: x\n", (await front.GetAsync("/s")).Body);
        Assert.Equal("null\n", (await front.GetAsync("/n")).Body);
    }

    [Theory]
    [Spec("MAN-081", "MAN-082")]
    [InlineData("text/plain", "application/yaml; charset=utf-8")]
    [InlineData("application/x-yaml", "application/yaml; charset=utf-8")]
    [InlineData("text/*;q=0.1, application/json", "application/yaml; charset=utf-8")]
    [InlineData("application/json", "application/json; charset=utf-8")]
    [InlineData("application/xml", "application/xml")]
    [InlineData("image/png", "application/json; charset=utf-8")]
    [InlineData(null, "application/json; charset=utf-8")]
    public async Task Takes_part_in_the_negotiation(string? accept, string type)
    {
        await using var front = await Front.StartAsync("""{"endpoint":"/e","output_encoding":"negotiate","backend":[{"url_pattern":"/b"}]}""", ("/b", """{"a":1}"""));

        var reply = await front.GetAsync("/e", accept);

        Assert.Equal(type, reply.Type);
        if (type.StartsWith("application/yaml", StringComparison.Ordinal))
            Assert.Equal("a: 1\n", reply.Body);
    }

    [Fact]
    public void What_was_written_reads_back_the_same()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var tree = (DataObject)Random(new Random(seed), 5, isRoot: true);

            Assert.Equal((seed, DataJson.ToString(tree)), (seed, ReadBack(Rendered(tree))));
        }
    }

    [Fact]
    public void Depth_and_long_keys_stay_readable_and_the_output_stays_small()
    {
        var root = new DataObject();
        var inner = root;
        for (var i = 0; i < 800; i++)
        {
            var next = new DataObject();
            inner[new string('k', i % 50 == 0 ? 2_000 : 1)] = next;
            inner = next;
        }
        inner["list"] = new DataArray();
        for (var i = 0; i < 1_000; i++)
            ((DataArray)inner["list"]!).Add(DataNumber.Of(i));

        var text = Rendered(root);

        Assert.True(text.Length < 100_000, $"{text.Length}");
        Assert.Equal(DataJson.ToString(root), ReadBack(text));
    }

    private static string Rendered(DataObject tree)
    {
        var output = new ArrayBufferWriter<byte>();
        using var payload = new TreePayload(tree);
        new YamlRender().Write(payload, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string ReadBack(string yaml)
    {
        var body = new PooledBytes();
        body.Write(Encoding.UTF8.GetBytes(yaml));
        Assert.True(new YamlDecoder(isCollection: false).Decode(body, out var payload, out var error), $"{error}\n{yaml}");
        using (payload)
            return DataJson.ToString(payload!.Tree);
    }

    private static readonly string[] s_texts =
        ["", "x", "true", "yes", "1", "0x1", "~", "a b", " a ", "a: b", "a #b", "- a", "'", "\"", "\\", "\n", "a\nb\n", "\t", "é😀", "{", "[x]", "&a", "*a", "!t", "%", "@", "2001-01-01", "<<", "=", ".", "\u0001", "\u2028", "\u0085", "?", "---", "...", "-1", "0o7", ":", "a:", "\ufeff"];

    private static DataNode Random(Random random, int depth, bool isRoot = false)
    {
        switch (isRoot ? 6 : random.Next(depth > 0 ? 8 : 5))
        {
            case 0:
                return DataBoolean.Of(random.Next(2) == 0);
            case 1:
                return DataNumber.Of(random.NextInt64());
            case 2:
                return new DataNumber("1.50");
            case 3:
                return DataNull.Instance;
            case 4:
                return new DataString(s_texts[random.Next(s_texts.Length)]);
            case 5:
                var items = new DataArray();
                for (var i = random.Next(4); i > 0; i--)
                    items.Add(Random(random, depth - 1));
                return items;
            default:
                var members = new DataObject();
                for (var i = random.Next(5); i >= 0; i--)
                    members[random.Next(2) == 0 ? $"k{i}" : s_texts[random.Next(s_texts.Length)]] = Random(random, depth - 1);
                return members;
        }
    }
}
