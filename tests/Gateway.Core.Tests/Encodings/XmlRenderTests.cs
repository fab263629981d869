using Gateway.Core.Encodings;
using Gateway.Core.Tests.Manipulation;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;
using TextEncoding = System.Text.Encoding;

namespace Gateway.Core.Tests.Encodings;

public sealed class XmlRenderTests
{
    [Theory, Spec("MAN-078")]
    [InlineData("""{"user":{"-type":"admin","name":"E"}}""", """<user type="admin"><name>E</name></user>""")]
    [InlineData("""{"a":1,"b":"x & y"}""", "<doc><a>1</a><b>x &amp; y</b></doc>")]
    [InlineData("""{"a":[1,2]}""", "<doc><a>1</a><a>2</a></doc>")]
    [InlineData("{}", "<doc/>")]
    [InlineData("""{"a":null}""", "<a/>")]
    [InlineData("""{"a":""}""", "<a/>")]
    [InlineData("""{"a":{}}""", "<a/>")]
    [InlineData("""{"a":[]}""", "<a/>")]
    [InlineData("""{"a":null,"b":"","c":{},"d":[]}""", "<doc><a/><b/><c/><d/></doc>")]
    [InlineData("""{"a":[null,"",1,[2,[3]],[]],"b":0}""", "<doc><a/><a/><a>1</a><a>2</a><a>3</a><a/><b>0</b></doc>")]
    [InlineData("""{"a":true,"b":false,"c":1.0,"d":12345678901234567890,"e":1e3}""", "<doc><a>true</a><b>false</b><c>1.0</c><d>12345678901234567890</d><e>1e3</e></doc>")]
    [InlineData("""{"a":{"-z":1,"-b":true,"-n":null}}""", """<a b="true" n="" z="1"/>""")]
    [InlineData("""{"a":{"-k":"v","#text":"t"}}""", """<a k="v">t</a>""")]
    [InlineData("""{"a":{"-k":"v","#text":"t","c":1,"b":2}}""", """<a k="v">t<b>2</b><c>1</c></a>""")]
    [InlineData("""{"a":{"#text":5}}""", "<a>5</a>")]
    [InlineData("""{"a":{"z":1,"B":2,"a":3,"_":4}}""", "<a><B>2</B><_>4</_><a>3</a><z>1</z></a>")]
    [InlineData("""{"a":{"-k":"<>&\"'\n\t\r","t":"<>&\"'\n\t\r"}}""", "<a k=\"&lt;&gt;&amp;&quot;&apos;&#xA;&#x9;&#xD;\"><t>&lt;&gt;&amp;&quot;&apos;\n\t&#xD;</t></a>")]
    [InlineData("""{"n:a":{"-n:b":"1","-xmlns:n":"urn:x"}}""", """<n:a n:b="1" xmlns:n="urn:x"/>""")]
    [InlineData("""{"été":{"日本":"é€😀"}}""", "<été><日本>é€😀</日本></été>")]
    public void Data_is_written_as_documented(string json, string expected) => Assert.Equal(expected, Write(TreeText.Parse(json)));

    [Fact, Spec("MAN-078")]
    public void Elements_are_sorted_by_their_utf8_bytes()
    {
        var data = TreeText.Parse("""{"x":{"\ud800\udc00":1,"\uf900":2,"z":3,"é":4}}""");

        Assert.Equal("<x><z>3</z><é>4</é><\uF900>2</\uF900><\U00010000>1</\U00010000></x>", Write(data));
    }

    [Theory, Spec("MAN-079")]
    [InlineData("""{"a":[{"x":1},{"y":2}]}""", "<a><x>1</x></a><a><y>2</y></a>")]
    [InlineData("""{"a":[{}]}""", "<a/>")]
    [InlineData("""{"a":[{"x":1},2]}""", "<doc><a><x>1</x></a><a>2</a></doc>")]
    [InlineData("""{"a":[[{"x":1}]]}""", "<doc><a><x>1</x></a></doc>")]
    public void A_lone_list_of_objects_has_no_common_root(string json, string expected) => Assert.Equal(expected, Write(TreeText.Parse(json)));

