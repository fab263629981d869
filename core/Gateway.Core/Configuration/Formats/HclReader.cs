using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Reads HCL without expressions: attributes, blocks with and without labels, lists, objects, heredocs, comments. A repeated block is a
/// list, a label an object around the block. What would have to be evaluated (variables, functions, operators, templates) is an error.
/// Source: HCL native syntax specification; CFG-028.
/// </summary>
internal sealed class HclReader
{
    /// <summary>Levels of nesting that a document may have.</summary>
    public const int DeepestNesting = 1_000;

    private readonly TextCursor _cursor;

    private HclReader(string file, string text) => _cursor = new TextCursor(file, text);

    /// <summary>The root object.</summary>
    /// <exception cref="SourceTextException">It is no HCL, or needs evaluation.</exception>
    public static ConfigNode Read(string file, string text)
    {
        var reader = new HclReader(file, text);
        var root = new HclBody(reader._cursor.Position);
        reader.ReadBody(root, isRoot: true, 1);
        return root.ToNode();
    }

    private void ReadBody(HclBody body, bool isRoot, int depth)
    {
        while (true)
        {
            SkipLines();
            if (_cursor.AtEnd || _cursor.Next == '}')
            {
                if (isRoot != _cursor.AtEnd)
                    throw isRoot ? _cursor.Failure("a \"}\" without its \"{\"") : _cursor.Failure("the block has no \"}\" at its end");
                return;
            }
            ReadItem(body, depth);
            EndItem();
        }
    }

    /// <summary><c>name = value</c> or <c>name "label" { … }</c>.</summary>
    private void ReadItem(HclBody body, int depth)
    {
        var path = new List<(string Name, SourcePosition Position)>();
        do
        {
            var position = _cursor.Position;
            path.Add((ReadName(), position));
            SkipBlanks();
        }
        while (_cursor.Next == '"' || IsNameStart(_cursor.Next));

        if (path.Count == 1 && _cursor.TryTake('='))
        {
            SkipBlanks();
            body.AddAttribute(path[0].Name, path[0].Position, ReadValue(depth + 1));
            return;
        }
        if (_cursor.Next != '{')
            throw _cursor.Expected(path.Count == 1 ? "\"=\" and a value, or \"{\" and a block, behind the name" : "\"{\" behind the labels of the block");
        CheckDepth(depth + path.Count);
        var block = new HclBody(_cursor.Position);
        _cursor.Take();
        ReadBody(block, isRoot: false, depth + path.Count);
        _cursor.Take();
        body.AddBlock(path, block);
    }

    private string ReadName()
    {
        if (_cursor.Next == '"')
            return HclText.ReadQuoted(_cursor);
        if (!IsNameStart(_cursor.Next))
            throw _cursor.Expected("a name (letters, digits, \"_\" and \"-\"; anything else in double quotes)");
        return TakeWord();
    }

    private ConfigNode ReadValue(int depth)
    {
        var position = _cursor.Position;
        switch (_cursor.Next)
        {
            case '"':
                return ConfigNode.String(position, HclText.ReadQuoted(_cursor));
            case '<' when _cursor.Peek(1) == '<':
                return ConfigNode.String(position, HclText.ReadHeredoc(_cursor));
            case '[':
                return ReadList(position, depth);
            case '{':
                return ReadObject(position, depth);
            case '-' or (>= '0' and <= '9'):
                return ConfigNode.Number(position, ReadNumber(position));
        }
        if (!IsNameStart(_cursor.Next))
            throw _cursor.Expected("a value");
        return TakeWord() switch
        {
            "true" => ConfigNode.Boolean(position, true),
            "false" => ConfigNode.Boolean(position, false),
            "null" => ConfigNode.Null(position),
            var word => throw new SourceTextException(position, $"{ConfigText.Quote(word)} would have to be evaluated; variables and functions are not supported, a text needs double quotes"),
        };
    }

