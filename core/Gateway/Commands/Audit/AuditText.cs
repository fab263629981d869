using System.Text;
using Gateway.CommandLine;

namespace Gateway.Commands.Audit;

/// <summary>Findings as lines: <c>rule TAB [severity] blanks TAB message</c> (CFG-243).</summary>
internal static class AuditText
{
    private static readonly int s_width = AuditFilter.Severity.Values.Max(static s => s.Length);

    /// <summary>One line per finding; nothing for none.</summary>
    public static string Of(IEnumerable<AuditFinding> findings, Terminal terminal)
    {
        var text = new StringBuilder();
        foreach (var finding in findings)
        {
            var severity = finding.Severity.Name();
            text.Append(finding.Rule).Append("\t[").Append(Coloured(finding.Severity, terminal)).Append(']').Append(' ', s_width - severity.Length)
                .Append('\t').Append(finding.Message).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The severity's name in its colour, where standard output has colours.</summary>
    public static string Coloured(AuditSeverity severity, Terminal terminal) => terminal.Painted(severity switch
    {
        AuditSeverity.Critical => Paint.OnRed,
        AuditSeverity.High => Paint.Red,
        AuditSeverity.Medium => Paint.Yellow,
        _ => Paint.Green,
    }, severity.Name());
}
