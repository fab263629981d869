using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Reads TOML 1.0 (https://toml.io/en/v1.0.0). Dates and times become texts (RFC 3339), whole numbers have 64 bits; infinity and NaN are
/// refused, because no configuration can hold them.
/// </summary>
internal sealed class TomlReader
{
    /// <summary>Levels of nesting that a document may have.</summary>
    public const int DeepestNesting = 1_000;

    private readonly TextCursor _cursor;
    private readonly TomlTable _root;
    private TomlTable _table;

    private TomlReader(string file, string text)
    {
        _cursor = new TextCursor(file, text);
        _table = _root = new TomlTable(_cursor.Position, TomlOrigin.Header, 1);
    }

    /// <summary>The root table.</summary>
    /// <exception cref="SourceTextException">It is no TOML.</exception>
    public static ConfigNode Read(string file, string text) => new TomlReader(file, text).ReadDocument();

    private ConfigNode ReadDocument()
    {
        while (true)
        {
            SkipLines();
            if (_cursor.AtEnd)
                return _root.ToNode();
            if (_cursor.Next == '[')
                ReadHeader();
            else
                ReadMember(_table);
            EndLine();
        }
    }

    private void ReadHeader()
    {
        var position = _cursor.Position;
        _cursor.Take();
        var isArray = _cursor.TryTake('[');
        var keys = ReadKey("the name of a table");
        var end = isArray ? "]]" : "]";
        if (!_cursor.StartsWith(end))
            throw _cursor.Expected($"\"{end}\" behind the name of the table");
        _cursor.Skip(end.Length);

        var parent = _root;
        for (var i = 0; i < keys.Count - 1; i++)
            parent = Enter(parent, keys[i]);
        _table = isArray ? AddToArray(parent, keys[^1], position) : Define(parent, keys[^1], position);
    }

    /// <summary>A table on the way of a header, made when it is missing; of an array of tables the last.</summary>
    private static TomlTable Enter(TomlTable parent, TomlKey key)
    {
        switch (parent.Find(key.Name))
        {
            case null:
                var table = NewTable(parent, key.Position, TomlOrigin.Implied);
                parent.Add(key, table);
                return table;
            case TomlTable { Origin: not TomlOrigin.Inline } known:
                return known;
            case TomlTableArray array:
                return array.Last;
            default:
                throw new SourceTextException(key.Position, $"{ConfigText.Quote(key.Name)} is a complete value since line {parent.LineOf(key.Name)}; a header cannot add to it");
        }
    }

    private static TomlTable Define(TomlTable parent, TomlKey key, SourcePosition position)
    {
        switch (parent.Find(key.Name))
        {
            case null:
                var table = NewTable(parent, position, TomlOrigin.Header);
                parent.Add(key, table);
                return table;
            case TomlTable { Origin: TomlOrigin.Implied } implied:
                implied.Origin = TomlOrigin.Header;
                implied.Position = position;
                return implied;
            case TomlTableArray:
                throw Twice(parent, key, "as an array of tables; add to it with two brackets: [[…]]");
            default:
                throw Twice(parent, key, "already; write all keys of a table below one header");
        }
    }

    private static TomlTable AddToArray(TomlTable parent, TomlKey key, SourcePosition position)
    {
        var array = parent.Find(key.Name) as TomlTableArray;
        if (array is null)
        {
            if (parent.Find(key.Name) is not null)
                throw Twice(parent, key, "as something else than an array of tables");
            array = new TomlTableArray(position);
            parent.Add(key, array);
        }
        var table = NewTable(parent, position, TomlOrigin.Header);
        array.Add(table);
        return table;
    }

    /// <summary><c>key = value</c>; the tables of a dotted key belong to it alone.</summary>
    private void ReadMember(TomlTable table)
    {
        var keys = ReadKey("a key");
        if (!_cursor.TryTake('='))
            throw _cursor.Expected("\"=\" behind the key");
        for (var i = 0; i < keys.Count - 1; i++)
            table = EnterDotted(table, keys[i]);
        if (table.Find(keys[^1].Name) is not null)
            throw Twice(table, keys[^1], "already");
        _cursor.SkipBlanks();
        table.Add(keys[^1], new TomlLeaf(ReadValue(table.Depth + 1)));
    }

    private static TomlTable EnterDotted(TomlTable parent, TomlKey key)
    {
        switch (parent.Find(key.Name))
        {
            case null:
                var table = NewTable(parent, key.Position, TomlOrigin.DottedKey);
                parent.Add(key, table);
                return table;
            case TomlTable { Origin: TomlOrigin.DottedKey } known:
                return known;
            case TomlTable { Origin: not TomlOrigin.Inline }:
                throw Twice(parent, key, "by a header; a dotted key cannot add to it");
            default:
                throw Twice(parent, key, "as a complete value; a dotted key cannot add to it");
        }
    }

    private static TomlTable NewTable(TomlTable parent, SourcePosition position, TomlOrigin origin)
    {
        CheckDepth(parent.Depth + 1, position);
        return new TomlTable(position, origin, parent.Depth + 1);
    }

    private static SourceTextException Twice(TomlTable table, TomlKey key, string how) =>
        new(key.Position, $"{ConfigText.Quote(key.Name)} was defined in line {table.LineOf(key.Name)} {how}");

    private List<TomlKey> ReadKey(string what)
    {
        var keys = new List<TomlKey>();
        do
        {
            _cursor.SkipBlanks();
            keys.Add(ReadKeyPart(keys.Count == 0 ? what : "a key behind the dot"));
            _cursor.SkipBlanks();
        }
        while (_cursor.TryTake('.'));
        return keys;
    }

    private TomlKey ReadKeyPart(string what)
    {
        var position = _cursor.Position;
        if (_cursor.Next is '"' or '\'')
        {
            return _cursor.StartsWith("\"\"\"") || _cursor.StartsWith("'''")
                ? throw _cursor.Failure("a key must not have three quotes")
                : new TomlKey(TomlText.Read(_cursor), position);
        }
        var length = 0;
        while (_cursor.Peek(length) is var c && (char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            length++;
        if (length == 0)
            throw _cursor.Expected($"{what} (letters, digits, \"_\" and \"-\"; anything else in quotes)");
        var name = _cursor.Rest[..length].ToString();
        _cursor.Skip(length);
        return new TomlKey(name, position);
    }

    private ConfigNode ReadValue(int depth)
    {
        switch (_cursor.Next)
        {
            case '"' or '\'':
                var position = _cursor.Position;
                return ConfigNode.String(position, TomlText.Read(_cursor));
            case '[':
                return ReadArray(depth);
            case '{':
                return ReadInlineTable(depth);
            default:
                return TomlScalar.Read(_cursor);
        }
    }

    private ConfigNode ReadArray(int depth)
    {
        var position = _cursor.Position;
        CheckDepth(depth, position);
        var items = new List<ConfigNode>();
        _cursor.Take();
        while (true)
        {
            SkipLines();
            if (_cursor.TryTake(']'))
                return ConfigNode.Array(position, items.ToArray());
            if (_cursor.AtEnd)
                throw new SourceTextException(position, "the list that begins here has no \"]\"");
            items.Add(ReadValue(depth + 1));
            SkipLines();
            if (!_cursor.TryTake(',') && _cursor.Next != ']')
                throw _cursor.Expected("\",\" or \"]\" behind an element of the list");
        }
    }

    private ConfigNode ReadInlineTable(int depth)
    {
        var position = _cursor.Position;
        CheckDepth(depth, position);
        var table = new TomlTable(position, TomlOrigin.Inline, depth);
        _cursor.Take();
        _cursor.SkipBlanks();
        if (_cursor.TryTake('}'))
            return table.ToNode();
        while (true)
        {
            _cursor.SkipBlanks();
            if (_cursor.Next == '}')
                throw _cursor.Failure("no comma is allowed before the \"}\" of a table in braces");
            if (_cursor.Next is '\r' or '\n' or '#')
                throw _cursor.Failure("a table in braces must stand on one line; use a [header] for a longer one");
            ReadMember(table);
            _cursor.SkipBlanks();
            if (_cursor.TryTake('}'))
                return table.ToNode();
            if (!_cursor.TryTake(','))
            {
                throw _cursor.Next is '\r' or '\n' or '#'
                    ? _cursor.Failure("a table in braces must stand on one line; use a [header] for a longer one")
                    : _cursor.Expected("\",\" or \"}\" behind a member of the table");
            }
        }
    }

    /// <summary>Steps over blanks, ends of lines and comments.</summary>
    private void SkipLines()
    {
        do
        {
            _cursor.SkipBlanks();
            SkipComment();
        }
        while (_cursor.TryTakeLineEnd());
    }

    private void EndLine()
    {
        _cursor.SkipBlanks();
        SkipComment();
        if (!_cursor.AtEnd && !_cursor.TryTakeLineEnd())
            throw _cursor.Expected("the end of the line");
    }

    private void SkipComment()
    {
        if (_cursor.Next != '#')
            return;
        while (!_cursor.AtEnd && _cursor.Next != '\n' && !_cursor.StartsWith("\r\n"))
        {
            if (TomlText.IsControl(_cursor.Next))
                throw _cursor.Failure("a control character in a comment");
            _cursor.Skip(1);
        }
    }

    private static void CheckDepth(int depth, SourcePosition position)
    {
        if (depth > DeepestNesting)
            throw new SourceTextException(position, $"more than {DeepestNesting} levels of nesting");
    }
}
