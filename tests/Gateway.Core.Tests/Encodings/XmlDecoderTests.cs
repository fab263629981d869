using System.Text;
using Gateway.Core.Encodings;
using Gateway.Core.Tests.Manipulation;
using Gateway.Testing;
using Xunit;
using TextEncoding = System.Text.Encoding;

namespace Gateway.Core.Tests.Encodings;

public sealed class XmlDecoderTests
{
    [Theory, Spec("MAN-066")]
    [InlineData("""<user type="admin"><name>E</name></user>""", """{"user":{"-type":"admin","name":"E"}}""")]
    [InlineData("""<r a="1">t</r>""", """{"r":{"#text":"t","-a":"1"}}""")]
    [InlineData("<r/>", """{"r":""}""")]
    [InlineData("<r></r>", """{"r":""}""")]
    [InlineData("<r> \t\r\n </r>", """{"r":""}""")]
    [InlineData("""<r a=""/>""", """{"r":{"-a":""}}""")]
    [InlineData("<r><a/><b/></r>", """{"r":{"a":"","b":""}}""")]
    [InlineData("<r><a>1</a><b>x</b><a>2</a><a><c>3</c></a></r>", """{"r":{"a":["1","2",{"c":"3"}],"b":"x"}}""")]
    [InlineData("<r><a>1</a></r>", """{"r":{"a":"1"}}""")]
    [InlineData("<r>\n  padded\t</r>", """{"r":"padded"}""")]
    [InlineData("<r>\u00A0kept\u00A0</r>", """{"r":"\u00A0kept\u00A0"}""")]
    [InlineData("<r><![CDATA[<b>&amp;]]></r>", """{"r":"<b>&amp;"}""")]
    [InlineData("<r>\n <![CDATA[ x ]]>\n</r>", """{"r":"x"}""")]
    [InlineData("<r>x<![CDATA[y]]> <![CDATA[z]]></r>", """{"r":"xy z"}""")]
    [InlineData("<r>one<!-- no -->two<?pi no?>three</r>", """{"r":"onetwothree"}""")]
    [InlineData("<?xml version='1.0'?><!DOCTYPE r SYSTEM 'r.dtd'><!-- c --><?pi x?><r>1</r><!-- d -->", """{"r":"1"}""")]
    [InlineData("<r>&lt;&#65;&#x42;&gt;&amp;&quot;&apos;</r>", """{"r":"<AB>&\"'"}""")]
    [InlineData("<r><a>true</a><b>1.50</b></r>", """{"r":{"a":"true","b":"1.50"}}""")]
    [InlineData("""<n:r xmlns:n="urn:x" xmlns="urn:y" n:a="1"><n:b/></n:r>""", """{"r":{"-a":"1","-n":"urn:x","-xmlns":"urn:y","b":""}}""")]
    [InlineData("<soap:r><x:a y:b='1'>t</x:a></soap:r>", """{"r":{"a":{"#text":"t","-b":"1"}}}""")]
    [InlineData("<r>before<a/>after</r>", """{"r":{"#text":"before","a":""}}""")]
    [InlineData("<r><a/>middle<b/>after</r>", """{"r":{"#text":"after","a":"","b":""}}""")]
    [InlineData("<r k='v'>before<a/>after</r>", """{"r":{"#text":"after","-k":"v","a":""}}""")]
    [InlineData("\n  <?xml version='1.0' encoding='UTF-8'?>\n<r>1</r>", """{"r":"1"}""")]
    [InlineData("<r>1</r> trailing <nonsense", """{"r":"1"}""")]
    [InlineData("<r>\U0001F600</r>", """{"r":"\uD83D\uDE00"}""")]
    public void Elements_attributes_and_text_map_as_documented(string xml, string expected) => Assert.Equal(expected, Decode(xml));

    [Fact, Spec("MAN-067")]
    public void A_collection_holds_the_document_as_an_object()
    {
        var data = XmlDecoder.Decode("<People><Person>A</Person><Person>B</Person></People>"u8.ToArray(), isCollection: true);

        Assert.Equal("""{"collection":{"People":{"Person":["A","B"]}}}""", TreeText.Print(data));
    }

    [Theory, Spec("MAN-067")]
    [InlineData("ISO-8859-1", 28591, "é ü")]
    [InlineData("iso-8859-1", 1252, "é € “x”")]
    [InlineData("latin1", 28591, "ñ")]
    [InlineData("us-ascii", 28591, "plain")]
    [InlineData("windows-1252", 1252, "é € “x”")]
    [InlineData("Windows-1251", 1251, "Привет")]
    [InlineData("iso-8859-15", 28605, "€")]
    [InlineData("Shift_JIS", 932, "日本語")]
    [InlineData("utf8", 65001, "é €")]
    [InlineData("UTF-8", 65001, "é €")]
    public void The_declared_character_set_is_honoured(string label, int codePage, string text)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? TextEncoding.GetEncoding(codePage);
        var body = encoding.GetBytes($"<?xml version=\"1.0\" encoding='{label}' ?><r a='{text}'>{text}</r>");

