using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>HCL's texts: in double quotes, and heredocs. Templates (<c>${…}</c>, <c>%{…}</c>) are not evaluated.</summary>
internal static class HclText
{
    public static string ReadQuoted(TextCursor cursor)
    {
        var start = cursor.Position;
        var value = new StringBuilder();
        cursor.Take();
        while (!cursor.TryTake('"'))
        {
            if (cursor.AtEnd || cursor.Next is '\n' or '\r')
                throw new SourceTextException(start, "the text has no end on its line; a text of several lines is a heredoc: <<EOF");
            if (cursor.Next == '\\')
                ReadEscape(cursor, value);
            else
                TakeCharacter(cursor, value);
        }
        return value.ToString();
    }

    /// <summary>The lines between <c>&lt;&lt;NAME</c> and <c>NAME</c>; with <c>&lt;&lt;-NAME</c> without the indentation that all have.</summary>
    public static string ReadHeredoc(TextCursor cursor)
    {
        var start = cursor.Position;
        cursor.Skip(2);
        var isIndented = cursor.TryTake('-');
        var name = cursor.TakeLine().Trim().ToString();
        if (name.Length == 0 || !name.All(static c => char.IsLetterOrDigit(c) || c is '_' or '-'))
            throw new SourceTextException(start, "expected a name behind \"<<\" and nothing else on its line, such as <<EOF");

        var lines = new List<string>();
        while (cursor.TryTakeLineEnd())
        {
            if (IsLast(cursor, name))
                return Join(lines, isIndented);
            var line = new StringBuilder();
            while (!cursor.AtEnd && cursor.Next != '\n' && !cursor.StartsWith("\r\n"))
                TakeCharacter(cursor, line);
            lines.Add(line.ToString());
        }
        throw new SourceTextException(start, $"the heredoc has no line {name} at its end");
    }

    private static bool IsLast(TextCursor cursor, string name)
    {
        var rest = cursor.Rest;
        var length = rest.IndexOf('\n');
        if (!(length < 0 ? rest : rest[..length]).Trim().SequenceEqual(name))
            return false;
        cursor.TakeLine();
        return true;
    }

    private static string Join(List<string> lines, bool isIndented)
    {
        var indentation = isIndented && lines.Any(static line => line.AsSpan().Trim().Length > 0)
            ? lines.Where(static line => line.AsSpan().Trim().Length > 0).Min(static line => line.Length - line.AsSpan().TrimStart(" \t").Length)
            : 0;
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line.AsSpan(Math.Min(indentation, line.Length))).Append('\n');
        return text.ToString();
    }

    /// <summary><c>$${</c> and <c>%%{</c> are the texts <c>${</c> and <c>%{</c>.</summary>
    private static void TakeCharacter(TextCursor cursor, StringBuilder value)
    {
        var c = cursor.Next;
        if (c is '$' or '%' && cursor.Peek(1) == '{')
            throw cursor.Failure($"{c}{{…}} would have to be evaluated; templates are not supported, write {c}{c}{{ if the text is meant");
        if (c is '$' or '%' && cursor.Peek(1) == c && cursor.Peek(2) == '{')
        {
            cursor.Skip(3);
            value.Append(c).Append('{');
            return;
        }
        value.Append(cursor.Take());
    }

    private static void ReadEscape(TextCursor cursor, StringBuilder value)
    {
        var c = cursor.Peek(1);
        if (c is 'n' or 'r' or 't' or '"' or '\\')
        {
            value.Append(c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c });
            cursor.Skip(2);
            return;
        }
        var digits = c switch { 'u' => 4, 'U' => 8, _ => 0 };
        var hex = cursor.Rest.Length >= digits + 2 ? cursor.Rest.Slice(2, digits) : [];
        if (digits == 0 || !uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) || !Rune.TryCreate(number, out var rune))
            throw cursor.Failure("unknown escape in a text; allowed are \\n \\r \\t \\\" \\\\ \\uXXXX \\UXXXXXXXX");
        value.Append(rune);
        cursor.Skip(digits + 2);
    }
}
