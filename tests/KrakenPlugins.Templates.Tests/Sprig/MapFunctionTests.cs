using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class MapFunctionTests
{
    [Theory, Spec("CFG-106")]
    [InlineData("""{{ dict 1 2 "three" "four" 5 }}""", "map[1:2 5: three:four]")]
    [InlineData("""{{ $t := dict "I" "shot" "the" "albatross" }}{{ $t.the }} {{ $t.I }}""", "albatross shot")]
    [InlineData("""{{ $d := dict "one" 1 }}{{ get $d "one" }}|{{ get $d "two" }}|{{ get $d "one" | kindOf }}""", "1||int")]
    [InlineData("""{{ $d := dict "one" 1 "two" 222222 }}{{ $_ := set $d "two" 2 }}{{ $_ := set $d "three" 3 }}{{ $d.one }}{{ $d.two }}{{ $d.three }}""", "123")]
    [InlineData("""{{ $d := dict "one" 1 "two" 2 }}{{ $_ := unset $d "two" }}{{ $d }}{{ unset $d "absent" }}""", "map[one:1]map[one:1]")]
    [InlineData("""{{ set (dict) "a" 1 }}""", "map[a:1]")]
    [InlineData("""{{ hasKey (dict "a" nil) "a" }} {{ hasKey (dict) "a" }} {{ hasKey .data "null" }}""", "true false true")]
    [InlineData("""{{ pluck "two" (dict "one" 1 "two" 2) (dict "one" 1) (dict "two" 4444) }}""", "[2 4444]")]
    [InlineData("""{{ $d := dict "one" 1 "two" 2 }}{{ pick $d "two" }} {{ pick $d "one" "three" }} {{ pick (dict) "a" }}""", "map[two:2] map[one:1] map[]")]
    [InlineData("""{{ $d := dict "one" 1 "two" 2 }}{{ omit $d "one" }} {{ omit $d "one" "two" "three" }} {{ $d }}""", "map[two:2] map[] map[one:1 two:2]")]
    public void Maps_are_made_read_and_changed(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template, """{"data":{"null":null}}"""));

    [Theory, Spec("CFG-105")]
    [InlineData("""{{ dict "foo" 1 "bar" 2 | keys }}""", "[bar foo]")]
    [InlineData("""{{ dict | keys }}{{ dict | values }}""", "[][]")]
    [InlineData("""{{ keys (dict "foo" 1) (dict "bar" 2) (dict "bar" 3) | uniq | sortAlpha }}""", "[bar foo]")]
    [InlineData("""{{ values (dict "b" 2 "a" 1 "c" 3) }}""", "[1 2 3]")]
    [InlineData("""{{ values (dict "a" "first" "b" 2) | sortAlpha | join "," }}""", "2,first")]
    [InlineData("""{{ range $i, $k := keys . }}{{ if $i }},{{ end }}"{{ $k }}": {{ marshal (index $ $k) }}{{ end }}""", "\"service\": {\"port\":8080},\"urls\": [\"a\",\"b\"]")]
    public void Keys_and_values_come_in_ascending_order(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template, """{"urls":["a","b"],"service":{"port":8080}}"""));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ $d := dict "a" (dict "b" (dict "c" 1)) }}{{ dig "a" "b" "c" "" $d }}{{ dig "a" "b" "z" "2" $d }}""", "12")]
    [InlineData("""{{ dict "a" 1 | dig "a" "" }}{{ dict "a" 1 | dig "z" "2" }}""", "12")]
    [InlineData("""{{ dig "user" "role" "humanName" "guest" .dict }} {{ dig "user" "x" "guest" .dict }}""", "curator guest")]
    public void Dig_follows_keys(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template, """{"dict":{"user":{"role":{"humanName":"curator"}}}}"""));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ dig "a" (dict) }}""", "dig needs at least three arguments")]
    [InlineData("""{{ dig "a" "b" "" (dict "a" 1) }}""", "a map is needed to look up b, not int")]
    [InlineData("""{{ dig 1 "" (dict "a" 1) }}""", "a key must be a string")]
    [InlineData("""{{ set .absent "a" 1 }}""", "set: there is no map to change")]
    [InlineData("""{{ $x := "x" }}{{ get $x "a" }}""", "expected map[string]interface {}; got string")]
    public void What_is_no_map_is_an_error(string template, string expected) =>
        Assert.Contains(expected, SprigTemplates.RenderError(template), StringComparison.Ordinal);

    private const string Settings = """
        {
          "src2": { "h": 10, "i": "i", "j": "j" },
          "src1": { "a": 1, "b": 2, "d": { "e": "four" }, "g": [6, 7], "i": "aye", "j": "jay", "k": { "l": false } },
          "dst": { "a": "one", "c": 3, "d": { "f": 5 }, "g": [8, 9], "i": "eye", "k": { "l": true } }
        }
        """;

    [Theory, Spec("CFG-106")]
    [InlineData("""{{ merge .dst .src1 .src2 | toJson }}""", """{"a":"one","b":2,"c":3,"d":{"e":"four","f":5},"g":[8,9],"h":10,"i":"eye","j":"jay","k":{"l":true}}""")]
    [InlineData("""{{ mergeOverwrite .dst .src1 .src2 | toJson }}""", """{"a":1,"b":2,"c":3,"d":{"e":"four","f":5},"g":[6,7],"h":10,"i":"i","j":"j","k":{"l":false}}""")]
    [InlineData("""{{ $_ := merge .dst .src1 }}{{ .dst.b }}{{ .dst.d.e }}{{ .src1.c }}""", "2four<no value>")]
    [InlineData("""{{ $_ := mustMergeOverwrite .dst .src2 }}{{ .dst.i }}""", "i")]
    [InlineData("""{{ mustMerge (dict "a" 1) (dict "a" 2 "b" 3) (dict "b" 4 "c" 5) }}""", "map[a:1 b:3 c:5]")]
    [InlineData("""{{ merge (dict "a" "" "b" 0 "c" false "d" nil "e" (list)) (dict "a" 1 "b" 2 "c" 3 "d" 4 "e" (list 5)) }}""", "map[a:1 b:2 c:3 d:4 e:[5]]")]
    [InlineData("""{{ mergeOverwrite (dict "a" 1 "b" (list 1) "c" "x") (dict "a" false "b" (list) "c" "") }}""", "map[a:false b:[] c:]")]
    [InlineData("""{{ merge (dict "a" (dict "b" 1)) (dict "a" 5) }} {{ mergeOverwrite (dict "a" (dict "b" 1)) (dict "a" 5) }}""", "map[a:map[b:1]] map[a:5]")]
    [InlineData("""{{ mergeOverwrite (dict "a" 1) (dict "a" nil) }} {{ merge (dict "a" 0) (dict "a" nil "b" nil) }}""", "map[a:<nil>] map[a:0]")]
    [InlineData("""{{ $from := dict "n" (dict "x" 1) }}{{ $into := dict "n" (dict) }}{{ $_ := merge $into $from (dict "n" (dict "y" 2)) }}{{ $into }}{{ $from }}""", "map[n:map[x:1 y:2]]map[n:map[x:1]]")]
    [InlineData("""{{ $d := dict "a" 1 }}{{ merge $d $d }} {{ merge (dict) .absent }}""", "map[a:1] map[]")]
    [InlineData("""{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ $_ := merge $d $d }}{{ len $d }}""", "1")]
    public void Maps_are_merged(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template, Settings));

    // A merge shares nested maps with their source; only a deep copy does not.
    [Theory, Spec("CFG-106")]
    [InlineData("""{{ $_ := mergeOverwrite $target $one }}{{ $_ := mergeOverwrite $target $two }}{{ $one }}""", "map[foo:map[bar:baz2] qux:true]")]
    [InlineData("""{{ $_ := deepCopy $one | mergeOverwrite $target }}{{ $_ := mergeOverwrite $target $two }}{{ $one }}""", "map[foo:map[bar:baz] qux:true]")]
    public void A_merge_shares_what_is_not_copied(string steps, string expected)
    {
        const string Start = """{{ $target := dict }}{{ $one := dict "foo" (dict "bar" "baz") "qux" true }}{{ $two := dict "foo" (dict "bar" "baz2") "qux" false }}""";

        Assert.Equal(expected, SprigTemplates.Render(Start + steps));
    }

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ $one := dict "foo" (dict "bar" "baz") "qux" true }}{{ deepCopy $one }}""", "map[foo:map[bar:baz] qux:true]")]
    [InlineData("""{{ $a := dict "l" (list (dict "x" 1)) }}{{ $b := mustDeepCopy $a }}{{ $_ := set (index $b.l 0) "x" 2 }}{{ $a }}{{ $b }}""", "map[l:[map[x:1]]]map[l:[map[x:2]]]")]
    [InlineData("""{{ deepCopy 5 }}{{ deepCopy "a" }}{{ deepCopy (list 1 2) }}""", "5a[1 2]")]
    public void A_deep_copy_shares_nothing(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Fact, Spec("CFG-106")]
    public void A_map_that_is_a_view_of_data_is_copied_before_it_changes()
    {
        var view = TemplateValue.From(new View());

        Assert.Equal("map[a:1 b:2] map[a:1]", SprigTemplates.Render("""{{ set . "b" 2 }} {{ . }}""", view));
        Assert.Equal("map[] map[a:1]", SprigTemplates.Render("""{{ unset . "a" }} {{ . }}""", view));
        Assert.Equal("map[a:2 c:3] map[a:1]", SprigTemplates.Render("""{{ mergeOverwrite . (dict "a" 2 "c" 3) }} {{ . }}""", view));
        Assert.Equal("map[n:map[a:1 c:3]] map[a:1]", SprigTemplates.Render("""{{ merge (dict "n" .) (dict "n" (dict "c" 3)) }} {{ . }}""", view));
    }

    private sealed class View : ITemplateMap
    {
        public int Count => 1;

        public IReadOnlyList<string> SortedKeys { get; } = ["a"];

        public bool TryGet(string key, out TemplateValue value)
        {
            value = key == "a" ? TemplateValue.From(1L) : default;
            return key == "a";
        }
    }
}