        Assert.Equal($$$"""{"r":{"#text":"{{{text}}}","-a":"{{{text}}}"}}""", TreeText.Print(XmlDecoder.Decode(body, isCollection: false)));
    }

    [Theory, Spec("MAN-067")]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Utf16_is_understood(bool mark, bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, mark);
        byte[] body = [.. encoding.GetPreamble(), .. encoding.GetBytes("<?xml version='1.0' encoding='utf-16'?><r>é€</r>")];

        Assert.Equal("""{"r":"é€"}""", TreeText.Print(XmlDecoder.Decode(body, isCollection: false)));
    }

    [Fact, Spec("MAN-067")]
    public void A_byte_order_mark_outranks_the_declaration()
    {
        byte[] body = [.. "\uFEFF"u8, .. "<?xml version='1.0' encoding='ISO-8859-1'?><r>é</r>"u8];

        Assert.Equal("""{"r":"é"}""", TreeText.Print(XmlDecoder.Decode(body, isCollection: false)));
    }

    [Theory, Spec("MAN-067")]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("\uFEFF")]
    [InlineData("text")]
    [InlineData("{\"a\":1}")]
    [InlineData("<r>")]
    [InlineData("<r></s>")]
    [InlineData("<r a=1/>")]
    [InlineData("<r a='1' a='2'/>")]
    [InlineData("<r>&unknown;</r>")]
    [InlineData("<r>\u0001</r>")]
    [InlineData("<r>&#1;</r>")]
    [InlineData("<?xml version='1.0'?>")]
    [InlineData("<?xml version='1.0' encoding='no-such-set'?><r/>")]
    [InlineData("<?xml version='1.0' encoding='utf-7'?><r/>")]
    [InlineData("<?xml version='1.0' encoding='utf-16'?><r/>")]
    public void Malformed_documents_fail(string xml)
    {
        var failure = Assert.Throws<DecodeException>(() => Decode(xml));

        Assert.StartsWith("xml: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_a_failure_stays_short_whatever_the_document_holds()
    {
        var open = string.Concat(Enumerable.Range(0, 900).Select(i => $"<element{i}>"));

        Assert.InRange(Assert.Throws<DecodeException>(() => Decode(open)).Message.Length, 10, 300);
    }

    [Fact, Spec("MAN-067")]
    public void Invalid_utf8_fails() =>
        Assert.Throws<DecodeException>(() => XmlDecoder.Decode(new byte[] { (byte)'<', (byte)'r', (byte)'>', 0xFF, (byte)'<', (byte)'/', (byte)'r', (byte)'>' }, isCollection: false));

    [Theory, Spec("MAN-066", "MAN-067")]
    [InlineData("<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><r>&c;</r>")]
    [InlineData("<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>")]
    [InlineData("<!DOCTYPE r [<!ENTITY x 'v'>]><r a='&x;'/>")]
    public void Entities_of_a_document_type_never_expand(string xml) => Assert.Throws<DecodeException>(() => Decode(xml));

    [Fact, Spec("MAN-066")]
    public void A_document_type_adds_no_attributes_and_fetches_nothing() => Assert.Equal(
        """{"r":"1"}""",
        Decode("<!DOCTYPE r SYSTEM 'http://127.0.0.1:1/x.dtd' [<!ATTLIST r a CDATA 'default'><!ENTITY % p SYSTEM 'http://127.0.0.1:1/p'> %p;]><r>1</r>"));

    [Fact]
    public void Depth_is_limited()
    {
        Decode(Nested(XmlDecoder.MaxDepth));

        var failure = Assert.Throws<DecodeException>(() => Decode(Nested(XmlDecoder.MaxDepth + 1)));
        Assert.Contains("1000", failure.Message, StringComparison.Ordinal);
        Assert.Throws<DecodeException>(() => Decode(string.Concat(Enumerable.Repeat("<a>", 500_000))));
    }

    [Fact]
    public void The_number_of_nodes_is_limited()
    {
        var body = new StringBuilder("<r>").Insert(3, "<a/>", XmlDecoder.MaxNodes).Append("</r>").ToString();

        Assert.Throws<DecodeException>(() => Decode(body));
    }

    [Fact]
    public void The_number_of_attributes_of_one_element_is_limited()
    {
        var attributes = Enumerable.Range(0, 100_000).Select(i => $" a:a{i}=''").ToArray();

        Decode($"<r{string.Concat(attributes.Take(5_000))}/>");

        Assert.Throws<DecodeException>(() => Decode($"<r{string.Concat(attributes)}/>"));
    }

    [Fact]
    public void Text_cut_into_many_pieces_takes_linear_time()
    {
        var pieces = string.Concat(Enumerable.Repeat("x<!---->", 200_000));

        var data = XmlDecoder.Decode(TextEncoding.UTF8.GetBytes($"<r>{pieces}</r>"), isCollection: false);

        Assert.Equal(200_000, ((KrakenPlugins.Sdk.Data.DataString)data["r"]!).Value.Length);
    }

    [Fact]
    public void Memory_that_is_no_array_is_read_too()
    {
        using var owner = new NativeBytes("<r>1</r>"u8);

        Assert.Equal("""{"r":"1"}""", TreeText.Print(XmlDecoder.Decode(owner.Memory, isCollection: false)));
    }

    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("<a>", depth)) + string.Concat(Enumerable.Repeat("</a>", depth));

    private static string Decode(string xml) => TreeText.Print(XmlDecoder.Decode(TextEncoding.UTF8.GetBytes(xml), isCollection: false));

    private sealed class NativeBytes(ReadOnlySpan<byte> bytes) : System.Buffers.MemoryManager<byte>
    {
        private readonly byte[] _bytes = bytes.ToArray();

        public override Span<byte> GetSpan() => _bytes;

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
