using Gateway.Core.Configuration;
using Gateway.Core.Manipulation;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Manipulation;

public sealed class FlatmapTests
{
    private const string Sample =
        """{"a":[{"b1":[{"c":1,"d":"foo"},{"c":2,"d":"bar"}],"b2":true},{"b1":[{"c":3,"d":"vaz"}]}]}""";

    [Fact, Spec("MAN-039")]
    public void Operations_run_in_order_and_unknown_paths_are_ignored() => Check(
        """{"shipping_id":"f","zone":{"state":"NY","zip":"1"}}""",
        """{"shipping_id":"f","shipping_state":"NY","shipping_zip":"1"}""",
        "move zone.state shipping_state", "move no.such path", "move zone.zip shipping_zip", "del nothing.here", "del zone");

    [Theory, Spec("MAN-040", "MAN-041")]
    [InlineData("a.1", """{"a":[{"b1":[{"c":1,"d":"foo"},{"c":2,"d":"bar"}],"b2":true}]}""")]
    [InlineData("a.0.b1.0.d", """{"a":[{"b1":[{"c":1},{"c":2,"d":"bar"}],"b2":true},{"b1":[{"c":3,"d":"vaz"}]}]}""")]
    [InlineData("a.1.b1.0.d", """{"a":[{"b1":[{"c":1,"d":"foo"},{"c":2,"d":"bar"}],"b2":true},{"b1":[{"c":3}]}]}""")]
    [InlineData("a.*.b1.*.d", """{"a":[{"b1":[{"c":1},{"c":2}],"b2":true},{"b1":[{"c":3}]}]}""")]
    [InlineData("a.*.*.*.d", """{"a":[{"b1":[{"c":1},{"c":2}],"b2":true},{"b1":[{"c":3}]}]}""")]
    [InlineData("a.*", """{"a":null}""")]
    [InlineData("a.*.*", """{"a":[null,null]}""")]
    [InlineData("a.01", Sample)]
    [InlineData("a.-1", Sample)]
    [InlineData("a.2", Sample)]
    [InlineData("a.99999999999", Sample)]
    [InlineData("a.b1.c", Sample)]
    [InlineData("a..b1", Sample)]
    [InlineData("", Sample)]
    public void Paths_name_what_the_documentation_says(string path, string expected) => Check(Sample, expected, "del " + path);

    [Theory, Spec("MAN-041")]
    [InlineData("""{"a":[1,2,3]}""", """{"a":[2,3]}""", "del a.0")]
    [InlineData("""{"collection":[{"b":1,"c":2},{"b":3},{"c":4}]}""", """{"collection":[{"c":2},null,{"c":4}]}""", "del collection.*.b")]
    [InlineData("""{"a":{"x":{"s":1,"t":2},"y":{"s":1,"t":2}},"k":1,"l":2}""", """{"a":{"x":{"t":2},"y":{"t":2}},"l":2}""", "del a.*.s k")]
    [InlineData("""{"a":{"0":1,"1":2}}""", """{"a":{"1":2}}""", "del a.0")]
    [InlineData("""{"a":{"a":{"a":{"a":1},"aa":1},"aa":1},"t":false}""", """{"a":{"a":{"aa":1},"aa":1},"t":false}""", "del a.a.a")]
    public void Del_removes_the_last_segment_only(string input, string expected, string operation) => Check(input, expected, operation);

    [Theory, Spec("MAN-042")]
    [InlineData("[2,3]", "del a.0", "del a.0")]
    [InlineData("[3]", "del a.0", "del a.1")]
    [InlineData("[3]", "del a.0 a.1")]
    [InlineData("[1]", "del a.2", "del a.1")]
    [InlineData("[2]", "del a.2 a.0 a.3")]
    [InlineData("null", "del a.1 a.0 a.2", "del a.0")]
    public void Positions_keep_their_original_numbers(string expected, params string[] operations) =>
        Check("""{"a":[1,2,3],"z":0}""", $$"""{"a":{{expected}},"z":0}""", operations);

    [Fact, Spec("MAN-042")]
    public void Original_numbers_hold_inside_moves_too() => Check(
        """{"a":[{"v":1},{"v":2},{"v":3}]}""",
        """{"a":[{"w":2},null],"x":3}""",
        "del a.0", "move a.1.v a.1.w", "move a.2.v x");

