using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-098")]
public sealed class ErrorTests
{
    public static TheoryData<string, string> ParseErrors => new()
    {
        { "{{}}", "1: missing value for command" },
        { "{{\n}}", "2: missing value for command" },
        { "line1\n{{", "2: unclosed action" },
        { "line1\n{{define `x`}}line2\n{{", "3: unclosed action" },
        { "line1\n{{\"x\"\n\"y\"\n", "4: unclosed action started at t:2" },
        { "{{\n\n\n\n\n", "6: unclosed action started at t:1" },
        { "line1\n{{\nx\n}}", "3: function \"x\" not defined" },
        { "{{foo}}", "1: function \"foo\" not defined" },
        { "{{1 | foo}}", "1: function \"foo\" not defined" },
        { "{{/*}}", "1: unclosed comment" },
        { "{{/*\nhello\n}}", "1: unclosed comment" },
        { "{{/* a */ }}", "1: comment ends before closing delimiter" },
        { "{{ /* a */}}", "1: unexpected \"/\" in command" },
        { "{{.X (1 2 3}}", "1: unclosed left paren" },
        { "{{.X 1 2 3 ) }}", "1: unexpected right paren" },
        { "{{(.X 1 2 3", "1: unclosed action" },
        { "{{`x`3}}", "1: unexpected \"3\" in operand" },
        { "{{a#}}", "1: bad character U+0023 '#'" },
        { "{{.a#}}", "1: bad character U+0023 '#'" },
        { "{{\u00a7}}", "1: unrecognized character in action: U+00A7 '§'" },
        { "{{\u0001}}", "1: unrecognized character in action: U+0001" },
        { "{{:}}", "1: expected :=" },
        { "{{range .X}}", "1: unexpected EOF: {{range}} of line 1 has no {{end}}" },
        { "hello{{range .x}}{{else}}", "1: unexpected EOF: {{range}} of line 1 has no {{end}}" },
        { "a\n{{if .x}}{{if .y}}{{else if .z}}\n{{end}}\nb", "4: unexpected EOF: {{if}} of line 2 has no {{end}}" },
        { "\n{{- block \"b\" .}}", "2: unexpected EOF: {{block}} of line 2 has no {{end}}" },
        { "hello{{range", "1: unclosed action" },
        { "{{ ( ) }}", "1: missing value for parenthesized pipeline" },
        { "{{printf \"%d\" ( ) }}", "1: missing value for parenthesized pipeline" },
        { "{{ $v := `\n` }} {{", "2: unclosed action" },
        { "{{end}}", "1: unexpected {{end}}" },
        { "{{else}}", "1: unexpected {{else}}" },
        { "{{end .}}", "1: unexpected <.> in end" },
        { "{{if 1}}{{else .}}{{end}}", "1: unexpected <.> in else" },
        { "{{printf 3, 4}}", "1: unexpected \",\" in operand" },
        { "{{printf 3`x`}}", "1: unexpected \"`x`\" in operand" },
        { "{{printf `x`.}}", "1: unexpected <.> in operand" },
        { "{{printf (printf .).}}", "1: unexpected <.> in operand" },
        { "{{.a!}}", "1: bad character U+0021 '!'" },
        { "{{$x:=.}}{{$x!2}}", "1: bad character U+0021 '!'" },
        { "{{$x:=.}}{{$x+2}}", "1: bad character U+002B '+'" },
        { "{{$x:=1}}{{$x ! 2}}", "1: unexpected \"!\" in operand" },
        { "{{$x:=1}}{{$x % 3}}", "1: unexpected \"%\" in operand" },
        { "{{|}}", "1: unexpected \"|\" in command" },
        { "{{=}}", "1: unexpected \"=\" in command" },
        { "{{,}}", "1: unexpected \",\" in command" },
        { "hello\n\n{{`unterminated\n\n\n\n}}\n some more\n\n", "3: unterminated raw quoted string" },
        { "{{with .a}}\n\n{{\"abcdefghijklmn\"\"x\"}}", "3: unexpected \"\\\"x\\\"\" in operand" },
        { "{{1\"abcdefghijklmn\"}}", "1: unexpected \"\\\"abcdefghi\"... in operand" },
        { "{{if .a\n}}\n{{\n.b.c d}}{{end}}", "4: function \"d\" not defined" },
        { "{{break}}", "1: {{break}} outside {{range}}" },
        { "{{ 'a' | break }}", "1: unexpected <break> in command" },
    };

