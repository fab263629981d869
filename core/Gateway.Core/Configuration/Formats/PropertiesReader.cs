using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Reads Java properties: <c>key = value</c>, <c>key: value</c> or <c>key value</c>, <c>#</c> and <c>!</c> begin comments, a backslash
/// at its end continues a line. Dots in a key open objects, names 0, 1, 2 … are the elements of a list, <c>\.</c> is a dot of a name.
/// Values are texts. Source: java.util.Properties.load; CFG-028.
/// </summary>
internal static class PropertiesReader
{
    /// <summary>The root object.</summary>
    /// <exception cref="SourceTextException">It is no properties file.</exception>
    public static ConfigNode Read(string file, string text)
    {
        var cursor = new TextCursor(file, text);
        var tree = new DottedTree(cursor.Position, buildsArrays: true);
        while (true)
        {
            SkipBlanks(cursor);
            if (cursor.AtEnd)
                return tree.ToNode();
            if (cursor.Next is '#' or '!')
                cursor.TakeLine();
            else if (!cursor.TryTakeLineEnd() && !cursor.TryTake('\r'))
                ReadEntry(cursor, tree);
        }
    }

    private static void ReadEntry(TextCursor cursor, DottedTree tree)
    {
        var position = cursor.Position;
        var path = ReadKey(cursor);
        SkipBlanks(cursor);
        if (cursor.Next is '=' or ':')
            cursor.Take();
        SkipBlanks(cursor);
        var valuePosition = cursor.Position;
        var value = new StringBuilder();
        while (!AtLineEnd(cursor))
            TakeCharacter(cursor, value);
        tree.Set(path, position, ConfigNode.String(valuePosition, value.ToString()));
    }

    private static List<string> ReadKey(TextCursor cursor)
    {
        var path = new List<string>();
        var name = new StringBuilder();
        while (!AtLineEnd(cursor) && cursor.Next is not ('=' or ':' or ' ' or '\t' or '\f'))
        {
            if (cursor.Next == '.')
            {
                EndName();
                cursor.Skip(1);
                continue;
            }
            TakeCharacter(cursor, name);
        }
        EndName();
        return path;

        void EndName()
        {
            if (name.Length == 0)
                throw cursor.Failure("a key has an empty name; expected names with dots between them, such as router.hide_version_header");
            path.Add(name.ToString());
            name.Clear();
        }
    }

    private static bool AtLineEnd(TextCursor cursor) => cursor.AtEnd || cursor.Next is '\n' or '\r';

    /// <summary>A character, an escape, or nothing where a line goes on in the next.</summary>
    private static void TakeCharacter(TextCursor cursor, StringBuilder value)
    {
        var c = cursor.Take();
        if (c != '\\')
        {
            value.Append(c);
            return;
        }
        if (AtLineEnd(cursor))
        {
            if (!cursor.TryTakeLineEnd())
                cursor.TryTake('\r');
            SkipBlanks(cursor);
            return;
        }
        var escaped = cursor.Take();
        if (escaped != 'u')
        {
            value.Append(escaped switch { 't' => '\t', 'n' => '\n', 'r' => '\r', 'f' => '\f', _ => escaped });
            return;
        }
        if (cursor.Rest.Length < 4 || !ushort.TryParse(cursor.Rest[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            throw cursor.Failure("expected four hexadecimal digits behind \\u; a backslash is written \\\\");
        cursor.Skip(4);
        value.Append((char)unit);
    }

    private static void SkipBlanks(TextCursor cursor)
    {
        while (cursor.Next is ' ' or '\t' or '\f')
            cursor.Skip(1);
    }
}
