using Gateway.Core.Json;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Json;

public sealed class FilterTests
{
    private static KeyValuePair<string, string>[] Pairs(string mapping) =>
        [.. mapping.Split(',').Select(static p => KeyValuePair.Create(p.Split('>')[0], p.Split('>')[1]))];

    [Fact]
    [Spec("MAN-018")]
    public void Runs_target_then_allow_then_mapping_then_group() => Assert.Equal(
        """{"g":{"D":"x"}}""",
        Shaping.Shape("""{"a":{"c":1,"d":"x"}}""", new() { Group = "g", Mapping = Pairs("d>D"), Allow = ["d"], Target = "a" }));

    [Theory]
    [Spec("MAN-020", "MAN-021", "MAN-022", "MAN-023", "MAN-024", "MAN-037", "MAN-038")]
    [InlineData("""{"id":1,"title":"t","Body":"x"}""", "id,title", """{"id":1,"title":"t"}""")]
    [InlineData("""{"id":1,"title":"t","Body":"x"}""", "ID", "{}")]
    [InlineData("""{"id":1}""", "id,nothing", """{"id":1}""")]
    [InlineData("""{"a":{"b":1,"c":2,"d":3},"e":4}""", "a.b,a.c", """{"a":{"b":1,"c":2}}""")]
    [InlineData("""{"a":{"b":{"c":[1,{}]}},"e":4}""", "a", """{"a":{"b":{"c":[1,{}]}}}""")]
    [InlineData("""{"a":{"b":1}}""", "a.x", "{}")]
    [InlineData("""{"a":{"b":{"c":1},"d":2}}""", "a.b.x,a.d", """{"a":{"d":2}}""")]
    [InlineData("""{"a":{}}""", "a.x", "{}")]
    [InlineData("""{"a":{}}""", "a", """{"a":{}}""")]
    [InlineData("""{"a":[{"b":1}]}""", "a.b", "{}")]
    [InlineData("""{"a":{"b":1,"c":2}}""", "a,a.b", """{"a":{"b":1}}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", "a.b,a", """{"a":{"b":1,"c":2}}""")]
    [InlineData("""{"a.b":1,"a":{"b":2}}""", "a.b", """{"a":{"b":2}}""")]
    [InlineData("""{"a":{"b":1},"a":2}""", "a.b", "{}")]
    [InlineData("""{"a":{"b":1},"a":2,"c":3}""", "a.b,c", """{"c":3}""")]
    [InlineData("""{"a":2,"a":{"b":1}}""", "a.b", """{"a":{"b":1}}""")]
    [InlineData("""{"a":{"b":1},"a":{"b":2,"c":3}}""", "a.b", """{"a":{"b":2}}""")]
    [InlineData("""{"\u0061":{"b":1,"c":2}}""", "a.b", """{"a":{"b":1}}""")]
    [InlineData("""{ "a" : { "b" : 1 , "c" : [ 1 , 2 ] } }""", "a.c", """{"a":{"c":[1,2]}}""")]
    public void Allow_keeps_the_listed_paths(string document, string allow, string expected) =>
        Assert.Equal(expected, Shaping.Shape(document, new() { Allow = allow.Split(',') }));

    [Theory]
    [Spec("MAN-025", "MAN-026", "MAN-027", "MAN-037", "MAN-038")]
    [InlineData("""{"a":{"a1":1,"z":2}}""", "a.a1", """{"a":{"z":2}}""")]
    [InlineData("""{"a":{"a1":1}}""", "a.a1", """{"a":{}}""")]
    [InlineData("""{"a":{"b":1},"c":2}""", "a,a.b", """{"c":2}""")]
    [InlineData("""{"a":{"b":1},"c":2}""", "a.b,a", """{"c":2}""")]
    [InlineData("""{"a":[{"a1":1}]}""", "a.a1", """{"a":[{"a1":1}]}""")]
    [InlineData("""{"a":1,"b":null}""", "a.x,b.x,c.x", """{"a":1,"b":null}""")]
    [InlineData("""{"a":1,"b":2,"c":3,"d":4}""", "b,d", """{"a":1,"c":3}""")]
    [InlineData("""{"a":1,"b":2}""", "a", """{"b":2}""")]
    [InlineData("""{"a":1,"b":2}""", "a,b", "{}")]
    [InlineData("""{"a":1,"b":2}""", "A", """{"a":1,"b":2}""")]
    [InlineData("""{"a.b":1,"a":{"b":2,"c":3}}""", "a.b", """{"a":{"c":3},"a.b":1}""")]
    [InlineData("""{"a":{"b":1},"a":5}""", "a.b", """{"a":5}""")]
    [InlineData("""{"a":1,"a":2,"b":3}""", "a", """{"b":3}""")]
    public void Deny_removes_the_listed_paths(string document, string deny, string expected) =>
        Assert.Equal(expected, Shaping.Shape(document, new() { Deny = deny.Split(',') }));

    [Fact]
    [Spec("MAN-028")]
    public void Deny_is_ignored_beside_allow() => Assert.Equal(
        """{"a":1}""", Shaping.Shape("""{"a":1,"b":2}""", new() { Allow = ["a"], Deny = ["a"] }));

    [Theory]
    [Spec("MAN-029", "MAN-030", "MAN-031")]
    [InlineData("""{"email":"e","id":1}""", "email>personal_email", """{"id":1,"personal_email":"e"}""")]
    [InlineData("""{"id":1}""", "email>e", """{"id":1}""")]
    [InlineData("""{"a":1,"b":2}""", "a>b", """{"b":1}""")]
    [InlineData("""{"@odata.context":1,"a":{"b":2}}""", "@odata.context>ctx,a.b>x", """{"a":{"b":2},"ctx":1}""")]
    [InlineData("""{"a":1}""", "a>x.y", """{"x":1}""")]
    [InlineData("""{"a":1,"b":2}""", "a>b,b>a", """{"a":2,"b":1}""")]
    [InlineData("""{"a":1,"b":2}""", "a>a", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1,"b":2}""", "a>b,b>c", """{"b":1,"c":2}""")]
    [InlineData("""{"a":1,"b":2}""", "a>c,b>c", """{"c":2}""")]
    [InlineData("""{"a":1,"b":2}""", "b>c,a>c", """{"c":1}""")]
    [InlineData("""{"a":1,"c":3}""", "a>c,b>c", """{"c":1}""")]
    [InlineData("""{"a":1,"a":2,"b":3}""", "a>z", """{"b":3,"z":2}""")]
    [InlineData("""{"\u0061":1}""", "a><&>", """{"\u003c\u0026":1}""")]
    [InlineData("""{"a":1}""", "a>é", """{"é":1}""")]
    public void Mapping_renames_root_keys(string document, string mapping, string expected) =>
        Assert.Equal(expected, Shaping.Shape(document, new() { Mapping = Pairs(mapping) }));