    [Theory]
    [MemberData(nameof(ParseErrors))]
    public void A_template_that_does_not_parse_is_reported_with_name_and_line(string template, string expected) =>
        Assert.Equal("error: template: t:" + expected, Go.Render(template));

    public static TheoryData<string, string> RenderErrors => new()
    {
        { "{{fails}}", "1:2: executing \"t\" at <fails>: error calling fails: my error" },
        { "a\nb {{fails 1 `x`}}", "2:4: executing \"t\" at <fails 1 `x`>: error calling fails: my error" },
        { "日本 {{fails}}", "1:9: executing \"t\" at <fails>: error calling fails: my error" },
        { "{{1 | fails | print}}", "1:6: executing \"t\" at <fails>: error calling fails: my error" },
        { "{{print (fails 1)}}", "1:9: executing \"t\" at <fails 1>: error calling fails: my error" },
        { "{{if fails}}{{end}}", "1:5: executing \"t\" at <fails>: error calling fails: my error" },
        { "{{range $i, $e := fails}}{{end}}", "1:18: executing \"t\" at <fails>: error calling fails: my error" },
        { "{{define \"d\"}}\n{{fails}}{{end}}{{template \"d\"}}", "2:2: executing \"d\" at <fails>: error calling fails: my error" },
        { "{{block \"d\" 1}}{{fails .}}{{end}}", "1:17: executing \"d\" at <fails .>: error calling fails: my error" },
        { "{{$x := fails}}", "1:8: executing \"t\" at <fails>: error calling fails: my error" },
        { "{{(fails).x}}", "1:3: executing \"t\" at <fails>: error calling fails: my error" },
        { "{{fails.x}}", "1:2: executing \"t\" at <fails>: error calling fails: my error" },
        {
            "line 1\nline 2\nline 3\n{{template \"one\" .}}\n{{define \"one\"}}{{template \"two\" .}}{{end}}\n{{define \"two\"}}{{template \"three\" .}}{{end}}\n{{define \"three\"}}{{index \"hi\" $}}{{end}}",
            "7:20: executing \"three\" at <index \"hi\" $>: error calling index: index out of range: 5"
        },
        { "{{print 1 (printf \"%d\" (add 1 `x`))}}", "1:30: executing \"t\" at <`x`>: expected integer; found `x`" },
        { "{{index $ 1 2 (3 | add 4) .x.y (fails)}}", "1:28: executing \"t\" at <.x.y>: can't evaluate field x in type float64" },
    };

    [Theory]
    [MemberData(nameof(RenderErrors))]
    public void A_failure_is_reported_with_template_line_column_and_expression(string template, string expected) =>
        Assert.Equal("error: template: t:" + expected, Go.Render(template, "5"));

    [Fact]
    public void An_error_tells_its_place()
    {
        var set = new TemplateSet(new TemplateOptions { Functions = Go.Functions() });
        var parsing = Assert.Throws<TemplateException>(() => set.Add("dir/a.tmpl", "first\né {{ nope }}"));
        set.Add("b.tmpl", "first\né {{ fails }}");
        var rendering = Assert.Throws<TemplateException>(() => set.Render("b.tmpl", default, new TemplateOutput()));

        Assert.Equal(("dir/a.tmpl", 2, 6), (parsing.Template, parsing.Line, parsing.Column));
        Assert.Equal("template: dir/a.tmpl:2: function \"nope\" not defined", parsing.Message);
        Assert.Equal(("b.tmpl", 2, 6), (rendering.Template, rendering.Line, rendering.Column));
        Assert.Equal("template: b.tmpl:2:6: executing \"b.tmpl\" at <fails>: error calling fails: my error", rendering.Message);
    }

    [Fact]
    public void A_failure_leaves_nothing_in_the_output()
    {
        var set = new TemplateSet(new TemplateOptions { Functions = Go.Functions() });
        set.Add("good", "good");
        set.Add("bad", "partial {{.}} {{fails}}");
        var output = new TemplateOutput(recordSources: true);
        set.Render("good", default, output);

        Assert.Throws<TemplateException>(() => set.Render("bad", default, output));

        Assert.Equal("good", output.ToString());
        Assert.Single(output.Sources);
    }

    [Fact]
    public void Faults_of_a_function_are_not_taken_for_failures_of_the_template()
    {
        var functions = new FunctionTable();
        functions.Add(new TemplateFunction("broken", [], false, _ => throw new InvalidOperationException("a bug")));
        var set = new TemplateSet(new TemplateOptions { Functions = functions });
        set.Add("t", "{{broken}}");

        Assert.Throws<InvalidOperationException>(() => set.Render("t", default, new TemplateOutput()));
    }
}
