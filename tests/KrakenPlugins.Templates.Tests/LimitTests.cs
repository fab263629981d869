using System.Diagnostics;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

public sealed class LimitTests
{
    [Fact]
    [Spec("CFG-097")]
    public void Endless_recursion_is_an_error()
    {
        Assert.Equal(
            "error: template: t:1:11: executing \"t\" at <{{template \"t\" .}}>: exceeded maximum template depth (10000)",
            Go.Render("{{template \"t\" .}}"));
        Assert.Contains(
            "exceeded maximum template depth (10000)",
            Go.Render("{{define \"a\"}}{{with 1}}{{template \"b\"}}{{end}}{{end}}{{define \"b\"}}{{range 3}}{{template \"a\"}}{{end}}{{end}}{{template \"a\"}}"),
            StringComparison.Ordinal);
    }

    [Fact]
    [Spec("CFG-097")]
    public void Ten_thousand_calls_within_each_other_work_on_a_small_stack()
    {
        var result = "";
        var thread = new Thread(
            () => result = Go.Render("{{define \"n\"}}{{if . }}{{with .}}{{range 1}}{{template \"n\" (add $ -1)}}{{end}}{{end}}{{else}}end{{end}}{{end}}{{template \"n\" 9990}}"),
            256 * 1024);

        thread.Start();
        thread.Join();

        Assert.Equal("end", result);
    }

    [Theory]
    [InlineData("{{range 1000000000000}}{{end}}")]
    [InlineData("{{range 1000000000000}}{{range 1000000000000}}{{end}}{{end}}")]
    [InlineData("{{range 2000000}}{{range 2000000}}{{$x := print .}}{{end}}{{end}}")]
    [InlineData("{{range 1000000000000}}{{if false}}{{end}}{{end}}")]
    [InlineData("{{define \"d\"}}{{end}}{{range 1000000000000}}{{template \"d\"}}{{end}}")]
    public void A_rendering_takes_a_bounded_number_of_steps(string template) => Assert.EndsWith(
        "the template takes more than 1000000 steps",
        Go.Render(template, "null", new TemplateOptions { MaximumSteps = 1_000_000 }));

    [Fact]
    public void Long_results_of_functions_count_as_steps() => Assert.EndsWith(
        "the template takes more than 1000000 steps",
        Go.Render("{{$x := printf `%1000000d` 1}}{{range 1000000}}{{$y := print $x}}{{end}}", "null", new TemplateOptions { MaximumSteps = 1_000_000 }));

