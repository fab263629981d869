using Gateway.Core.Json;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Json;

public sealed class LookupTests
{
    private const string Document = """
        { "s":"te\u0078t <é>","i":42,"f":1.5,"big":12345678901234567890,"t":true,"n":false,"nil":null,"o":{"b":"<","a":[1, 2]},
          "list":[1,"a,b",null,[true,[]],{"y":1,"x":2}],"none":[],"deep":{"a-b":{"c_1":"found"}},"dot.ted":1,"dup":1,"dup":2 }
        """;

    [Theory]
    [Spec("RTE-157", "RTE-158", "RTE-159")]
    [InlineData("s", "text <é>")]
    [InlineData("i", "42")]
    [InlineData("f", "1.5")]
    [InlineData("big", "12345678901234567890")]
    [InlineData("t", "true")]
    [InlineData("n", "false")]
    [InlineData("nil", "<nil>")]
    [InlineData("o", """{"a":[1,2],"b":"\u003c"}""")]
    [InlineData("list", """1,a,b,<nil>,true,,{"x":2,"y":1}""")]
    [InlineData("none", "")]
    [InlineData("deep.a-b.c_1", "found")]
    [InlineData("dup", "2")]
    [InlineData("missing", null)]
    [InlineData("deep.missing", null)]
    [InlineData("list.0", null)]
    [InlineData("s.x", null)]
    [InlineData("nil.x", null)]
    [InlineData("dot.ted", null)]
    [InlineData("", null)]
    public void Values_become_text(string path, string? expected)
    {
        using var bytes = Shaping.Shaped(Document);
        using var tree = Shaping.Shaped(Document);
        using var merged = MergedPayload.Merge([Shaping.Shaped(Document), Shaping.Shaped("{\"other\":1}")]);
        using var grouped = Shaping.Shaped(Document, new() { Group = "g" });
        Assert.True(tree.Tree.Count > 0);

        Check(bytes, path);
        Check(tree, path);
        Check(merged, path);
        Check(grouped, "g." + path);
        Assert.False(merged.HasTree);

        void Check(Payload payload, string at)
        {
            Assert.Equal(expected is not null, JsonLookup.TryGetText(payload, new JsonPath(at), out var text));
            Assert.Equal(expected, text);
        }
    }

    [Fact]
    [Spec("RTE-157")]
    public void A_look_up_sees_what_the_shape_left()
    {
        using var payload = Shaping.Shaped("""{"d":{"id":1,"secret":2,"old":{"x":3}}}""",
            new() { Target = "d", Deny = ["secret", "old.y"], Mapping = [new("old", "new")], Group = "first" });

        Assert.True(JsonLookup.TryGetText(payload, new JsonPath("first.id"), out var id));
        Assert.True(JsonLookup.TryGetText(payload, new JsonPath("first.new.x"), out var renamed));
        Assert.True(JsonLookup.TryGetText(payload, new JsonPath("first"), out var whole));
        Assert.False(JsonLookup.TryGetText(payload, new JsonPath("first.secret"), out _));
        Assert.False(JsonLookup.TryGetText(payload, new JsonPath("first.old"), out _));
        Assert.False(JsonLookup.TryGetText(payload, new JsonPath("id"), out _));
        Assert.Equal("1", id);
        Assert.Equal("3", renamed);
        Assert.Equal("""{"id":1,"new":{"x":3}}""", whole);
    }

    [Fact]
    [Spec("RTE-157", "MAN-034")]
    public void A_group_without_data_is_an_empty_object()
    {
        using var payload = Shaping.Shaped("{\"a\":1}", new() { Target = "x", Group = "g" });

        Assert.True(JsonLookup.TryGetText(payload, new JsonPath("g"), out var text));
        Assert.Equal("{}", text);
        Assert.False(JsonLookup.TryGetText(payload, new JsonPath("g.a"), out _));
    }

    [Fact]
    [Spec("MAN-003")]
    public void In_a_merge_the_later_part_hides_the_earlier_one_entirely()
    {
        using var payload = MergedPayload.Merge([Shaping.Shaped("""{"x":{"a":1}}"""), Shaping.Shaped("""{"x":{"b":2}}""")]);

        Assert.False(JsonLookup.TryGetText(payload, new JsonPath("x.a"), out _));
        Assert.True(JsonLookup.TryGetText(payload, new JsonPath("x.b"), out _));
    }

    [Theory]
    [Spec("MAN-076")]
    [InlineData("""[ 3, {"b":1,"a":2} ]""", true, "", """[3,{"a":2,"b":1}]""")]
    [InlineData("null", true, "", "null")]
    [InlineData("""{"a":1}""", false, "", "[]")]
    [InlineData("""{"collection":{"a":1}}""", false, "", """{"a":1}""")]
    [InlineData("[1]", true, "g", "[]")]
    [InlineData("[1]", true, "collection", """{"collection":[1]}""")]
    public void The_collection_is_rendered_alone(string document, bool isCollection, string group, string expected)
    {
        using var bytes = Shaping.Shaped(document, new() { IsCollection = isCollection, Group = group });
        using var tree = Shaping.Shaped(document, new() { IsCollection = isCollection, Group = group });
        Assert.True(tree.Tree.Count > 0);

        Assert.Equal(expected, Shaping.Written(output => JsonPayloadRender.WriteCollection(bytes, output)));
        Assert.Equal(expected, Shaping.Written(output => JsonPayloadRender.WriteCollection(tree, output)));
    }

    [Theory]
    [Spec("MAN-077")]
    [InlineData("\"a <b>\\n\\u00e9\"", "a <b>\né")]
    [InlineData("\"plain é\"", "plain é")]
    [InlineData("1.50", "1.50")]
    [InlineData("true", "true")]
    [InlineData("null", "")]
    [InlineData("[1]", "")]
    [InlineData("{\"content\":{}}", "")]
    [InlineData("{\"a\":1}", "")]
    public void The_content_is_rendered_without_quotes(string document, string expected)
    {
        using var bytes = Shaping.Shaped(document, new() { Mode = JsonMode.SafeJson });
        using var tree = Shaping.Shaped(document, new() { Mode = JsonMode.SafeJson });
        Assert.True(tree.Tree.Count > 0);

        Assert.Equal(expected, Shaping.Written(output => JsonPayloadRender.WriteContent(bytes, output)));
        Assert.Equal(expected, Shaping.Written(output => JsonPayloadRender.WriteContent(tree, output)));
    }

    [Fact]
    [Spec("MAN-076", "MAN-077")]
    public void Nothing_renders_as_an_empty_list_or_an_empty_text()
    {
        Assert.Equal("[]", Shaping.Written(output => JsonPayloadRender.WriteCollection(null, output)));
        Assert.Equal("", Shaping.Written(output => JsonPayloadRender.WriteContent(null, output)));
    }
}
