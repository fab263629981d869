using System.Text;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace KrakenPlugins.Rss.Tests;

/// <summary>What becomes of each kind of feed.</summary>
public sealed class FeedTests
{
    private const string Nothing = "\"author\":null,\"categories\":null,\"copyright\":\"\",\"custom\":null,\"description\":\"\"";

    [Fact]
    [Spec("MAN-068")]
    public void Rss_2_with_every_element()
    {
        var feed = Json("""
            <?xml version="1.0" encoding="UTF-8"?>
            <rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom">
            <channel>
              <title> News &amp; more </title><link>http://h/</link><description><![CDATA[<b>All</b>]]></description>
              <atom:link href="http://h/feed" rel="self"/>
              <language>en-us</language><copyright>c</copyright><managingEditor>ed@h (Ed Itor)</managingEditor>
              <pubDate>Mon, 02 Jan 2023 15:04:05 GMT</pubDate><lastBuildDate>Tue, 03 Jan 2023 00:00:00 +0100</lastBuildDate>
              <category>a</category><category>b</category>
              <image><url>http://h/i.png</url><title>img</title><link>http://h/</link></image>
              <item>
                <title>One</title><link>http://h/1</link><description>&lt;p&gt;d&lt;/p&gt;</description><content:encoded><![CDATA[<p>c</p>]]></content:encoded>
                <author>w@h</author><guid isPermaLink="false">g1</guid><pubDate>Mon, 2 Jan 23 15:04 EST</pubDate>
                <category>x</category><enclosure url="http://h/a.mp3" length="5" type="audio/mpeg"/>
                <dc:date>2023-01-02T03:04:05Z</dc:date><itunes:duration>10</itunes:duration><itunes:image href="http://h/p.png"/><rating>5</rating>
              </item>
            </channel></rss>
            """);

        Assert.Equal(
            "{\"author\":{\"email\":\"ed@h\",\"name\":\"Ed Itor\"},\"categories\":[\"a\",\"b\"],\"copyright\":\"c\",\"custom\":null,\"description\":\"\\u003cb\\u003eAll\\u003c/b\\u003e\",\"img_url\":\"http://h/i.png\","
            + "\"items\":[{\"author\":{\"email\":\"w@h\"},\"authors\":[{\"email\":\"w@h\"}],\"categories\":[\"x\"],\"content\":\"\\u003cp\\u003ec\\u003c/p\\u003e\",\"custom\":{\"rating\":\"5\"},\"dcExt\":{\"date\":[\"2023-01-02T03:04:05Z\"]},\"description\":\"\\u003cp\\u003ed\\u003c/p\\u003e\","
            + "\"enclosures\":[{\"length\":\"5\",\"type\":\"audio/mpeg\",\"url\":\"http://h/a.mp3\"}],"
            + "\"extensions\":{\"dc\":{\"date\":[{\"attrs\":{},\"children\":{},\"name\":\"date\",\"value\":\"2023-01-02T03:04:05Z\"}]},\"itunes\":{\"duration\":[{\"attrs\":{},\"children\":{},\"name\":\"duration\",\"value\":\"10\"}],\"image\":[{\"attrs\":{\"href\":\"http://h/p.png\"},\"children\":{},\"name\":\"image\",\"value\":\"\"}]}},"
            + "\"guid\":\"g1\",\"image\":{\"url\":\"http://h/p.png\"},\"itunesExt\":{\"duration\":\"10\",\"image\":\"http://h/p.png\"},\"link\":\"http://h/1\",\"links\":[\"http://h/1\"],"
            + "\"published\":\"Mon, 2 Jan 23 15:04 EST\",\"publishedParsed\":\"2023-01-02T20:04:00Z\",\"title\":\"One\",\"updated\":\"2023-01-02T03:04:05Z\",\"updatedParsed\":\"2023-01-02T03:04:05Z\"}],"
            + "\"language\":\"en-us\",\"published\":\"Mon, 02 Jan 2023 15:04:05 GMT\",\"title\":\"News \\u0026 more\",\"type\":\"rss\",\"updated\":\"Tue, 03 Jan 2023 00:00:00 +0100\"}",
            feed);
    }