    [Theory, Spec("MAN-043")]
    [InlineData("""{"z":{"s":1}}""", """{"st":1,"z":null}""", "move z.s st")]
    [InlineData("""{"z":{"y":{"s":1}}}""", """{"z":{"y":null}}""", "del z.y.s")]
    [InlineData("""{"z":{"y":{"s":1}},"k":1}""", """{"k":1,"z":null}""", "del z.y.s", "del z.y")]
    [InlineData("""{"a":{},"b":[],"c":null,"d":1}""", """{"a":{},"b":[],"c":null}""", "del d", "del a.*", "del b.*.x", "del c.x", "move a.x.y q")]
    [InlineData("""{"a":[[1],[2,3]]}""", """{"a":[null,[3]]}""", "del a.*.0")]
    [InlineData("""{"d":[{"a":1,"d":[1]},{"d":[2]},{"d":[3]}]}""", """{"d":[{"a":1},null,null]}""", "del d.*.d")]
    public void An_emptied_container_becomes_null_and_an_empty_one_stays(string input, string expected, params string[] operations) =>
        Check(input, expected, operations);

    [Theory, Spec("MAN-043")]
    [InlineData("""{"a":1}""", "del a")]
    [InlineData("""{"a":1,"b":{"c":1}}""", "del *")]
    [InlineData("""{"k":[1]}""", "append k k")]
    public void An_emptied_root_is_gone(string input, params string[] operations) => Check(input, "null", operations);

    [Fact, Spec("MAN-043")]
    public void An_empty_root_stays() => Check("{}", "{}", "del *", "move a b");

    [Theory, Spec("MAN-044")]
    [InlineData("a.*.b1.*.c a.*.b1.*.x", """{"a":[{"b1":[{"d":"foo","x":1},{"d":"bar","x":2}],"b2":true},{"b1":[{"d":"vaz","x":3}]}]}""")]
    [InlineData("a.0.b1 q.q.deep", """{"a":[{"b2":true,"deep":[{"c":1,"d":"foo"},{"c":2,"d":"bar"}]},{"b1":[{"c":3,"d":"vaz"}]}]}""")]
    [InlineData("a a", Sample)]
    [InlineData("a.0 a.1", Sample)]
    public void A_move_of_equal_length_renames_the_last_segment(string arguments, string expected) => Check(Sample, expected, "move " + arguments);

    [Fact, Spec("MAN-044")]
    public void A_rename_does_not_look_at_the_other_segments() =>
        Check("""{"z":{"s":1}}""", """{"z":{"deep":1}}""", "move z.s new.deep");

    [Fact, Spec("MAN-045", "MAN-040")]
    public void A_rename_replaces_an_existing_sibling() => Check(
        Sample,
        """{"a":[{"b1":[{"d":1},{"d":2}],"b2":true},{"b1":[{"d":3}]}]}""",
        "move a.*.b1.*.c a.*.b1.*.d");

    [Theory, Spec("MAN-046")]
    [InlineData("""{"items":[{"p":{"x":1,"y":0}},{"p":{"x":2,"y":0}},{"q":1}]}""", """{"items":[{"p":{"y":0},"x":1},{"p":{"y":0},"x":2},{"q":1}]}""", "move items.*.p.x items.*.x")]
    [InlineData("""{"items":{"k":{"p":{"x":1}},"l":{"p":{"x":2}}}}""", """{"items":{"k":{"p":null,"x":1},"l":{"p":null,"x":2}}}""", "move items.*.p.x items.*.x")]
    [InlineData("""{"items":[{"x":1},{"x":2},{"x":3}],"x":0}""", """{"items":[null,null,null],"x":3}""", "move items.*.x x")]
    [InlineData("""{"a":{"b":{"c":1,"d":2}}}""", """{"a":{"b":1}}""", "move a.b.c a.b")]
    [InlineData("""{"a":{"k":{"v":{"x":1}}},"t":{"k":{}}}""", """{"a":{"k":{"v":null}},"t":{"k":{"x":1}}}""", "move a.*.v.x t.*.x")]
    [InlineData("""{"a":[{"v":{"x":1}},{"v":{"x":2}}],"t":[{},{"o":1}]}""", """{"a":[{"v":null},{"v":null}],"t":[{"x":1},{"o":1,"x":2}]}""", "move a.*.v.x t.*.x")]
    [InlineData("""{"a":[{"v":{"x":1}},{"v":{"x":2}}],"t":[{"o":0},{"o":1}]}""", """{"a":[{"v":null}],"t":[{"o":1,"x":2}]}""", "del a.0 t.0", "move a.*.v.x t.*.x")]
    public void A_move_to_a_shorter_path_extracts(string input, string expected, params string[] operations) => Check(input, expected, operations);

