using KrakenPlugins.Sdk.Configuration;
using YamlDotNet.Core;

namespace KrakenPlugins.YamlDocuments;

/// <summary>What the parser found wrong, in words that say what to do.</summary>
internal sealed class YamlSyntax(string file, string text)
{
    public const string Unclosed = "unclosed";

    private const string NoTabs = "tabs cannot indent in YAML; use spaces";

    // The parser's own texts; one that it words differently is passed on.
    private static readonly (string Fragment, string Words)[] s_words =
    [
        (Unclosed, "unexpected text; a \"[\", \"{\" or a quote before it has no end"),
        ("found invalid tab as indentation", NoTabs),
        ("found a tab character that violate", NoTabs),
        ("found invalid mapping", "\": \" inside of a value: put the value in quotes, or begin the nested mapping on a line of its own"),
        ("parsing a block mapping, did not find expected key", "expected a key of the mapping: this line is indented differently from the other keys, or its key lacks the \":\""),
        ("did not find expected '-' indicator", "expected the next \"- \" of the list: this line is indented differently from the other elements"),
        ("parsing a flow sequence, did not find expected ',' or ']'", "expected \",\" or \"]\": the list that \"[\" opened goes on"),
        ("parsing a flow mapping,", "expected \",\" or \"}\": the mapping that \"{\" opened goes on"),
        ("could not find expected ':'", "expected \":\" behind the key"),
        ("quoted scalar, found unexpected end of stream", "the text in quotes that begins here has no end"),
        ("found unexpected document indicator", "the text in quotes has no end before the next document"),
        ("found unknown escape character", "unknown escape in a text in double quotes: write \\\\ for a backslash, or use single quotes"),
        ("did not find expected hexadecimal number", "expected hexadecimal digits in an escape: \\xNN, \\uNNNN or \\UNNNNNNNN"),
        ("found invalid Unicode", "an escape that is no Unicode character"),
        ("multi-line double-quoted scalar, found wrong indentation", "the lines of a text in quotes must be indented deeper than its key"),
        ("anchor or alias, found value containing disallowed", "expected a name behind \"&\" or \"*\"; a text that begins so needs quotes"),
        ("found more than one anchor", "a value has more than one anchor"),
        ("found undefined tag handle", "a tag of a handle that no %TAG line declares"),
        ("block scalar, did not find expected comment or line break", "expected the end of the line behind \"|\" or \">\""),
        ("indentation indicator equal to 0", "the indentation behind \"|\" or \">\" is 1 to 9"),
        ("literal block scalar, found", "a blank line above the block's first line has more spaces than that"),
        ("Block sequence entries are not allowed", "an element \"- \" cannot stand here: begin the list on a line of its own"),
        ("Mapping keys are not allowed", "a key cannot stand here: begin the mapping on a line of its own"),
        ("Mapping values are not allowed", "\":\" cannot stand here: put the value in quotes, or begin the mapping on a line of its own"),
        ("did not find expected node content", "expected a value; a text that begins with this character needs quotes"),
        ("parsing a node, did not find expected token", "an alias (*name) cannot have an anchor or a tag of its own"),
        ("Did not find expected <document start>", "unexpected text behind the end of the document: check the indentation"),
        ("incompatible YAML document", "the %YAML line names a version other than 1.1, 1.2 or 1.3"),
    ];

    public ConfigDiagnostic Explain(string message, Mark mark)
    {
        var lines = text.Split('\n');
        var (line, column) = ((int)mark.Line, (int)mark.Column);
        // The parser ends every text with a line of its own.
        if (line > lines.Length)
            (line, column) = (lines.Length, lines[^1].Length + 1);

        var words = Words(message, lines[line - 1], column);
        if (words == NoTabs)
            (line, column) = FirstTab(lines, line) ?? (line, column);
        return new ConfigDiagnostic(ConfigSeverity.Error, new SourcePosition(file, line, column), "", words);
    }

    private static string Words(string message, string source, int column)
    {
        if (IndentingTab(source) >= 0)
            return NoTabs;
        if (message.Contains("cannot start any token", StringComparison.Ordinal))
        {
            return column >= 1 && column <= source.Length
                ? $"a text cannot begin with \"{source[column - 1]}\"; put it in quotes"
                : "a text cannot begin with this character; put it in quotes";
        }
        foreach (var (fragment, words) in s_words)
        {
            if (message.Contains(fragment, StringComparison.Ordinal))
                return words;
        }
        return "no valid YAML: " + message.TrimEnd('.');
    }

    /// <summary>The parser names the mapping that the tab is in.</summary>
    private static (int Line, int Column)? FirstTab(string[] lines, int from)
    {
        for (var i = from; i <= lines.Length; i++)
        {
            if (IndentingTab(lines[i - 1]) is >= 0 and var tab)
                return (i, tab + 1);
        }
        return null;
    }

    private static int IndentingTab(string line) => line.AsSpan(0, line.Length - line.AsSpan().TrimStart(" \t").Length).IndexOf('\t');
}
