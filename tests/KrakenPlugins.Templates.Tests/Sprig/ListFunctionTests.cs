using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class ListFunctionTests
{
    [Theory, Spec("CFG-112")]
    [InlineData("""{{ $t := tuple 1 "a" "foo" }}{{ index $t 2 }}{{ index $t 0 }}{{ index $t 1 }}""", "foo1a")]
    [InlineData("""{{ $t := list 1 "a" "foo" }}{{ index $t 2 }}{{ index $t 0 }}{{ index $t 1 }}""", "foo1a")]
    [InlineData("""{{ $t := tuple 1 2 3 }}{{ append $t 4 | len }}{{ len $t }}""", "43")]
    [InlineData("""{{ $t := tuple 1 2 3 4 }}{{ push $t 5 | join "-" }}""", "1-2-3-4-5")]
    [InlineData("""{{ $t := regexSplit "/" "foo/bar/baz" -1 }}{{ mustPush $t "qux" | join "-" }}""", "foo-bar-baz-qux")]
    [InlineData("""{{ mustAppend (list 1) (list 2) }}""", "[1 [2]]")]
    [InlineData("""{{ $t := tuple 1 2 3 4 }}{{ prepend $t 0 | join "-" }}""", "0-1-2-3-4")]
    [InlineData("""{{ mustPrepend (list) "a" }}""", "[a]")]
    [InlineData("""{{ concat (list 1 2 3) (list 4 5) (list) }}""", "[1 2 3 4 5]")]
    [InlineData("""{{ concat (list 1) (list nil) (list (list "foo")) }}""", "[1 <nil> [foo]]")]
    [InlineData("""{{ concat }}""", "[]")]
    [InlineData("""{{ list 1 2 3 4 | reverse }} {{ list | mustReverse }}""", "[4 3 2 1] []")]
    [InlineData("""{{ tuple 1 2 3 4 5 6 7 | chunk 3 | len }}{{ tuple | mustChunk 3 | len }}""", "30")]
    [InlineData("""{{ range (tuple 1 2 3 4 5 6 7 8 | chunk 3) }}{{ . | join "-" }}|{{ end }}""", "1-2-3|4-5-6|7-8|")]
    [InlineData("""{{ chunk 9223372036854775807 (list 1 2) }}""", "[[1 2]]")]
    public void Lists_are_made_and_put_together(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ list 1 2 3 | first }} {{ list | first }} {{ list 1 | mustFirst }}""", "1 <no value> 1")]
    [InlineData("""{{ list 1 2 3 | last }} {{ list | last }} {{ regexSplit "/" "a/b" -1 | mustLast }}""", "3 <no value> b")]
    [InlineData("""{{ list 1 2 3 | initial }} {{ list | initial }} {{ list 1 | mustInitial }}""", "[1 2] [] []")]
    [InlineData("""{{ list 1 2 3 | rest }} {{ list | rest }} {{ list 1 2 | mustRest | first }}""", "[2 3] [] 2")]
    [InlineData("""{{ list "foo" 1 1 "foo" 2 | uniq }} {{ list | mustUniq }}""", "[foo 1 2] []")]
    [InlineData("""{{ list true false true nil nil (list 1) (list 1) 1 1.0 "1" | uniq }}""", "[true false <nil> [1] 1 1]")]
    [InlineData("""{{ uniq (list 9007199254740993 9007199254740992 9007199254740993) }}""", "[9007199254740993 9007199254740992]")]
    [InlineData("""{{ without (list 1 2 3 4) 1 }} {{ without (list 1 1 2) 1 2 }} {{ without (list 1) }} {{ without list }}""", "[2 3 4] [] [1] []")]
    [InlineData("""{{ mustWithout (list "a" (dict "x" 1)) (dict "x" 1) }}""", "[a]")]
    [InlineData("""{{ list 1 2 3 | has 1 }} {{ list 1 2 3 | has 4 }} {{ has "bar" nil }} {{ mustHas "a" (list "a") }}""", "true false false true")]
    [InlineData("""{{ has 4 .numbers }} {{ has "4" .numbers }} {{ has (list 1) (list (list 1)) }}""", "true false true")]
    [InlineData("""{{ slice (list 1 2 3) }} {{ slice (list 1 2 3) 0 1 }} {{ slice (list 1 2 3) 1 3 }} {{ slice (list 1 2 3) 1 }}""", "[1 2 3] [1] [2 3] [2 3]")]
    [InlineData("""{{ mustSlice (regexSplit "/" "foo/bar/baz" -1) 1 2 }} {{ slice (list) 3 5 }}""", "[bar] <no value>")]
    [InlineData("""{{ list 1 0 "" "hello" nil | compact }} {{ regexSplit "/" "foo//bar" -1 | mustCompact }}""", "[1 hello] [foo bar]")]
    [InlineData("""{{ first .numbers }} {{ rest .numbers }} {{ without .numbers 4 }}""", "4 [5] [5]")]
    public void Parts_of_lists_are_selected(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template, """{"numbers":[4,5]}"""));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ first "a" }}""", "Cannot find first on type string")]
    [InlineData("""{{ mustLast 5 }}""", "Cannot find last on type int")]
    [InlineData("""{{ rest (dict) }}""", "Cannot find rest on type map")]
    [InlineData("""{{ initial "a" }}""", "Cannot find initial on type string")]
    [InlineData("""{{ append "a" 1 }}""", "Cannot push on type string")]
    [InlineData("""{{ prepend 1 1 }}""", "Cannot prepend on type int")]
    [InlineData("""{{ concat (list 1) "a" }}""", "Cannot concat type string as list")]
    [InlineData("""{{ reverse "a" }}""", "Cannot find reverse on type string")]
    [InlineData("""{{ uniq "a" }}""", "Cannot find uniq on type string")]
    [InlineData("""{{ without "a" 1 }}""", "Cannot find without on type string")]
    [InlineData("""{{ has 1 "a" }}""", "Cannot find has on type string")]
    [InlineData("""{{ slice "abc" 1 }}""", "list should be type of slice or array but string")]
    [InlineData("""{{ slice (list 1 2) 1 3 }}""", "no part from 1 to 3 in a list of 2 elements")]
    [InlineData("""{{ slice (list 1 2) 2 1 }}""", "no part from 2 to 1")]
    [InlineData("""{{ chunk 0 (list 1) }}""", "at least 1")]
    [InlineData("""{{ chunk 1 "a" }}""", "Cannot chunk type string")]
    [InlineData("""{{ compact nil }}""", "Cannot compact type nil")]
    public void What_is_no_list_is_an_error(string template, string expected) =>
        Assert.Contains(expected, SprigTemplates.RenderError(template), StringComparison.Ordinal);
}
