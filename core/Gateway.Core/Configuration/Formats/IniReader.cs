using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Reads INI: <c>[section]</c> opens an object, dots in its name open one inside of another, <c>key = value</c> or <c>key: value</c>
/// sets a text in it; keys before the first section belong to the root. <c>;</c> and <c>#</c> begin comments at the start of a line and
/// behind a blank. Quotes around a value are removed, and keep blanks and comment signs in it. Source: CFG-118.
/// </summary>
internal static class IniReader
{
    private static readonly string[] s_root = [];

    /// <summary>The root object.</summary>
    /// <exception cref="SourceTextException">It is no INI file.</exception>
    public static ConfigNode Read(string file, string text)
    {
        var cursor = new TextCursor(file, text);
        var tree = new DottedTree(cursor.Position, buildsArrays: false);
        var section = s_root;
        while (!cursor.AtEnd)
        {
            cursor.SkipBlanks();
            if (cursor.Next == '[')
            {
                var position = cursor.Position;
                section = ReadSection(cursor);
                tree.Open(section, position);
            }
            else if (!cursor.AtEnd && cursor.Next is not (';' or '#' or '\r' or '\n'))
            {
                ReadKey(cursor, tree, section);
            }
            EndLine(cursor);
        }
        return tree.ToNode();
    }

    private static string[] ReadSection(TextCursor cursor)
    {
        var rest = cursor.Rest;
        var end = rest.IndexOfAny(']', '\n');
        if (end < 0 || rest[end] != ']')
            throw cursor.Failure("the name of the section has no \"]\"");
        var names = rest[1..end].ToString().Split('.', StringSplitOptions.TrimEntries);
        if (names.Contains(""))
            throw cursor.Failure("a section has an empty name");
        cursor.Skip(end + 1);
        return names;
    }

    private static void ReadKey(TextCursor cursor, DottedTree tree, string[] section)
    {
        var position = cursor.Position;
        var rest = cursor.Rest;
        var end = rest.IndexOfAny('=', ':', '\n');
        if (end < 0 || rest[end] == '\n')
            throw cursor.Failure("expected \"=\" behind the key");
        if (rest[..end].Trim() is not { Length: > 0 } name)
            throw cursor.Failure("expected a key before the \"=\"");
        var key = name.ToString();
        cursor.Skip(end + 1);
        cursor.SkipBlanks();
        var value = ConfigNode.String(cursor.Position, ReadValue(cursor));
        tree.Set([.. section, key], position, value);
    }

    private static string ReadValue(TextCursor cursor)
    {
        if (cursor.Next is not ('"' or '\''))
            return Uncommented(cursor.TakeLine()).Trim().ToString();
        var quote = cursor.Next;
        var rest = cursor.Rest[1..];
        var end = rest.IndexOfAny(quote, '\n');
        if (end < 0 || rest[end] != quote)
            throw cursor.Failure("the text in quotes has no end on its line");
        var value = rest[..end].ToString();
        cursor.Skip(end + 2);
        return value;
    }

    private static ReadOnlySpan<char> Uncommented(ReadOnlySpan<char> line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is ';' or '#' && (i == 0 || line[i - 1] is ' ' or '\t'))
                return line[..i];
        }
        return line;
    }

    private static void EndLine(TextCursor cursor)
    {
        cursor.SkipBlanks();
        if (cursor.Next is ';' or '#')
            cursor.TakeLine();
        if (!cursor.AtEnd && !cursor.TryTakeLineEnd())
            throw cursor.Expected("the end of the line");
    }
}
