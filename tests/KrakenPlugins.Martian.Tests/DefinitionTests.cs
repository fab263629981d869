using Gateway.Testing;
using KrakenPlugins.Martian.Definitions;
using Xunit;

namespace KrakenPlugins.Martian.Tests;

/// <summary>What cannot be used, and what is said about it: place, fault, advice.</summary>
public sealed class DefinitionTests
{
    [Theory]
    [InlineData("""{}""", "1:1 modifier/martian: parse: expected one modifier, received 0: ")]
    [InlineData("""[]""", "1:1 modifier/martian: expected an object with one component, not a list")]
    [InlineData("""{"@comment":"x","header.Id":{}}""", "1:1 modifier/martian: parse: expected one modifier, received 2: \"@comment\", \"header.Id\"; comments belong inside the component")]
    [InlineData("""{"header.Id":{},"header.Blacklist":{"names":[]}}""", "1:1 modifier/martian: parse: expected one modifier, received 2: \"header.Id\", \"header.Blacklist\"; put several into a \"fifo.Group\"")]
    [InlineData("""{"header.Modifer":{}}""", "1:2 modifier/martian: parse: unknown modifier: header.Modifer; did you mean \"header.Modifier\"?")]
    [InlineData("""{"query.Modifier":{}}""", "1:2 modifier/martian: parse: unknown modifier: query.Modifier; did you mean \"querystring.Modifier\"?")]
    [InlineData("""{"header.Modifier":[]}""", "1:20 modifier/martian[\"header.Modifier\"]: expected an object, not a list")]
    [InlineData("""{"header.Id":{"scope":["response"]}}""", "1:24 modifier/martian[\"header.Id\"].scope: parse: invalid scope \"response\" for modifier; expected \"request\"")]
    [InlineData("""{"status.Modifier":{"scope":["request"],"statusCode":200}}""", "1:30 modifier/martian[\"status.Modifier\"].scope: parse: invalid scope \"request\" for modifier; expected \"response\"")]
    [InlineData("""{"header.Id":{"scope":["never"]}}""", "1:24 modifier/martian[\"header.Id\"].scope: parse: invalid scope \"never\" for modifier; expected \"request\"")]
    [InlineData("""{"header.Id":{"scope":"request"}}""", "1:23 modifier/martian[\"header.Id\"].scope: expected a list, not \"request\"")]
    [InlineData("""{"header.Id":{"scope":[1]}}""", "1:24 modifier/martian[\"header.Id\"].scope: expected a text, not 1")]
    [InlineData("""{"header.Modifier":{"name":1,"value":""}}""", "1:28 modifier/martian[\"header.Modifier\"].name: expected a text, not 1")]
    [InlineData("""{"header.Modifier":{"name":"a b","value":""}}""", "1:28 modifier/martian[\"header.Modifier\"].name: \"a b\" is no name of a header")]
    [InlineData("""{"header.Modifier":{"value":""}}""", "1:20 modifier/martian[\"header.Modifier\"]: \"name\" is required")]
    [InlineData("""{"header.Modifier":{"name":"X","value":"a\r\nb"}}""", "1:40 modifier/martian[\"header.Modifier\"].value: must not hold line breaks or other control characters")]
    [InlineData("""{"header.Append":{"name":"X","value":true}}""", "1:38 modifier/martian[\"header.Append\"].value: expected a text, not true")]
    [InlineData("""{"header.Blacklist":{"names":"X"}}""", "1:30 modifier/martian[\"header.Blacklist\"].names: expected a list, not \"X\"")]
    [InlineData("""{"header.Copy":{"from":"X"}}""", "1:16 modifier/martian[\"header.Copy\"]: \"to\" is required")]
    [InlineData("""{"body.Modifier":{"body":"not base64!"}}""", "1:26 modifier/martian[\"body.Modifier\"].body: is no base64 text (standard alphabet, with padding)")]
    [InlineData("""{"body.Modifier":{"body":"YQ==","contentType":"a\nb"}}""", "1:47 modifier/martian[\"body.Modifier\"].contentType: must not hold line breaks or other control characters")]
    [InlineData("""{"cookie.Modifier":{"name":"a=b","value":"v"}}""", "1:28 modifier/martian[\"cookie.Modifier\"].name: \"a=b\" is no name of a cookie")]
    [InlineData("""{"cookie.Modifier":{"name":"a","value":"v","expires":"2025-04-12"}}""", "1:54 modifier/martian[\"cookie.Modifier\"].expires: \"2025-04-12\" is no RFC 3339 time such as \"2030-04-12T23:20:50Z\"")]
    [InlineData("""{"cookie.Modifier":{"name":"a","value":"v","maxAge":"1"}}""", "1:53 modifier/martian[\"cookie.Modifier\"].maxAge: expected an integer, not \"1\"")]
    [InlineData("""{"cookie.Modifier":{"name":"a","value":"v","secure":1}}""", "1:53 modifier/martian[\"cookie.Modifier\"].secure: expected true or false, not 1")]
    [InlineData("""{"cookie.Modifier":{"name":"a","value":"v","path":"/\r\nX: 1"}}""", "1:51 modifier/martian[\"cookie.Modifier\"].path: must not hold line breaks or other control characters")]
    [InlineData("""{"stash.Modifier":{"scope":["response"],"headerName":"X"}}""", "1:28 modifier/martian[\"stash.Modifier\"].scope: to write header on a response, specify scope as both request and response")]
    [InlineData("""{"status.Modifier":{"statusCode":99}}""", "1:34 modifier/martian[\"status.Modifier\"].statusCode: expected a status from 200 to 599")]
    [InlineData("""{"status.Modifier":{}}""", "1:20 modifier/martian[\"status.Modifier\"]: \"statusCode\" is required")]
    [InlineData("""{"url.Modifier":{"scheme":"ftp"}}""", "1:27 modifier/martian[\"url.Modifier\"].scheme: \"ftp\" is no scheme of a backend; expected \"http\" or \"https\"")]
    [InlineData("""{"url.Modifier":{"host":"a/b"}}""", "1:25 modifier/martian[\"url.Modifier\"].host: \"a/b\" is no host with an optional port")]
    [InlineData("""{"url.Modifier":{"host":"user@evil"}}""", "1:25 modifier/martian[\"url.Modifier\"].host: \"user@evil\" is no host with an optional port")]
    [InlineData("""{"url.Modifier":{"host":"a:99999"}}""", "1:25 modifier/martian[\"url.Modifier\"].host: \"a:99999\" is no host with an optional port")]
    [InlineData("""{"url.Modifier":{"path":"/a\r\nHost: evil"}}""", "1:25 modifier/martian[\"url.Modifier\"].path: must not hold line breaks or other control characters")]
    [InlineData("""{"url.Modifier":{"query":"a=1 HTTP/1.1\r\nX: 1"}}""", "1:26 modifier/martian[\"url.Modifier\"].query: must not hold line breaks or other control characters")]
    [InlineData("""{"port.Modifier":{}}""", "1:18 modifier/martian[\"port.Modifier\"]: Must specify only one of port, defaultForScheme or remove")]
    [InlineData("""{"port.Modifier":{"port":1,"remove":true}}""", "1:18 modifier/martian[\"port.Modifier\"]: Must specify only one of port, defaultForScheme or remove")]
    [InlineData("""{"port.Modifier":{"port":70000}}""", "1:26 modifier/martian[\"port.Modifier\"].port: expected a port from 1 to 65535")]
    [InlineData("""{"port.Modifier":{"port":80.5}}""", "1:26 modifier/martian[\"port.Modifier\"].port: expected an integer, not 80.5")]
    [InlineData("""{"port.Filter":{"modifier":{"header.Id":{}}}}""", "1:16 modifier/martian[\"port.Filter\"]: \"port\" is required")]
    [InlineData("""{"url.Filter":{"query":"a=%zz","modifier":{"header.Id":{}}}}""", "1:24 modifier/martian[\"url.Filter\"].query: \"a=%zz\" is no query string")]
    [InlineData("""{"url.Filter":{"host":"a:b","modifier":{"header.Id":{}}}}""", "1:23 modifier/martian[\"url.Filter\"].host: \"a:b\" is no host with an optional port")]
    [InlineData("""{"header.Filter":{"name":"X"}}""", "1:18 modifier/martian[\"header.Filter\"]: \"modifier\" is required: the component to run")]
    [InlineData("""{"header.Filter":{"name":"X","modifier":{"header.Id":{}},"else":{"nope":{}}}}""", "1:66 modifier/martian[\"header.Filter\"].else: parse: unknown modifier: nope")]
    [InlineData("""{"fifo.Group":{"modifiers":[{"header.Id":{}},{}]}}""", "1:46 modifier/martian[\"fifo.Group\"].modifiers[1]: parse: expected one modifier, received 0: ")]
    [InlineData("""{"fifo.Group":{"modifiers":{}}}""", "1:28 modifier/martian[\"fifo.Group\"].modifiers: expected a list, not an object")]
    [InlineData("""{"priority.Group":{"modifiers":[{"priority":"1","modifier":{"header.Id":{}}}]}}""", "1:45 modifier/martian[\"priority.Group\"].modifiers[0].priority: expected an integer, not \"1\"")]
    [InlineData("""{"priority.Group":{"modifiers":[{"priority":1}]}}""", "1:33 modifier/martian[\"priority.Group\"].modifiers[0]: \"modifier\" is required: the component to run")]
    [InlineData("""{"priority.Group":{"modifiers":[1]}}""", "1:33 modifier/martian[\"priority.Group\"].modifiers: expected an object, not 1")]
    [Spec("MAN-138", "MAN-139", "MAN-153", "MAN-159")]
    public void A_definition_that_cannot_be_used_says_what_is_wrong_and_where(string json, string finding) =>
        Assert.Equal("krakend.json:" + finding, Rig.Refusal(json));