    [Fact, Spec("MAN-046")]
    public void The_sample_extracts_one_value_to_the_root() => Check(
        Sample,
        """{"a":[{"b1":[{"d":"foo"},{"c":2,"d":"bar"}],"b2":true},{"b1":[{"c":3,"d":"vaz"}]}],"c":1}""",
        "move a.0.b1.0.c c");

    [Theory, Spec("MAN-047")]
    [InlineData("""{"a":{"b":{"c":{"v":1}}},"t":{"r":0}}""", """{"a":{"b":{"c":null}},"t":{"r":0,"w":1}}""")]
    [InlineData("""{"a":{"b":{"c":{"v":1}}}}""", """{"a":{"b":{"c":null}},"w":1}""")]
    [InlineData("""{"a":{"b":{"c":{"v":1}}},"t":[7]}""", """{"a":{"b":{"c":null}},"t":[7,1]}""")]
    [InlineData("""{"a":{"b":{"c":{"v":1}}},"t":5}""", """{"a":{"b":{"c":null}},"t":{"w":1}}""")]
    public void A_missing_level_of_an_extraction_is_not_created(string input, string expected) => Check(input, expected, "move a.b.c.v t.q.w");

    [Theory, Spec("MAN-048")]
    [InlineData("""{"a":1,"b":{"a":42}}""", """{"a":1,"b":{"b":{"a":{"b":{"c":42}}}}}""", "move b.a b.b.a.b.c")]
    [InlineData("""{"a":[{"c":1,"d":2},{"c":3}]}""", """{"a":[{"c":{"d":{"e":1}},"d":2},{"c":{"d":{"e":3}}}]}""", "move a.*.c a.*.c.d.e")]
    [InlineData("""{"x":{"c":1}}""", """{"x":{"n":{"0":{"1":1}}}}""", "move x.c no.n.0.1")]
    [InlineData("""{"x":{"c":1,"n":{"k":0}}}""", """{"x":{"n":{"k":0,"v":1}}}""", "move x.c x.n.v")]
    [InlineData("""{"x":{"c":1,"n":"text"}}""", """{"x":{"n":{"v":1}}}""", "move x.c x.n.v")]
    [InlineData("""{"x":{"c":1,"n":[0]}}""", """{"x":{"n":[0,1]}}""", "move x.c x.n.v")]
    [InlineData("""{"c":1}""", """{"a":{"b":1}}""", "move c a.b")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,{"v":1}]}""", "move a.0 a.0.v")]
    public void A_move_to_a_longer_path_embeds_in_the_own_parent(string input, string expected, params string[] operations) => Check(input, expected, operations);

    [Fact, Spec("MAN-048")]
    public void The_sample_embeds_every_match() => Check(
        Sample,
        """{"a":[{"b1":[{"c":{"d":{"e":{"f":{"g":1}}}},"d":"foo"},{"c":{"d":{"e":{"f":{"g":2}}}},"d":"bar"}],"b2":true},{"b1":[{"c":{"d":{"e":{"f":{"g":3}}}},"d":"vaz"}]}]}""",
        "move a.*.b1.*.c a.*.b1.*.c.d.e.f.g");

    [Theory, Spec("MAN-049")]
    [InlineData("a.* b.*")]
    [InlineData("a.* b")]
    [InlineData("a.* b.c.d")]
    [InlineData("* b")]
    [InlineData("a.b1.c c")]
    [InlineData("a.*.b1.c c")]
    [InlineData("a.*.b1.c a.*.b1.*.d.*.e")]
    public void A_source_that_cannot_match_changes_nothing(string arguments) => Check(Sample, Sample, "move " + arguments);

    [Theory, Spec("MAN-049")]
    [InlineData("a.*.b1.*.c a.*.c")]
    [InlineData("a.*.b1.*.c a.*.x.*.c")]
    [InlineData("a.*.b1.*.c a.*.x.*.c.d.e.f.g")]
    [InlineData("a.*.b1.*.c a.*.b1.*.d.*.e")]
    public void An_unsupported_destination_still_gives_data(string arguments)
    {
        var result = Compile("move " + arguments).Apply(TreeText.Parse(Sample));

        Assert.NotNull(result);
        Assert.Contains("\"b2\":true", TreeText.Print(result), StringComparison.Ordinal);
    }

    [Theory, Spec("MAN-050", "MAN-051")]
    [InlineData("""{"k":[3],"s":[1,2]}""", """{"s":[1,2,3]}""", "append k s")]
    [InlineData("""{"k":[1],"s":[]}""", """{"s":[1]}""", "append k s")]
    [InlineData("""{"k":[],"s":[1]}""", """{"s":[1]}""", "append k s")]
    [InlineData("""{"k":[1]}""", """{"k":[1]}""", "append k s")]
    [InlineData("""{"s":[1]}""", """{"s":[1]}""", "append k s")]
    [InlineData("""{"k":[1],"s":{"a":1}}""", """{"k":[1],"s":{"a":1}}""", "append k s")]
    [InlineData("""{"k":"x","s":[1]}""", """{"k":"x","s":[1]}""", "append k s")]
    [InlineData("""{"k":[1],"s":null}""", """{"k":[1],"s":null}""", "append k s")]
    [InlineData("""{"k":[[1]],"s":[[2]]}""", """{"k":[[1]],"s":[[2]]}""", "append k.* s.*")]
    [InlineData("""{"a":{"k":[3]},"b":[[1],[2]]}""", """{"a":null,"b":[[1],[2,3]]}""", "append a.k b.1")]
    [InlineData("""{"k":[4],"s":[1,2,3]}""", """{"s":[2,3,4]}""", "del s.0", "append k s")]
    [InlineData("""{"k":[4,5],"s":[1,2,3]}""", """{"s":[2,3,5]}""", "del s.0", "append k s", "del s.3")]
    [InlineData("""{"k":[4],"s":[1]}""", """{"k":[4],"s":null}""", "del s.0", "append k s")]
    [InlineData("""{"s":[[1],[2]],"z":0}""", """{"s":[[2],1],"z":0}""", "append s.0 s")]
    [InlineData("""{"s":[[1],[2]],"z":0}""", """{"z":0}""", "append s s.0")]
    public void Append_puts_the_first_list_behind_the_second(string input, string expected, params string[] operations) => Check(input, expected, operations);

    [Fact, Spec("MAN-050", "MAN-042")]
    public void The_school_example_of_the_documentation_works_with_the_destination_first() => Check(
        """{"kindergarten":[{"name":"TEST Kinder"},{"name":"Lil' Elephants"},{"name":"Bright Rainbows"}],"schools":[{"title":"Brookside Elementary"},{"title":"Oak Tree School"}]}""",
        """{"schools":[{"name":"Brookside Elementary"},{"name":"Oak Tree School"},{"name":"Lil' Elephants"},{"name":"Bright Rainbows"}]}""",
        "del kindergarten.0", "move schools.*.title schools.*.name", "append kindergarten schools");

    [Fact, Spec("MAN-055")]
    public void An_empty_list_is_no_flatmap() => Assert.Null(Flatmap.Compile([]));

    [Theory, Spec("MAN-055", "MAN-056")]
    [InlineData("copy a b")]
    [InlineData(" a b")]
    [InlineData("DEL a")]
    [InlineData("move a")]
    [InlineData("append a")]
    [InlineData("del")]
    public void Operations_without_meaning_do_nothing_but_make_a_flatmap(string operation) => Check(Sample, Sample, operation);

    [Fact]
    public void A_renamed_or_moved_in_array_element_is_addressed_by_its_new_name() => Check(
        """{"a":[1,2],"b":{"c":{"v":{"x":1,"y":2}}}}""",
        """{"a":[{"y":2}],"b":{"c":null}}""",
        "move a.0 a.first", "move b.c.v a.new", "del a.first a.1", "del a.new.x");

    private static void Check(string input, string expected, params string[] operations) =>
        Assert.Equal(expected, TreeText.Print(Compile(operations).Apply(TreeText.Parse(input))));

    private static Flatmap Compile(params string[] operations) =>
        Flatmap.Compile(operations.Select(o => o.Split(' ')).Select(o => new FlatmapOperation(o[0], o[1..])).ToArray())!;
}