    [Fact]
    public void A_template_just_within_the_limit_of_steps_renders()
    {
        Assert.Equal("0123456789", Go.Render("{{range 10}}{{.}}{{end}}", "null", new TemplateOptions { MaximumSteps = 21 }));
        Assert.Contains("more than 20 steps", Go.Render("{{range 10}}{{.}}{{end}}", "null", new TemplateOptions { MaximumSteps = 20 }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rendering_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var functions = new FunctionTable();
        functions.Add(new TemplateFunction("cancel", [], false, _ =>
        {
            cancellation.Cancel();
            return TemplateValue.From("");
        }));
        var set = new TemplateSet(new TemplateOptions { Functions = functions });
        set.Add("t", "{{range 1000000000000}}{{cancel}}{{end}}");
        var output = new TemplateOutput();

        Assert.Throws<OperationCanceledException>(() => set.Render("t", default, output, cancellation.Token));
        Assert.Equal(0, output.Length);
    }

    [Theory]
    [InlineData("{{range 100}}0123456789{{end}}", "at <0123456789>: the text is longer than 500 characters")]
    [InlineData("{{range 100}}{{print `0123456789`}}{{end}}", "at <{{print `0123456789`}}>: the text is longer than 500 characters")]
    [InlineData("{{.}}", "at <{{.}}>: the text is longer than 500 characters")]
    [InlineData("{{printf `%600d` 1}}", "at <{{printf `%600d` 1}}>: the text is longer than 500 characters")]
    public void The_output_is_bounded(string template, string expected) => Assert.EndsWith(
        expected,
        Go.Render(template, "[" + string.Join(",", Enumerable.Repeat("123456", 100)) + "]", new TemplateOptions { MaximumOutput = 500 }));

    [Fact]
    public void The_bound_of_the_output_holds_for_each_rendering()
    {
        var set = new TemplateSet(new TemplateOptions { MaximumOutput = 10 });
        set.Add("t", "0123456789");
        var output = new TemplateOutput();

        set.Render("t", default, output);
        set.Render("t", default, output);

        Assert.Equal(20, output.Length);
    }

    [Fact]
    public void Texts_that_double_themselves_end_with_an_error() => Assert.Contains(
        "error calling print: the text is longer than 67108864 characters",
        Go.Render("{{$x := `0123456789`}}{{range 60}}{{$x = print $x $x}}{{end}}"),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("(", ")", "max expression depth exceeded")]
    [InlineData("(print ", ")", "max expression depth exceeded")]
    public void Parentheses_are_bounded(string open, string close, string expected)
    {
        var deep = Repeat(open, 10_000) + "1" + Repeat(close, 10_000);
        var allowed = Repeat(open, 1000) + "1" + Repeat(close, 1000);

        Assert.Equal("error: template: t:1: " + expected, Go.Render("{{" + deep + "}}"));
        Assert.Equal("1", Go.Render("{{" + allowed + "}}"));
    }

    [Theory]
    [InlineData("{{if 1}}")]
    [InlineData("{{with 1}}")]
    [InlineData("{{range 1}}")]
    [InlineData("{{block `b` 1}}")]
    public void Blocks_are_bounded(string open)
    {
        var deep = Repeat(open, 100_000) + "x" + Repeat("{{end}}", 100_000);

        Assert.Equal("error: template: t:1: max control structure depth exceeded", Go.Render(deep));
    }

    [Fact]
    public void A_thousand_blocks_within_each_other_work() =>
        Assert.Equal("x", Go.Render(Repeat("{{range 1}}{{if 1}}", 500) + "x" + Repeat("{{end}}{{end}}", 500)));

    [Fact]
    public void A_chain_of_else_if_is_not_bounded_by_depth() =>
        Assert.Equal("x", Go.Render("{{if 0}}" + Repeat("{{else if 0}}", 20_000) + "{{else}}x{{end}}"));

    [Fact]
    public void Long_texts_of_all_kinds_are_parsed_in_time()
    {
        var watch = Stopwatch.StartNew();

        Go.Render(Repeat("{{", 100_000));
        Go.Render("{{" + Repeat("a", 1_000_000) + "}}");
        Go.Render("{{" + Repeat("9", 1_000_000) + "}}");
        Go.Render("{{0x" + Repeat("f", 1_000_000) + "p1}}");
        Go.Render("{{" + Repeat(".a", 100_000) + "}}");
        Go.Render("{{1" + Repeat("|print", 100_000) + "}}");
        Go.Render("{{print" + Repeat(" 1", 100_000) + "}}");
        Go.Render(Repeat("\n{{1}}", 100_000));
        Go.Render(Repeat(" ", 100_000) + Repeat("{{- /**/ -}}  ", 50_000));
        Go.Render(Repeat("{{$x := 1}}", 20_000));
        Go.Render(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{{{{define \"d{i}\"}}}}x{{{{end}}}}")));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Rendering_does_not_allocate_for_each_action()
    {
        var set = new TemplateSet(new TemplateOptions());
        set.Add("t", "{{range $i, $e := .l}}{{if $i}},{{end}}{{$e}} {{.}} {{len $.l}} {{eq $e 1.5}} {{$.s}} text{{end}}");
        var data = Go.Value("{\"l\":[1,1.5,12345678,1e300,0.1],\"s\":\"string\"}");
        var output = new TemplateOutput();

        Assert.InRange(Allocations.Least(200 * 100, () => { for (var i = 0; i < 100; i++) Render(); }), 0, 200 * 100);

        void Render()
        {
            output.Clear();
            set.Render("t", data, output);
        }
    }

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
}
