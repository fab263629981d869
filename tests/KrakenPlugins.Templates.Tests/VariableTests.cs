using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-085")]
public sealed class VariableTests
{
    private const string Data = """{"a":"outer","l":[3,4,5],"m":{"b":"v"},"n":17}""";

    public static TheoryData<string, string> Cases => new()
    {
        { "{{$x := 1}}{{$x}}", "1" },
        { "{{$x := .m.b}}{{$x}}", "v" },
        { "{{$x:=.m}}{{$x.b}}", "v" },
        { "{{$x := 1}}{{$x = 2}}{{$x}}", "2" },
        { "{{$x := 1}}{{$x := 2}}{{$x}}", "2" },
        { "{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2" },
        { "{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21" },
        { "{{$x := 1}}{{if true}}{{$x := $x}}{{$x = 5}}{{$x}}{{end}}{{$x}}", "51" },
        { "{{$x := 1}}{{with $x := 7}}{{$x}}{{end}}{{$x}}", "71" },
        { "{{$last := 0}}{{range .l}}{{$last = .}}{{end}}{{$last}}", "5" },
        { "{{$sum := 0}}{{range .l}}{{$sum = add $sum .}}{{end}}{{$sum}}", "12" },
        { "{{if $x := true}}{{with $y := .n}}{{$x}},{{$y}}{{end}}{{end}}", "true,17" },
        { "{{if $x := true}}{{with $x := .n}}{{$x}},{{end}}{{$x}}{{end}}", "17,true" },
        { "{{if $x := 0}}a{{else}}{{$x}}{{end}}", "0" },
        { "{{if $x := 0}}a{{else if $y := 2}}{{$x}}{{$y}}{{end}}", "02" },
        { "{{with $x := $}}{{$y := $.m.b}}{{$y}}{{end}}", "v" },
        { "{{range $x := .l}}<{{$foo:=$x}}{{$foo}}>{{end}}", "<3><4><5>" },
        { "{{$i := 9}}{{$e := 9}}{{range $i, $e = .l}}{{end}}{{$i}}{{$e}}", "25" },
        { "{{$e := 9}}{{range $e = .l}}{{end}}{{$e}}", "5" },
        { "{{$ä := 1}}{{$ä}}", "1" },
        { "{{$1 := 2}}{{$1}}", "2" },
        { "{{$x := 3 | add 4}}{{$x}}", "7" },
        { "{{($x := 3)}}{{$x}}", "33" },
        { "{{$x := 1}}{{define \"d\"}}{{$}}{{end}}{{template \"d\" $x}}", "1" },
        { "{{$x := .missing}}{{$x}}{{$x.more}}", "<no value><no value>" },
        { "{{range $e := .l}}{{else}}{{$e}}{{end}}", "" },
        { "{{range $e := .none}}{{else}}{{$e}}{{end}}", "<no value>" },
        { "{{$x}}", "error: template: t:1: undefined variable \"$x\"" },
        { "{{with $x := 4}}{{end}}{{$x}}", "error: template: t:1: undefined variable \"$x\"" },
        { "{{if $x := 4}}{{end}}{{$x}}", "error: template: t:1: undefined variable \"$x\"" },
        { "{{range $x := .l}}{{end}}{{$x}}", "error: template: t:1: undefined variable \"$x\"" },
        { "{{$x := 1}}{{define \"d\"}}{{$x}}{{end}}", "error: template: t:1: undefined variable \"$x\"" },
        { "{{range $k}}{{end}}", "error: template: t:1: undefined variable \"$k\"" },
        { "{{range $k, $v}}{{end}}", "error: template: t:1: undefined variable \"$v\"" },
        { "{{$x = 1}}", "error: template: t:1:7: executing \"t\" at <1>: undefined variable: $x" },
        { "{{$x := $x}}", "error: template: t:1:8: executing \"t\" at <$x>: undefined variable: $x" },
        { "{{$x=1}}", "error: template: t:1: bad character U+003D '='" },
        { "{{$x := 1}}{{$x 2}}", "error: template: t:1:13: executing \"t\" at <$x>: can't give argument to non-function $x" },
        { "{{$x := 1}}{{3 | $x}}", "error: template: t:1:17: executing \"t\" at <$x>: can't give argument to non-function $x" },
        { "{{$x := 23}}{{with $x.y := 3}}{{$x 23}}{{end}}", "error: template: t:1: unexpected \":=\" in operand" },
        { "{{$a,$b,$c := 23}}", "error: template: t:1: too many declarations in command" },
        { "{{with $v, $u := 3}}{{end}}", "error: template: t:1: too many declarations in with" },
        { "{{range $u, $v, $w := 3}}{{end}}", "error: template: t:1: too many declarations in range" },
        { "{{$x += 1}}", "error: template: t:1: undefined variable \"$x\"" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Variables_are_declared_assigned_and_end_with_their_block(string template, string expected) =>
        Assert.Equal(expected, Go.Render(template, Data));
}
