using Gateway.Core.Json;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Json;

public sealed class MergeTests
{
    private static Payload Tree(string document)
    {
        using var payload = Shaping.Shaped(document);
        return new TreePayload(payload.Tree);
    }

    [Theory]
    [Spec("MAN-002", "MAN-003", "MAN-034")]
    [InlineData("""{"id":1,"name":"L"}""", """{"userId":1,"title":"t"}""", """{"id":1,"name":"L","title":"t","userId":1}""")]
    [InlineData("""{"x":{"a":1}}""", """{"x":{"b":2}}""", """{"x":{"b":2}}""")]
    [InlineData("""{"x":{"b":2}}""", """{"x":{"a":1}}""", """{"x":{"a":1}}""")]
    [InlineData("{}", """{ "b":[1, 2], "a":"<" }""", """{"a":"\u003c","b":[1,2]}""")]
    [InlineData("""{"longer_key_2":1,"longer_key_1":1}""", """{"longer_key_\u0032":2}""", """{"longer_key_1":1,"longer_key_2":2}""")]
    [InlineData("{\"\U0001F600\":1}", "{\"\uE000\":2}", "{\"\uE000\":2,\"\U0001F600\":1}")]
    [InlineData("{}", "{}", "{}")]
    public void Root_keys_are_united_and_the_later_arrival_replaces(string first, string second, string expected)
    {
        Func<string, Payload>[] kinds = [static d => Shaping.Shaped(d), Tree];
        foreach (var a in kinds)
        {
            foreach (var b in kinds)
            {
                using var bytes = MergedPayload.Merge([a(first), b(second)]);
                using var tree = MergedPayload.Merge([a(first), b(second)]);

                Assert.Equal(expected == "{}", bytes.IsEmpty);
                Assert.Equal(expected, Shaping.Json(bytes));
                Assert.Equal(expected == "{}", tree.Tree.Count == 0);
                Assert.Equal(expected, Shaping.Json(tree));
            }
        }
    }

    [Fact]
    [Spec("MAN-003", "MAN-034")]
    public void Groups_filters_and_trees_mix()
    {
        static Payload[] Parts()
        {
            var edited = Shaping.Shaped("""{"t":1}""");
            edited.Tree["added"] = new DataArray();
            return
            [
                Shaping.Shaped("""{"b":1,"a":2}""", new() { Group = "g" }),
                Shaping.Shaped("""{"b":1,"a":2,"secret":3}""", new() { Deny = ["secret"], Mapping = [new("b", "z")] }),
                edited,
                Shaping.Shaped("""{"c":{"e":1,"d":2}}""", new() { Group = "g" }),
                Shaping.Shaped("""{"k":{"x":2}}""", new() { Target = "nothing" }),
            ];
        }

        using var merged = MergedPayload.Merge(Parts());
        using var tree = MergedPayload.Merge(Parts());

        const string Expected = """{"a":2,"added":[],"g":{"c":{"d":2,"e":1}},"t":1,"z":1}""";
        Assert.Equal(Expected, Shaping.Json(merged));
        Assert.Equal(5, tree.Tree.Count);
        Assert.Equal(Expected, Shaping.Json(tree));
    }

    [Fact]
    [Spec("MAN-003")]
    public void Merges_of_merges_keep_the_order_of_arrival()
    {
        var inner = MergedPayload.Merge([Shaping.Shaped("""{"a":1,"b":1}"""), Shaping.Shaped("""{"b":2,"c":2}""")]);
        using var outer = MergedPayload.Merge([Shaping.Shaped("""{"a":0,"z":0}"""), inner, Shaping.Shaped("""{"c":3}""")]);

        Assert.Equal("""{"a":1,"b":2,"c":3,"z":0}""", Shaping.Json(outer));
    }

    [Fact]
    public void A_single_part_is_returned_as_it_is_and_none_gives_an_empty_object()
    {
        using var one = Shaping.Shaped("""{"a":1}""");
        using var none = MergedPayload.Merge([]);

        Assert.Same(one, MergedPayload.Merge([one]));
        Assert.True(none.IsEmpty);
        Assert.Equal("{}", Shaping.Json(none));
    }

    [Fact]
    public void Disposal_gives_the_parts_back()
    {
        var part = Shaping.Shaped("""{"a":1}""");
        var merged = MergedPayload.Merge([part, Shaping.Shaped("""{"b":1}""")]);

        merged.Dispose();

        Assert.Throws<ObjectDisposedException>(() => part.IsEmpty);
    }

    [Fact]
    public void Large_objects_are_sorted_inside_a_merge()
    {
        var members = Enumerable.Range(0, 500).Select(static i => $"\"k{i % 7}_{999 - i}\":{{\"y\":{i},\"x\":{i}}}").ToArray();
        var whole = "{" + string.Join(',', members) + "}";
        using var merged = MergedPayload.Merge(
            [Shaping.Shaped("{" + string.Join(',', members[..200]) + "}"), Shaping.Shaped("{" + string.Join(',', members[200..]) + "}")]);

        Assert.Equal(Shaping.Shape(whole), Shaping.Json(merged));
    }
}
