using System.Text;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

public sealed class RandomInputTests
{
    private static readonly string[] s_pieces =
    [
        "{{", "}}", "{{- ", " -}}", "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue", "nil", "true", " ", "\n", ".", ".a",
        ".l", ".m.k", "$", "$x", ":=", "=", "|", "(", ")", "\"t\"", "`r`", "'c'", "1", "-2", "3.5", "1e3", "0x1F", ",", "printf", "\"%5.2v%d%[2]q\"", "print", "index",
        "slice", "len", "eq", "lt", "and", "or", "not", "html", "js", "call", "add", "echo", "/*", "*/", "text", "é", "\U0001F600", "\ud800", "\0", "{{end}}",
        "{{if .a}}", "{{range $i, $e := .l}}", "{{with .m}}", "{{.}}", "{{template \"t\"}}", "{{define \"d\"}}", "{{block \"b\" .}}", "{{$x := 1}}", "%", "\\",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_text_renders_or_is_a_template_error(int seed)
    {
        var random = new Random(seed);
        var options = new TemplateOptions { Functions = Go.Functions(), MaximumSteps = 20_000, MaximumOutput = 100_000, MaximumDepth = 200 };
        var rendered = 0;
        for (var i = 0; i < 4000; i++)
        {
            var text = new StringBuilder();
            for (var count = random.Next(1, 25); count > 0; count--) text.Append(s_pieces[random.Next(s_pieces.Length)]);

            // Anything but a TemplateException fails the test.
            var result = Go.Render(text.ToString(), """{"a":"x","l":[1,"two",null,[3]],"m":{"k":{"z":1.5}}}""", options);

            if (!result.StartsWith("error: ", StringComparison.Ordinal)) rendered++;
        }
        Assert.True(rendered > 20, $"only {rendered} texts were templates");
    }

    [Fact]
    public void Any_format_gives_a_text()
    {
        var random = new Random(4);
        const string alphabet = "%%%%+-# 0123456789.*[]vTtbcdoOqxXUeEfFgGsp!z é";
        TemplateValue[] arguments = [TemplateValue.From(42), TemplateValue.From(-1.5), TemplateValue.From("日本"), TemplateValue.Nil, TemplateValue.From(true), Go.List(1, "x", null)];
        for (var i = 0; i < 20_000; i++)
        {
            var format = new StringBuilder();
            for (var count = random.Next(1, 12); count > 0; count--) format.Append(alphabet[random.Next(alphabet.Length)]);

            Assert.NotNull(GoFormat.Format(format.ToString(), arguments.AsSpan(0, random.Next(arguments.Length))));
        }
    }
}