    private ConfigNode ReadList(SourcePosition position, int depth)
    {
        CheckDepth(depth);
        _cursor.Take();
        var items = new List<ConfigNode>();
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
                throw Unevaluated("\",\" or \"]\" behind an element of the list");
        }
    }

    private ConfigNode ReadObject(SourcePosition position, int depth)
    {
        CheckDepth(depth);
        _cursor.Take();
        var members = new List<ConfigMember>();
        while (true)
        {
            SkipLines();
            if (_cursor.TryTake('}'))
                return ConfigNode.Object(position, members.ToArray());
            if (_cursor.AtEnd)
                throw new SourceTextException(position, "the object that begins here has no \"}\"");
            var namePosition = _cursor.Position;
            var name = char.IsAsciiDigit(_cursor.Next) ? TakeWord() : ReadName();
            SkipBlanks();
            if (!_cursor.TryTake('=') && !_cursor.TryTake(':'))
                throw _cursor.Expected("\"=\" behind the name");
            SkipBlanks();
            members.Add(new ConfigMember(name, namePosition, ReadValue(depth + 1)));
            SkipBlanks();
            if (!_cursor.TryTake(',') && _cursor.Next is not ('}' or '\r' or '\n'))
                throw Unevaluated("\",\", \"}\" or the end of the line");
        }
    }

    /// <summary>A number of JSON's grammar, which is HCL's too.</summary>
    private string ReadNumber(SourcePosition position)
    {
        var length = 1;
        while (_cursor.Peek(length) is var c && (char.IsAsciiLetterOrDigit(c) || c == '.' || (c is '+' or '-' && _cursor.Peek(length - 1) is 'e' or 'E')))
            length++;
        var text = _cursor.Rest[..length].ToString();
        var node = JsonConfigReader.Read("", text, new ConfigDiagnostics());
        if (node is not { Kind: ConfigKind.Number })
            throw new SourceTextException(position, $"{ConfigText.Quote(text)} is no number; a text needs double quotes");
        _cursor.Skip(length);
        return text;
    }

    private void EndItem()
    {
        SkipBlanks();
        if (!_cursor.AtEnd && _cursor.Next != '}' && !_cursor.TryTakeLineEnd())
            throw Unevaluated("the end of the line");
    }

    private SourceTextException Unevaluated(string expected) => _cursor.Next is '+' or '-' or '*' or '/' or '%' or '?' or '&' or '|' or '(' or '.' or '[' or '!' or '>' or '<'
        ? _cursor.Failure($"{_cursor.DescribeNext()} would have to be evaluated; expressions are not supported, write the value itself")
        : _cursor.Expected(expected);

    private string TakeWord()
    {
        var length = 0;
        while (_cursor.Peek(length) is var c && (char.IsLetterOrDigit(c) || c is '_' or '-'))
            length++;
        var word = _cursor.Rest[..length].ToString();
        _cursor.Skip(length);
        return word;
    }

    private void SkipLines()
    {
        do
            SkipBlanks();
        while (_cursor.TryTakeLineEnd());
    }

    /// <summary>Steps over blanks and comments; a line's end behind <c>#</c> or <c>//</c> stays.</summary>
    private void SkipBlanks()
    {
        while (true)
        {
            _cursor.SkipBlanks();
            if (_cursor.Next == '#' || _cursor.StartsWith("//"))
            {
                _cursor.TakeLine();
                return;
            }
            if (!_cursor.StartsWith("/*"))
                return;
            var start = _cursor.Position;
            while (!_cursor.StartsWith("*/"))
            {
                if (_cursor.AtEnd)
                    throw new SourceTextException(start, "the comment that begins here has no \"*/\"");
                _cursor.Take();
            }
            _cursor.Skip(2);
        }
    }

    private void CheckDepth(int depth)
    {
        if (depth > DeepestNesting)
            throw _cursor.Failure($"more than {DeepestNesting} levels of nesting");
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';
}