    [Fact]
    [Spec("MAN-068")]
    public void Rss_1_has_its_items_beside_the_channel()
    {
        var feed = Json("""
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
              <channel rdf:about="http://h/"><title>T</title><dc:language>de</dc:language><dc:creator>Ann</dc:creator><dc:subject>s</dc:subject></channel>
              <image><url>http://h/i</url></image>
              <item rdf:about="http://h/1"><title>One</title><dc:date>2023-01-02</dc:date><dc:creator>Bob (bob@h)</dc:creator></item>
              <item><title>Two</title></item>
            </rdf:RDF>
            """);

        Assert.Contains("\"author\":{\"name\":\"Ann\"},\"categories\":[\"s\"]", feed, StringComparison.Ordinal);
        Assert.Contains("\"img_url\":\"http://h/i\"", feed, StringComparison.Ordinal);
        Assert.Contains("\"authors\":[{\"email\":\"bob@h\",\"name\":\"Bob\"}]", feed, StringComparison.Ordinal);
        Assert.Contains("\"published\":\"2023-01-02\",\"publishedParsed\":\"2023-01-02T00:00:00Z\",\"title\":\"One\"", feed, StringComparison.Ordinal);
        Assert.Contains("{\"title\":\"Two\"}],\"language\":\"de\",\"published\":\"\",\"title\":\"T\",\"type\":\"rss\",\"updated\":\"\"}", feed, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("MAN-068")]
    [InlineData("<rss version='0.91'><channel><title>T</title></channel></rss>")]
    [InlineData("\r\n<?xml version='1.0'?><!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'http://127.0.0.1:1/rss.dtd'><rss version='0.91'><channel><title>T</title></channel></rss>")]
    [InlineData("<rss xmlns='http://backend.userland.com/rss2'><channel><title>T</title></channel></rss>")]
    [InlineData("<rss><channel><x:y z:a='1'/><title>T</title></channel></rss>")]
    public void The_smallest_feed_has_every_key(string xml) =>
        Assert.Equal($"{{{Nothing},\"items\":[],\"language\":\"\",\"published\":\"\",\"title\":\"T\",\"type\":\"rss\",\"updated\":\"\"}}", Json(xml));

    [Fact]
    [Spec("MAN-068")]
    public void Atom_with_every_element()
    {
        var feed = Json("""
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
              <title type="html">T &lt;b&gt;</title><subtitle>S</subtitle><updated>2023-01-02T03:04:05Z</updated><rights>R</rights><logo>http://h/l.png</logo>
              <author><name>Ann</name><email>ann@h</email></author><category term="t" label="L"/><category term="u"/>
              <entry>
                <title>One</title><id>urn:1</id><updated>2023-01-02T03:04:05.5+02:00</updated>
                <link rel="alternate" href="http://h/1"/><link href="http://h/1b"/><link rel="enclosure" href="http://h/a" type="audio/mpeg" length="7"/>
                <summary>sum</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a &amp; <b class="x">b</b><br/></div></content>
                <author><name>A</name></author><author><name>B</name></author><category term="c"/>
              </entry>
            </feed>
            """);

        Assert.Equal(
            "{\"author\":{\"email\":\"ann@h\",\"name\":\"Ann\"},\"categories\":[\"L\",\"u\"],\"copyright\":\"R\",\"custom\":null,\"description\":\"S\",\"img_url\":\"http://h/l.png\","
            + "\"items\":[{\"author\":{\"name\":\"A\"},\"authors\":[{\"name\":\"A\"},{\"name\":\"B\"}],\"categories\":[\"c\"],"
            + "\"content\":\"\\u003cdiv xmlns=\\\"http://www.w3.org/1999/xhtml\\\"\\u003ea \\u0026amp; \\u003cb class=\\\"x\\\"\\u003eb\\u003c/b\\u003e\\u003cbr/\\u003e\\u003c/div\\u003e\",\"description\":\"sum\","
            + "\"enclosures\":[{\"length\":\"7\",\"type\":\"audio/mpeg\",\"url\":\"http://h/a\"}],\"guid\":\"urn:1\",\"link\":\"http://h/1\",\"links\":[\"http://h/1\",\"http://h/1b\"],"
            + "\"published\":\"2023-01-02T03:04:05.5+02:00\",\"publishedParsed\":\"2023-01-02T01:04:05.5Z\",\"title\":\"One\",\"updated\":\"2023-01-02T03:04:05.5+02:00\",\"updatedParsed\":\"2023-01-02T01:04:05.5Z\"}],"
            + "\"language\":\"en\",\"published\":\"\",\"title\":\"T \\u003cb\\u003e\",\"type\":\"atom\",\"updated\":\"2023-01-02T03:04:05Z\"}",
            feed);
    }

    [Fact]
    [Spec("MAN-068")]
    public void Json_feed_with_every_member()
    {
        var feed = Json("""
            {"version":"https://jsonfeed.org/version/1.1","title":"T","description":"D","language":"en","icon":"http://h/i","authors":[{"name":"Ann"}],
             "items":[{"id":1,"url":"http://h/1","external_url":"http://e/","title":"One","content_html":"<p>","summary":"s","image":"http://h/p","date_published":"2023-01-02T03:04:05Z","tags":["a",""],
                       "author":{"name":"Old"},"attachments":[{"url":"http://h/a","mime_type":"audio/mpeg","size_in_bytes":7}]},{"id":"2","content_text":"t"}]}
            """);

        Assert.Equal(
            "{\"author\":{\"name\":\"Ann\"},\"categories\":null,\"copyright\":\"\",\"custom\":null,\"description\":\"D\",\"img_url\":\"http://h/i\",\"items\":[{\"author\":{\"name\":\"Old\"},\"authors\":[{\"name\":\"Old\"}],\"categories\":[\"a\"],\"content\":\"\\u003cp\\u003e\",\"description\":\"s\","
            + "\"enclosures\":[{\"length\":\"7\",\"type\":\"audio/mpeg\",\"url\":\"http://h/a\"}],\"guid\":\"1\",\"image\":{\"url\":\"http://h/p\"},\"link\":\"http://h/1\",\"links\":[\"http://h/1\",\"http://e/\"],\"published\":\"2023-01-02T03:04:05Z\",\"publishedParsed\":\"2023-01-02T03:04:05Z\",\"title\":\"One\"},"
            + "{\"content\":\"t\",\"guid\":\"2\"}],\"language\":\"en\",\"published\":\"2023-01-02T03:04:05Z\",\"title\":\"T\",\"type\":\"json\",\"updated\":\"\"}",
            feed);
    }

    [Theory]
    [InlineData("iso-8859-1", "é€")]
    [InlineData("windows-1251", "Привет")]
    [InlineData("shift_jis", "日本")]
    public void The_declared_character_set_counts(string label, string text)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(label == "iso-8859-1" ? "windows-1252" : label)!;

        Assert.Contains($"\"title\":\"{text}\"", Json(encoding.GetBytes($"<?xml version=\"1.0\" encoding=\"{label}\"?><rss><channel><title>{text}</title></channel></rss>")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mon, 02 Jan 2006 15:04:05 MST", "2006-01-02T22:04:05Z")]
    [InlineData("02 Jan 06 15:04 +0130", "2006-01-02T13:34:00Z")]
    [InlineData("Monday, 2 January 2006 15:04:05 -0700", "2006-01-02T22:04:05Z")]
    [InlineData("2006-01-02 15:04:05", "2006-01-02T15:04:05Z")]
    [InlineData("Jan 2, 2006", "2006-01-02T00:00:00Z")]
    [InlineData("Mon Jan 2 15:04:05 2006", "2006-01-02T15:04:05Z")]
    [InlineData("2006-01-02T15:04:05.123-07:00", "2006-01-02T22:04:05.123Z")]
    [InlineData("yesterday", null)]
    [InlineData("31 Feb 2006", null)]
    public void Dates_are_parsed_in_the_forms_that_people_write(string written, string? utc)
    {
        var feed = Json($"<rss><channel><item><pubDate>{written}</pubDate></item></channel></rss>");

        Assert.Contains(utc is null ? $"{{\"published\":\"{written}\"}}" : $"\"publishedParsed\":\"{utc}\"", feed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the document is empty")]
    [InlineData("<html/>", "the document element is \"html\"; expected rss, RDF or feed")]
    [InlineData("<rss/>", "an RSS document without a channel")]
    [InlineData("<rss><channel>", "Unexpected end of file")]
    [InlineData("text", "Data at the root level is invalid")]
    [InlineData("{\"a\":1}", "a JSON document that is no feed: its \"version\" is no address of jsonfeed.org")]
    [InlineData("{\"a\":", "")]
    [InlineData("<!DOCTYPE rss [<!ENTITY a 'aaaa'>]><rss><channel><title>&a;</title></channel></rss>", "a")]
    [InlineData("<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rss><channel><link>&a;</link></channel></rss>", "a")]
    [InlineData("<?xml version=\"1.0\" encoding=\"nope\"?><rss/>", "nope")]
    public void What_is_no_feed_is_an_error(string text, string reason)
    {
        var body = new PooledBytes();
        body.Write(Encoding.UTF8.GetBytes(text));

        Assert.False(FeedDecoder.Decode(body, out var payload, out var error));

        Assert.Null(payload);
        Assert.StartsWith("rss: ", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.True(error!.Length < 300);
    }

    [Fact]
    public void Depth_and_number_of_elements_are_bounded()
    {
        Assert.Contains("elements inside one another", Error("<rss><channel>" + string.Concat(Enumerable.Repeat("<x:a>", 100_000))), StringComparison.Ordinal);
        Assert.Contains("elements inside one another", Error("<rss><channel><title>" + string.Concat(Enumerable.Repeat("<a>", 100_000))), StringComparison.Ordinal);
        Assert.Contains("elements and attributes", Error("<rss><channel>" + string.Concat(Enumerable.Repeat("<a/>", 1_000_001))), StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_is_a_feed_or_an_error()
    {
        string[] fragments = ["<rss>", "</rss>", "<channel>", "</channel>", "<item>", "</item>", "<title>", "</title>", "a", "&amp;", "&x;", "<![CDATA[", "]]>", "<!--", "-->", "<x:y z='1'>", "</x:y>", "<feed>", "<entry>", "</entry>", "</feed>",
            "<!DOCTYPE rss>", "<?xml version='1.0'?>", "<link href='x'/>", "{", "}", "\"version\":\"jsonfeed.org\"", ",", "\"items\":[{}]", "é", "\0", "<", ">"];
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var body = new PooledBytes();
            body.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => fragments[random.Next(fragments.Length)]))));

            Assert.Equal(FeedDecoder.Decode(body, out var payload, out var error), error is null);
            payload?.Dispose();
        }
    }

    private static string Error(string text)
    {
        var body = new PooledBytes();
        body.Write(Encoding.UTF8.GetBytes(text));
        Assert.False(FeedDecoder.Decode(body, out _, out var error));
        return error!;
    }

    private static string Json(string text) => Json(Encoding.UTF8.GetBytes(text));

    private static string Json(byte[] bytes)
    {
        var body = new PooledBytes();
        body.Write(bytes);
        Assert.True(FeedDecoder.Decode(body, out var payload, out var error), error);
        using (payload)
            return DataJson.ToString(payload!.Tree);
    }
}
