using Gateway.CommandLine;
using KrakenPlugins.Templates;

namespace Gateway.Commands.Audit;

/// <summary><c>--format</c>: a Go template that writes the results (CFG-244, CFG-245).</summary>
internal sealed class AuditFormat
{
    private const string Name = "format";
    private readonly TemplateSet _templates;

    private AuditFormat(TemplateSet templates) => _templates = templates;

    /// <summary>The flag.</summary>
    public static readonly Flag Flag = new("format", 'f', FlagKind.Text, "Go template of the output, over .Recommendations with .Rule, .Severity and .Message; functions marshal and colored");

    /// <summary>The format that the command line asks for, or <see langword="null"/> for lines.</summary>
    /// <exception cref="TemplateException">The template does not parse.</exception>
    public static AuditFormat? Of(Arguments arguments, Terminal terminal)
    {
        if (arguments.Text(Flag.Name) is not { Length: > 0 } text)
            return null;
        var functions = new FunctionTable();
        functions.Add(new("marshal", [TemplateParameter.Any], false, static values => TemplateValue.From(AuditJson.Of(values[0]))));
        functions.Add(new("colored", [TemplateParameter.String], false, values => TemplateValue.From(Coloured(values[0].AsString, terminal))));
        var templates = new TemplateSet(new() { Functions = functions });
        templates.Add(Name, text);
        return new(templates);
    }

    /// <summary>The results in the format.</summary>
    /// <exception cref="TemplateException">The template fails.</exception>
    public string Render(IReadOnlyList<AuditFinding> findings)
    {
        var output = new TemplateOutput();
        _templates.Render(Name, TemplateValue.FromObject(new AuditReport(findings)), output);
        return output.ToString();
    }

    private static string Coloured(string text, Terminal terminal) =>
        AuditFilter.Severity.Values.Contains(text, StringComparer.Ordinal) ? AuditText.Coloured(AuditSeverities.Parse(text), terminal) : text;
}
