using KrakenPlugins.Sdk.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace KrakenPlugins.YamlDocuments;

/// <summary>
/// Reads one YAML 1.2 document with the core schema: of plain scalars <c>true</c>, <c>false</c>, <c>null</c>, <c>~</c> and numbers
/// are no texts, <c>yes</c> and <c>on</c> are. Anchors, aliases and merge keys are resolved; an alias shares the node of its anchor.
/// Keys become texts, numbers become JSON's, duplicates are kept in the order of the document. Source: YAML 1.2.2, chapter 10.3;
/// CFG-025, CFG-026.
/// </summary>
public static class YamlDocument
{
    /// <summary>The root of the document, null for an empty one; <see langword="null"/> with one error reported when it is no YAML.</summary>
    /// <param name="file">Name for positions.</param>
    /// <param name="text">The document.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="diagnostics">Receives the error.</param>
    public static ConfigNode? Read(string file, string text, YamlLimits limits, ConfigDiagnostics diagnostics)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(diagnostics);
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        try
        {
            RefuseControlCharacters(file, text);
            var builder = new YamlTreeBuilder(file, limits);
            var parser = new Parser(scanner);
            while (parser.MoveNext() && !(limits.ReadsFirstDocumentOnly && parser.Current is DocumentEnd))
                builder.Take(parser.Current!);
            return builder.Root ?? ConfigNode.Null(new SourcePosition(file, 1, 1));
        }
        catch (YamlDocumentException exception)
        {
            diagnostics.Error(exception.Position, "", exception.Message);
        }
        catch (YamlException exception)
        {
            diagnostics.Add(new YamlSyntax(file, text).Explain(exception.Message, exception.Start));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The parser's own state breaks on some mistakes, such as a list that "[" opened and that goes on in a line with a key.
            diagnostics.Add(new YamlSyntax(file, text).Explain(YamlSyntax.Unclosed, scanner.CurrentPosition));
        }
        return null;
    }

    /// <summary>The parser takes a NUL for the end of the text, and would not see what follows.</summary>
    private static void RefuseControlCharacters(string file, string text)
    {
        var at = text.AsSpan().IndexOfAnyInRange('\0', '\b');
        if (at < 0)
            return;
        var line = text.AsSpan(0, at).Count('\n') + 1;
        var column = at - text.LastIndexOf('\n', at);
        throw new YamlDocumentException(new SourcePosition(file, line, column), "a control character; in a text in double quotes write it as \\xNN");
    }
}

/// <summary>The document cannot be accepted; caught by <see cref="YamlDocument"/>.</summary>
internal sealed class YamlDocumentException(SourcePosition position, string message) : Exception(message)
{
    public SourcePosition Position { get; } = position;
}
