using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

public sealed class ConditionTests
{
    private const string Data =
        """{"zero":0,"num":1.5,"empty":"","text":"x","list":[3,4,5],"none":[],"map":{"one":1},"bare":{},"null":null,"yes":true,"no":false}""";

    public static TheoryData<string, string> Truths => new()
    {
        { "true", "T" }, { "false", "F" }, { "1", "T" }, { "0", "F" }, { "-1", "T" }, { "1.5", "T" }, { "0.0", "F" }, { "'a'", "T" },
        { "``", "F" }, { "\"x\"", "T" }, { "\" \"", "T" }, { ".zero", "F" }, { ".num", "T" }, { ".empty", "F" }, { ".text", "T" }, { ".list", "T" },
        { ".none", "F" }, { ".map", "T" }, { ".bare", "F" }, { ".null", "F" }, { ".missing", "F" }, { ".missing.deeper", "F" },
        { ".yes", "T" }, { ".no", "F" }, { "not .missing", "T" }, { "not .text", "F" }, { "and true 1 `hi`", "T" },
        { "and true 1 `hi` | not", "F" }, { "or .none .zero", "F" }, { "eq .num 1.5", "T" }, { "($x := .text)", "T" }, { "getAdd", "T" },
    };

    [Theory]
    [Spec("CFG-086")]
    [MemberData(nameof(Truths))]
    public void A_condition_is_false_for_nothing_zero_and_what_is_empty(string condition, string expected)
    {
        Assert.Equal(expected, Go.Render("{{if " + condition + "}}T{{else}}F{{end}}", Data));
        Assert.Equal(expected == "T" ? "T" : "", Go.Render("{{if " + condition + "}}T{{end}}", Data));
    }

    public static TheoryData<string, string> Branches => new()
    {
        { "{{if false}}a{{else if true}}b{{end}}", "b" },
        { "{{if false}}a{{else if false}}b{{end}}", "" },
        { "{{if false}}a{{else if false}}b{{else}}c{{end}}", "c" },
        { "{{if eq 1 3}}1{{else if eq 2 3}}2{{else if eq 3 3}}3{{end}}", "3" },
        { "+{{if .zero}}X{{else if .empty}}Y{{else if .text}}Z{{end}}+", "+Z+" },
        { "{{if true}}{{if false}}a{{else}}b{{end}}{{else}}c{{end}}", "b" },
        { "{{if .text}}{{.}}{{end}}", "map[bare:map[] empty: list:[3 4 5] map:map[one:1] no:false none:[] null:<nil> num:1.5 text:x yes:true zero:0]" },
        { "{{if nil}}a{{end}}", "error: template: t:1:5: executing \"t\" at <nil>: nil is not a command" },
        { "{{if .text}}hello{{end}}{{else}}", "error: template: t:1: unexpected {{else}}" },
        { "{{if .text}}1{{else}}2{{else}}3{{end}}", "error: template: t:1: expected end; found {{else}}" },
        { "{{if .text}}a{{else if .zero}}b{{end}}{{end}}", "error: template: t:1: unexpected {{end}}" },
        { "{{if true}}a{{else with 1}}b{{end}}", "error: template: t:1: unexpected <with> in input" },
        { "{{if}}a{{end}}", "error: template: t:1: missing value for if" },
    };

    [Theory]
    [Spec("CFG-086")]
    [MemberData(nameof(Branches))]
    public void The_first_branch_that_is_true_runs(string template, string expected) => Assert.Equal(expected, Go.Render(template, Data));

    public static TheoryData<string, string> Withs => new()
    {
        { "{{with true}}{{.}}{{end}}", "true" },
        { "{{with false}}{{.}}{{else}}FALSE{{end}}", "FALSE" },
        { "{{with 1}}{{.}}{{else}}ZERO{{end}}", "1" },
        { "{{with 0}}{{.}}{{else}}ZERO{{end}}", "ZERO" },
        { "{{with 1.5}}{{.}}{{else}}ZERO{{end}}", "1.5" },
        { "{{with .zero}}{{.}}{{else}}ZERO{{end}}", "ZERO" },
        { "{{with ``}}{{.}}{{else}}EMPTY{{end}}", "EMPTY" },
        { "{{with `notempty`}}{{.}}{{else}}EMPTY{{end}}", "notempty" },
        { "{{with .none}}{{.}}{{else}}EMPTY{{end}}", "EMPTY" },
        { "{{with .list}}{{.}}{{else}}EMPTY{{end}}", "[3 4 5]" },
        { "{{with .bare}}{{.}}{{else}}EMPTY{{end}}", "EMPTY" },
        { "{{with .map}}{{.}}{{else}}EMPTY{{end}}", "map[one:1]" },
        { "{{with .map}}{{.one}}{{end}}", "1" },
        { "{{with .null}}a{{else}}b{{end}}", "b" },
        { "{{with .missing}}a{{end}}-", "-" },
        { "{{with .missing}}a{{else}}{{.text}}{{end}}", "x" },
        { "{{with $x := .num}}{{$x}}{{end}}", "1.5" },
        { "{{with .missing}}a{{else with .num}}{{.}}{{end}}", "1.5" },
        { "{{with .zero}}X{{else with .empty}}Y{{else with .text}}{{.}}{{else}}Z{{end}}", "x" },
        { "{{with .zero}}X{{else with .empty}}Y{{else}}Z{{end}}", "Z" },
        { "{{with .map}}{{with .one}}{{.}}{{$.text}}{{end}}{{end}}", "1x" },
        { "{{with .text}}{{else if true}}{{end}}", "error: template: t:1: unexpected <if> in input" },
    };

    [Theory]
    [Spec("CFG-088")]
    [MemberData(nameof(Withs))]
    public void With_sets_the_dot_and_skips_what_is_empty(string template, string expected) => Assert.Equal(expected, Go.Render(template, Data));
}