    [Theory]
    [InlineData("""{"header.RegexFilter":{"header":"X","regex":"a(","modifier":{"header.Id":{}}}}""", "krakend.json:1:45 modifier/martian[\"header.RegexFilter\"].regex: error parsing regexp: missing closing ): `a(`")]
    [InlineData("""{"url.RegexFilter":{"regex":"(?=a)","modifier":{"header.Id":{}}}}""", "krakend.json:1:29 modifier/martian[\"url.RegexFilter\"].regex: error parsing regexp: ")]
    [Spec("MAN-139")]
    public void A_bad_expression_is_refused(string json, string finding) => Assert.StartsWith(finding, Rig.Refusal(json));

    [Fact]
    [Spec("MAN-146")]
    public void The_modifier_that_serves_files_is_refused_with_advice() =>
        Assert.EndsWith("parse: unknown modifier: static.Modifier; files are not served here; use \"backend/static-filesystem\" or \"server/static-filesystem\"", Rig.Refusal("""{"static.Modifier":{"rootPath":"/"}}"""));

    [Theory]
    [InlineData("""{"header.Id":{"@comment":{"a":1},"$x":1,"_y":2,"#z":3,"header":null}}""", "")]
    [InlineData("""{"header.Id":{},"header.Id":{"header":"X-Last"}}""", "")]
    [InlineData("""{"header.Id":{"headr":"X"}}""", "krakend.json:1:15 modifier/martian[\"header.Id\"].headr: \"headr\" is no attribute of this component and has no effect; did you mean \"header\"?")]
    [InlineData("""{"header.Modifier":{"name":"X"}}""", "krakend.json:1:20 modifier/martian[\"header.Modifier\"].value: \"value\" is missing; an empty text is used")]
    [InlineData("""{"header.Blacklist":{"names":["a b"]}}""", "krakend.json:1:31 modifier/martian[\"header.Blacklist\"].names: \"a b\" is no name of a header and has no effect")]
    [InlineData("""{"fifo.Group":{}}""", "krakend.json:1:15 modifier/martian[\"fifo.Group\"].modifiers: \"modifiers\" is missing; an empty list is used")]
    [InlineData("""{"port.Filter":{"port":1,"modifier":{"header.Id":{}},"else":{"broken":{}}}}""", "krakend.json:1:61 modifier/martian[\"port.Filter\"].else: this filter has no \"else\"; it is ignored")]
    [InlineData("""{"priority.Group":{"modifiers":[{"modifier":{"header.Id":{}},"x":1}]}}""", "krakend.json:1:33 modifier/martian[\"priority.Group\"].modifiers[0].priority: \"priority\" is missing; 0 is used\nkrakend.json:1:62 modifier/martian[\"priority.Group\"].modifiers[0].x: \"x\" is no attribute of this component and has no effect")]
    [Spec("MAN-138", "MAN-167")]
    public void What_has_no_effect_is_only_mentioned(string json, string findings) => Assert.Equal(findings, Rig.Of(json).Findings);

    [Fact]
    public void Nesting_is_bounded()
    {
        static string Nested(int levels) =>
            string.Concat(Enumerable.Repeat("""{"fifo.Group":{"modifiers":[""", levels)) + """{"header.Id":{}}""" + string.Concat(Enumerable.Repeat("]}}", levels));

        Assert.Equal("", Rig.Of(Nested(64)).Findings);
        Assert.EndsWith("components are nested more than 64 levels deep", Rig.Refusal(Nested(65)));
    }
}
