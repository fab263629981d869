using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

public sealed class RangeTests
{
    private const string Data =
        """{"si":[3,4,5],"sb":[true,false],"none":[],"m":{"two":2,"one":1,"three":3},"bare":{},"null":null,"n":3,"h":2.5,"s":"hello","nest":[[1,2],[3]],"mixed":[1,null,"x"],"order":{"b":1,"B":2,"a":3,"é":4,"10":5,"9":6}}""";

    public static TheoryData<string, string> Cases => new()
    {
        { "{{range .si}}-{{.}}-{{end}}", "-3--4--5-" },
        { "{{range .none}}-{{.}}-{{end}}", "" },
        { "{{range .si}}-{{.}}-{{else}}EMPTY{{end}}", "-3--4--5-" },
        { "{{range .none}}-{{.}}-{{else}}EMPTY{{end}}", "EMPTY" },
        { "{{range .sb}}-{{.}}-{{end}}", "-true--false-" },
        { "{{range .m}}-{{.}}-{{end}}", "-1--3--2-" },
        { "{{range .bare}}-{{.}}-{{else}}EMPTY{{end}}", "EMPTY" },
        { "{{range .null}}-{{.}}-{{else}}EMPTY{{end}}", "EMPTY" },
        { "{{range .missing}}-{{.}}-{{else}}EMPTY{{end}}", "EMPTY" },
        { "{{range $x := .si}}<{{$x}}>{{end}}", "<3><4><5>" },
        { "{{range $x, $y := .si}}<{{$x}}={{$y}}>{{end}}", "<0=3><1=4><2=5>" },
        { "{{range $x := .m}}<{{$x}}>{{end}}", "<1><3><2>" },
        { "{{range $k, $v := .m}}<{{$k}}={{$v}}>{{end}}", "<one=1><three=3><two=2>" },
        { "{{range $k, $v := .order}}{{$k}}{{$v}} {{end}}", "105 96 B2 a3 b1 é4 " },
        { "{{range $i, $x := .none}}{{else}}empty{{end}}", "empty" },
        { "{{range .nest}}[{{range .}}{{.}}{{end}}]{{end}}", "[12][3]" },
        { "{{range $i, $r := .nest}}{{range $j, $e := $r}}{{$i}}{{$j}}{{$e}} {{end}}{{end}}", "001 012 103 " },
        { "{{range .mixed}}<{{.}}>{{end}}", "<1><<no value>><x>" },
        { "{{range .si}}{{$.s}}{{end}}", "hellohellohello" },
        { "{{range 3}}{{.}}{{end}}", "012" },
        { "{{range $i := 3}}{{$i}}{{end}}", "012" },
        { "{{range 0}}a{{else}}b{{end}}", "b" },
        { "{{range -1}}a{{else}}b{{end}}", "b" },
        { "{{range .n}}{{.}}{{end}}", "012" },
        { "{{range len .si}}{{.}}{{end}}", "012" },
        { "{{range .si | echo}}{{.}}{{end}}", "345" },
        { "{{range .si}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}}", "3" },
        { "{{range .si}}{{if eq . 4}}{{continue}}{{end}}{{.}}{{end}}", "35" },
        { "{{range .si}}{{ break }}{{end}}x", "x" },
        { "{{range .si}}{{ continue }}{{end}}x", "x" },
        { "{{range .si}}{{range $.sb}}{{break}}{{end}}{{.}}{{end}}", "345" },
        { "{{range .si}}{{with .}}{{if eq . 5}}{{break}}{{end}}{{.}}{{end}}{{end}}", "34" },
        { "{{range $k, $v := .m}}{{if eq $k \"three\"}}{{break}}{{end}}{{$k}}{{end}}", "one" },
        { "{{range 5}}{{if eq . 2}}{{continue}}{{end}}{{if gt . 3}}{{break}}{{end}}{{.}}{{end}}", "013" },
        { "{{range .si}}{{break}}{{else}}x{{end}}", "" },
        { "{{range .none}}{{range .}}{{end}}{{else}}{{range $.si}}{{break}}{{end}}ok{{end}}", "ok" },
        { "{{range .s}}{{end}}", "error: template: t:1:8: executing \"t\" at <.s>: range can't iterate over hello" },
        { "{{range .h}}{{end}}", "error: template: t:1:8: executing \"t\" at <.h>: range can't iterate over 2.5" },
        { "{{range true}}{{end}}", "error: template: t:1:8: executing \"t\" at <true>: range can't iterate over true" },
        { "{{range $i, $v := 3}}{{end}}", "error: template: t:1:18: executing \"t\" at <3>: can't use 3 to iterate over more than one variable" },
        { "{{range .si}}{{end}} {{break}}", "error: template: t:1: {{break}} outside {{range}}" },
        { "{{range .si}}{{end}} {{continue}}", "error: template: t:1: {{continue}} outside {{range}}" },
        { "{{range .si}}{{else}}{{break}}{{end}}", "error: template: t:1: {{break}} outside {{range}}" },
        { "{{range .si}}{{else}}{{continue}}{{end}}", "error: template: t:1: {{continue}} outside {{range}}" },
        { "{{range .si}}{{break 20}}{{end}}", "error: template: t:1: unexpected \"20\" in {{break}}" },
        { "{{range .si}}{{define \"d\"}}{{break}}{{end}}{{end}}", "error: template: t:1: unexpected <define> in command" },
        { "{{range $k,}}{{end}}", "error: template: t:1: missing value for range" },
        { "{{range $k, $v := }}{{end}}", "error: template: t:1: missing value for range" },
        { "{{range $k, .}}{{end}}", "error: template: t:1: range can only initialize variables" },
        { "{{range $k, 123 := .}}{{end}}", "error: template: t:1: range can only initialize variables" },
        { "{{range $x := $y := 3}}{{end}}", "error: template: t:1: undefined variable \"$y\"" },
    };

    [Theory]
    [Spec("CFG-087")]
    [MemberData(nameof(Cases))]
    public void Range_runs_over_lists_maps_and_integers(string template, string expected) => Assert.Equal(expected, Go.Render(template, Data));

    [Theory]
    [Spec("CFG-099")]
    [InlineData("""{"l":[]}""", "[]")]
    [InlineData("""{"l":["a"]}""", "[a]")]
    [InlineData("""{"l":["a","b","c"]}""", "[a,b,c]")]
    [InlineData("""{}""", "[]")]
    public void Elements_are_joined_by_commas_and_none_leads_or_trails(string data, string expected) =>
        Assert.Equal(expected, Go.Render("[{{ range $i, $e := .l }}{{ if $i }},{{ end }}{{ $e }}{{ end }}]", data));
}
