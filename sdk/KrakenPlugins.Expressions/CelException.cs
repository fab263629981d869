using System.Text;

namespace KrakenPlugins.Expressions;

/// <summary>One thing that is wrong with an expression's text.</summary>
/// <param name="Offset">Where, in UTF-16 units from the start of the text.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column in characters, from 1.</param>
/// <param name="Message">What is wrong, what was expected, and what may have been meant.</param>
public sealed record CelIssue(int Offset, int Line, int Column, string Message)
{
    /// <summary><c>line:column: message</c>.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Line}:{Column}: {Message}");
}

/// <summary>An expression does not compile. The message is that of the first issue with its position, and how many follow.</summary>
public sealed class CelException : FormatException
{
    /// <summary>An error with its issues, of which there is at least one.</summary>
    public CelException(string text, IReadOnlyList<CelIssue> issues) : base(Summary(issues))
    {
        Text = text;
        Issues = issues;
    }

    /// <summary>The expression.</summary>
    public string Text { get; }

    /// <summary>All issues, in the order of the text.</summary>
    public IReadOnlyList<CelIssue> Issues { get; }

    /// <summary>All issues, each with the line it is in and a caret below it.</summary>
    public string Detail()
    {
        var detail = new StringBuilder();
        foreach (var issue in Issues)
        {
            var start = issue.Offset == 0 ? 0 : Text.LastIndexOf('\n', issue.Offset - 1) + 1;
            var end = Text.IndexOf('\n', start);
            var line = Text.AsSpan(start, (end < 0 ? Text.Length : end) - start).TrimEnd('\r');
            detail.Append(issue).Append("\n | ").Append(line).Append("\n | ");
            foreach (var character in line[..Math.Min(issue.Offset - start, line.Length)])
            {
                if (!char.IsLowSurrogate(character))
                    detail.Append(character == '\t' ? '\t' : ' ');
            }
            detail.Append("^\n");
        }
        return detail.ToString();
    }

    private static string Summary(IReadOnlyList<CelIssue> issues)
    {
        ArgumentNullException.ThrowIfNull(issues);
        return issues.Count switch
        {
            0 => throw new ArgumentException("an error has at least one issue", nameof(issues)),
            1 => issues[0].ToString(),
            2 => issues[0] + " (and 1 more)",
            _ => $"{issues[0]} (and {issues.Count - 1} more)",
        };
    }
}
