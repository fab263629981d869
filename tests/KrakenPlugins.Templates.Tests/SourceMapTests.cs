using Xunit;

namespace KrakenPlugins.Templates.Tests;

public sealed class SourceMapTests
{
    private const string Main = "{\n  \"port\": {{ .port }},\n  {{ template \"part\" . }}\n}\n";
    private const string Part = "\"a\": 1,\n\"b\": {{ .text }}\n";

    [Fact]
    public void Every_place_of_the_output_leads_to_its_template_line_and_column()
    {
        var output = Render(recordSources: true);
        var text = output.ToString();

        Assert.Equal("{\n  \"port\": 8080,\n  \"a\": 1,\n\"b\": two\nlines\n\n}\n", text);
        Assert.Equal("main 1:1", At('{'));
        Assert.Equal("main 2:3", At("\"port\""));
        Assert.Equal("main 2:14", At("8080"));
        Assert.Equal("main 2:14", At("080"));
        Assert.Equal("main 2:22", At(",\n  \"a\""));
        Assert.Equal("part 1:1", At("\"a\""));
        Assert.Equal("part 1:4", At(": 1"));
        Assert.Equal("part 2:1", At("\"b\""));
        Assert.Equal("part 2:9", At("lines"));
        Assert.Equal("main 4:1", At('}'));

        string At(object what)
        {
            var source = output.SourceAt(text.IndexOf(what.ToString()!, StringComparison.Ordinal))!.Value;
            return FormattableString.Invariant($"{source.Template} {source.Line}:{source.Column}");
        }
    }

    [Fact]
    public void The_example_of_the_README_is_right()
    {
        var functions = new FunctionTable();
        functions.Add(new TemplateFunction("upper", [TemplateParameter.String], isVariadic: false,
            arguments => TemplateValue.From(arguments[0].AsString.ToUpperInvariant())));
        var set = new TemplateSet(new TemplateOptions { Functions = functions });
        set.Add("hosts", """{{ range $i, $h := . }}{{ if $i }}, {{ end }}"{{ upper $h }}"{{ end }}""");
        set.Add("main", """{ "port": {{ .port }}, "host": [{{ template "hosts" .hosts }}] }""");
        var output = new TemplateOutput(recordSources: true);

        set.Render("main", Go.Value("{\"port\":8080,\"hosts\":[\"a\",\"b\"]}"), output);

        Assert.Equal("{ \"port\": 8080, \"host\": [\"A\", \"B\"] }", output.ToString());
        var source = output.SourceAt(30)!.Value;
        Assert.Equal(("hosts", 1, 46), (source.Template, source.Line, source.Column));
    }

    [Fact]
    public void Stretches_are_in_order_and_name_text_and_actions()
    {
        var output = Render(recordSources: true);

        Assert.Equal([0, 12, 16, 20, 33, 42, 43], output.Sources.Select(s => s.Offset));
        Assert.Equal([true, false, true, true, false, true, true], output.Sources.Select(s => s.IsText));
    }

    [Fact]
    public void Nothing_is_recorded_unless_asked_for()
    {
        var output = Render(recordSources: false);

        Assert.Empty(output.Sources);
        Assert.Null(output.SourceAt(0));
    }

    [Fact]
    public void Clearing_keeps_nothing()
    {
        var output = Render(recordSources: true);

        output.Clear();

        Assert.Equal((0, "", 0), (output.Length, output.ToString(), output.Sources.Count));
    }

    private static TemplateOutput Render(bool recordSources)
    {
        var set = new TemplateSet(new TemplateOptions());
        set.Add("main", Main);
        set.Add("part", Part);
        var output = new TemplateOutput(recordSources);
        set.Render("main", Go.Value("{\"port\":8080,\"text\":\"two\\nlines\"}"), output);
        return output;
    }
}