    [Fact]
    [Spec("MAN-029", "MAN-035")]
    public void Mapping_happens_after_filtering() => Assert.Equal(
        "{}", Shaping.Shape("""{"a":1}""", new() { Allow = ["b"], Mapping = Pairs("a>b") }));

    [Theory]
    [Spec("MAN-032", "MAN-033")]
    [InlineData("""{"data":{"a":1},"b":2}""", "data", """{"a":1}""")]
    [InlineData("""{"a":{"b":{"c":1}}}""", "a.b", """{"c":1}""")]
    [InlineData("""{"a":1}""", "data", "{}")]
    [InlineData("""{"a":[{"b":1}]}""", "a", "{}")]
    [InlineData("""{"a":"text"}""", "a", "{}")]
    [InlineData("""{"a":null}""", "a", "{}")]
    [InlineData("""{"a":{"b":1}}""", "a.b.c", "{}")]
    [InlineData("""{"a":{"b":1},"a":{"c":2}}""", "a", """{"c":2}""")]
    [InlineData("""{"a":{"b":1},"a":2}""", "a", "{}")]
    public void Target_becomes_the_root(string document, string target, string expected) =>
        Assert.Equal(expected, Shaping.Shape(document, new() { Target = target }));

    [Theory]
    [Spec("MAN-034")]
    [InlineData("""{"a":1}""", "last_post", "", """{"last_post":{"a":1}}""")]
    [InlineData("{}", "g", "", """{"g":{}}""")]
    [InlineData("""{"a":1}""", "g", "x", """{"g":{}}""")]
    [InlineData("""{"a":1}""", "x.y", "", """{"x.y":{"a":1}}""")]
    [InlineData("""{"a":1}""", "<\"", "", """{"\u003c\"":{"a":1}}""")]
    public void Group_wraps_the_result(string document, string group, string target, string expected) =>
        Assert.Equal(expected, Shaping.Shape(document, new() { Group = group, Target = target }));

    [Fact]
    [Spec("MAN-035")]
    public void A_collection_can_be_renamed_filtered_and_grouped()
    {
        const string Document = """[{"id":1},{"id":2}]""";

        Assert.Equal("""{"collection":[{"id":1},{"id":2}]}""", Shaping.Shape(Document, new() { IsCollection = true }));
        Assert.Equal("""{"posts":[{"id":1},{"id":2}]}""", Shaping.Shape(Document, new() { IsCollection = true, Mapping = Pairs("collection>posts") }));
        Assert.Equal("""{"collection":[{"id":1},{"id":2}]}""", Shaping.Shape(Document, new() { IsCollection = true, Allow = ["collection"] }));
        Assert.Equal("{}", Shaping.Shape(Document, new() { IsCollection = true, Allow = ["collection.id"] }));
        Assert.Equal("{}", Shaping.Shape(Document, new() { IsCollection = true, Deny = ["collection"] }));
        Assert.Equal("{}", Shaping.Shape(Document, new() { IsCollection = true, Target = "collection" }));
        Assert.Equal("""{"g":{"collection":[]}}""", Shaping.Shape("[ ]", new() { IsCollection = true, Group = "g" }));
    }

    [Fact]
    [Spec("MAN-020", "MAN-025")]
    public void Finds_fields_in_sets_of_any_size()
    {
        var names = Enumerable.Range(0, 300).Select(static i => $"common_prefix_{i}").ToArray();
        var document = "{" + string.Join(',', names.Select(static n => $"\"{n}\":{{\"in\":1,\"out\":2}}")) + "}";
        var even = names.Where(static (_, i) => i % 2 == 0).Order(StringComparer.Ordinal).ToArray();
        var odd = names.Where(static (_, i) => i % 2 == 1).ToArray();

        var expected = "{" + string.Join(',', even.Select(static n => $"\"{n}\":{{\"in\":1}}")) + "}";

        Assert.Equal(expected, Shaping.Shape(document, new() { Allow = [.. even.Select(static n => n + ".in")] }));
        Assert.Equal(expected, Shaping.Shape(document, new() { Deny = [.. odd, .. even.Select(static n => n + ".out")] }));
    }
}