    [Theory, Spec("MAN-079")]
    [InlineData("""{"a":{"-b":{"c":1}}}""")]
    [InlineData("""{"a":{"-b":[]}}""")]
    [InlineData("""{"a":{"#text":{}}}""")]
    [InlineData("""{"a":{"#text":[1],"b":1}}""")]
    [InlineData("""{"":1}""")]
    [InlineData("""{"a b":1}""")]
    [InlineData("""{"1a":1}""")]
    [InlineData("""{"a>":1}""")]
    [InlineData("""{"a":{"-":1}}""")]
    [InlineData("""{"a":{"-b c":1}}""")]
    [InlineData("""{"a":{"--b":1}}""")]
    [InlineData("""{"a":{"b/><script":1}}""")]
    [InlineData("""{"-a":1}""")]
    [InlineData("""{"#text":1}""")]
    [InlineData("""{"@odata.context":1,"b":2}""")]
    [InlineData("""{"a":{"\u00d7":1}}""")]
    [InlineData("""{"x":{"":[1]}}""")]
    public void What_xml_cannot_express_is_refused(string json) =>
        Assert.Throws<RenderException>(() => Write(TreeText.Parse(json)));

    [Fact, Spec("MAN-079")]
    public void A_name_with_half_a_surrogate_pair_is_refused()
    {
        var data = new DataObject();
        data["a\uD800"] = DataNull.Instance;

        Assert.Throws<RenderException>(() => Write(data));
    }

    [Fact]
    public void Characters_that_xml_cannot_express_are_replaced()
    {
        var data = new DataObject();
        data["a"] = new DataString("\u0000x\u0008\u001F\uFFFE\uFFFF\uD800y\u007F\u0085");

        Assert.Equal("<a>\uFFFDx\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDy\u007F\u0085</a>", Write(data));
    }

    [Theory]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(100_000)]
    public void Long_text_is_written_whole_wherever_a_buffer_ends(int length)
    {
        var text = new string('x', length - 1) + "😀<" + new string('é', length);
        var data = new DataObject();
        data["a"] = new DataString(text);

        Assert.Equal("<a>" + text.Replace("<", "&lt;", StringComparison.Ordinal) + "</a>", Write(data));
    }

    [Fact]
    public void Data_deeper_than_the_stack_is_refused()
    {
        var root = new DataObject();
        var at = root;
        for (var i = 0; i < 200_000; i++)
        {
            var next = new DataObject();
            at["a"] = next;
            at = next;
        }

        Assert.Throws<RenderException>(() => Write(root));
    }

    [Fact, Spec("MAN-066", "MAN-078")]
    public void What_was_rendered_decodes_to_the_same_data()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var root = new DataObject();
            root["root"] = Element(random, 0);

            var xml = Write(root);
            var back = XmlDecoder.Decode(TextEncoding.UTF8.GetBytes(xml), isCollection: false);

            Assert.Equal(TreeText.Print(root), TreeText.Print(back));
        }
    }

    // Only what the decoder itself can produce: no list of one, no blank edges, no empty container.
    private static DataNode Element(Random random, int depth)
    {
        if (depth > 4 || random.Next(3) == 0)
            return new DataString(random.Next(4) == 0 ? "" : Text(random));
        var data = new DataObject();
        for (var i = random.Next(0, 3); i > 0; i--)
            data["-" + Name(random)] = new DataString(Text(random));
        if (random.Next(3) == 0)
            data["#text"] = new DataString(Text(random));
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            if (random.Next(3) > 0)
            {
                data[Name(random)] = Element(random, depth + 1);
                continue;
            }
            var list = new DataArray();
            for (var n = random.Next(2, 4); n > 0; n--)
                list.Items.Add(Element(random, depth + 1));
            data[Name(random)] = list;
        }
        return data;
    }

    private static string Name(Random random) => new[] { "a", "b", "c1", "é", "_x", "日" }[random.Next(6)];

    private static string Text(Random random)
    {
        const string alphabet = "ab<>&\"'\r\n\t é€]/!-\u0085";
        var inner = string.Concat(Enumerable.Range(0, random.Next(0, 20)).Select(_ => alphabet[random.Next(alphabet.Length)]));
        return "x" + inner + "😀";
    }

    private static string Write(DataObject data)
    {
        using var output = new PooledBytes(16);
        XmlRender.Write(output, data);
        return TextEncoding.UTF8.GetString(output.Span);
    }
}
