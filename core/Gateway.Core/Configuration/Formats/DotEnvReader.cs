using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Reads dotenv files: lines <c>NAME=value</c>, with <c>export</c> before them or not. A value is bare (up to <c> #</c>, without blanks
/// around it), in single quotes (as it stands) or in double quotes (<c>\n \r \t \" \\ \$</c> are escapes); quoted ones may span lines.
/// Values are texts; <c>$NAME</c> stays as it is. Source: CFG-118.
/// </summary>
internal static class DotEnvReader
{
    /// <summary>The root object.</summary>
    /// <exception cref="SourceTextException">It is no dotenv file.</exception>
    public static ConfigNode Read(string file, string text)
    {
        var cursor = new TextCursor(file, text);
        var root = cursor.Position;
        var members = new List<ConfigMember>();
        while (!cursor.AtEnd)
        {
            cursor.SkipBlanks();
            if (!cursor.AtEnd && cursor.Next is not ('#' or '\r' or '\n'))
                members.Add(ReadVariable(cursor));
            EndLine(cursor);
        }
        return ConfigNode.Object(root, members.ToArray());
    }

    private static ConfigMember ReadVariable(TextCursor cursor)
    {
        if (cursor.StartsWith("export") && cursor.Peek(6) is ' ' or '\t')
        {
            cursor.Skip(6);
            cursor.SkipBlanks();
        }
        var position = cursor.Position;
        var length = 0;
        while (cursor.Peek(length) is var c && (char.IsLetterOrDigit(c) || c is '_' or '.' or '-'))
            length++;
        if (length == 0)
            throw cursor.Expected("the name of a variable");
        var name = cursor.Rest[..length].ToString();
        cursor.Skip(length);
        cursor.SkipBlanks();
        if (!cursor.TryTake('=') && !cursor.TryTake(':'))
            throw cursor.Expected("\"=\" behind the name of the variable");
        cursor.SkipBlanks();
        return new ConfigMember(name, position, ConfigNode.String(cursor.Position, ReadValue(cursor)));
    }

    private static string ReadValue(TextCursor cursor)
    {
        if (cursor.Next is '"' or '\'' or '`')
            return ReadQuoted(cursor);
        var line = cursor.TakeLine();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '#' && (i == 0 || line[i - 1] is ' ' or '\t'))
                return line[..i].Trim().ToString();
        }
        return line.Trim().ToString();
    }

    private static string ReadQuoted(TextCursor cursor)
    {
        var start = cursor.Position;
        var quote = cursor.Take();
        var value = new StringBuilder();
        while (!cursor.TryTake(quote))
        {
            if (cursor.AtEnd)
                throw new SourceTextException(start, $"the text that begins here has no {quote} at its end");
            var c = cursor.Take();
            if (c == '\\' && quote == '"' && cursor.Next is 'n' or 'r' or 't' or '"' or '\\' or '$')
                c = cursor.Take() switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var escaped => escaped };
            value.Append(c);
        }
        return value.ToString();
    }

    private static void EndLine(TextCursor cursor)
    {
        cursor.SkipBlanks();
        if (cursor.Next == '#')
            cursor.TakeLine();
        if (!cursor.AtEnd && !cursor.TryTakeLineEnd())
            throw cursor.Expected("the end of the line");
    }
}
