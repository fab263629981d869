using System.Text.Json;

namespace Gateway.Commands.Migrate;

/// <summary>
/// Finds the objects and keys of JSON that templates and comments may stand in, without running the templates: actions are skipped, and
/// after <c>else</c> the nesting is that of the <c>if</c>. Nothing is an error; what makes no sense is passed over.
/// </summary>
internal sealed class TemplatedJson
{
    // Braces that never close are looked at once each, so their search has an end.
    private const int LongestAction = 8 << 10;

    private readonly string _text;
    private readonly bool _isPlain;
    private readonly int _lastActionEnd;
    private readonly List<WrittenObject> _objects = [];
    private readonly Stack<(Frame Frame, WrittenKey? Pending, bool IsDefinition)> _blocks = new();
    private Frame _frame;
    private WrittenKey? _pending;
    private (int Start, int End, int Line)? _string;
    private int _line = 1;

    private TemplatedJson(string text, bool isPlain)
    {
        _text = text;
        _isPlain = isPlain;
        _lastActionEnd = text.LastIndexOf("}}", StringComparison.Ordinal);
        _frame = Open(null, "");
    }

    /// <summary>The objects of a text, outer ones first.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isPlain">Whether it is JSON as it stands, so that braces inside of strings are no template.</param>
    public static IReadOnlyList<WrittenObject> Read(string text, bool isPlain)
    {
        var reader = new TemplatedJson(text, isPlain);
        for (var at = 0; at < text.Length;)
            at = reader.Step(at);
        return reader._objects;
    }

    private int Step(int at)
    {
        switch (_text[at])
        {
            case '\n':
                _line++;
                return at + 1;
            case ' ' or '\t' or '\r':
                return at + 1;
            case '"':
                return ReadString(at);
            case '{' when !_isPlain && ActionEnd(at) is > 0 and var end:
                ReadAction(at, end);
                return Skip(at, end);
            case '{':
                Push(new(_frame, Open(_frame.Object, KeyOfValue()).Object, "", IsList: false));
                return at + 1;
            case '[':
                Push(new(_frame, _frame.Object, KeyOfValue(), IsList: true));
                return at + 1;
            case '}' or ']':
                Pop(isList: _text[at] == ']');
                return at + 1;
            case ':':
                ReadColon();
                return at + 1;
            case ',':
                (_pending, _string) = (null, null);
                return at + 1;
            case '/' when at + 1 < _text.Length && _text[at + 1] is '/' or '*':
                return ReadComment(at);
            default:
                return ReadWord(at);
        }
    }

    private int ReadString(int at)
    {
        var end = at + 1;
        while (end < _text.Length && _text[end] is not ('"' or '\n'))
        {
            if (!_isPlain && StringActionEnd(end) is > 0 and var behind)
                end = behind;
            else
                end += _text[end] == '\\' && end + 1 < _text.Length && _text[end + 1] != '\n' ? 2 : 1;
        }
        if (end >= _text.Length || _text[end] == '\n')
            return end;
        _string = (at, end + 1, _line);
        return end + 1;
    }

    private void ReadColon()
    {
        if (_string is not { } found || _frame.IsList)
            return;
        _pending = new WrittenKey(Decode(_text[found.Start..found.End]), found.Start, found.End, found.Line);
        _frame.Object.Keys.Add(_pending);
        _string = null;
    }

    private int ReadWord(int at)
    {
        var end = at + 1;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] is '.' or '-' or '+' or '_'))
            end++;
        if (_pending is not null)
            _pending.Word = (at, end);
        (_pending, _string) = (null, null);
        return end;
    }

    private int ReadComment(int at)
    {
        var isLine = _text[at + 1] == '/';
        var end = _text.IndexOf(isLine ? "\n" : "*/", at + 2, StringComparison.Ordinal);
        return Skip(at, end < 0 ? _text.Length : isLine ? end : end + 2);
    }

    private void ReadAction(int at, int end)
    {
        var word = FirstWord(_text.AsSpan(at + 2, end - at - 4));
        switch (word)
        {
            case "if" or "range" or "with" or "block":
                _blocks.Push((_frame, _pending, false));
                break;
            case "define":
                _blocks.Push((_frame, _pending, true));
                (_frame, _pending) = (Open(null, ""), null);
                break;
            case "else" when _blocks.TryPeek(out var block):
                (_frame, _pending) = (block.Frame, block.Pending);
                break;
            case "end" when _blocks.TryPop(out var block) && block.IsDefinition:
                (_frame, _pending) = (block.Frame, block.Pending);
                break;
        }
        _string = null;
    }

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> action)
    {
        action = action.TrimStart('-').TrimStart();
        var end = 0;
        while (end < action.Length && char.IsAsciiLetter(action[end]))
            end++;
        return action[..end];
    }

    // A value of JSON may hold such braces as data; an action inside of a string ends on its line.
    private int StringActionEnd(int at)
    {
        if (_text[at] != '{' || ActionEnd(at) is not (> 0 and var end))
            return -1;
        return _text.AsSpan(at, end - at).Contains('\n') ? -1 : end;
    }

    /// <summary>Behind the <c>}}</c> of an action that begins here, or -1.</summary>
    private int ActionEnd(int at)
    {
        if (at > _lastActionEnd || _text[at + 1] != '{')
            return -1;
        var limit = Math.Min(_text.Length, at + LongestAction);
        for (var i = at + 2; i < limit; i++)
        {
            switch (_text[i])
            {
                case '}' when i + 1 < _text.Length && _text[i + 1] == '}':
                    return i + 2;
                case '/' when i + 1 < _text.Length && _text[i + 1] == '*' && i + 2 < limit:
                    i = _text.IndexOf("*/", i + 2, limit - i - 2, StringComparison.Ordinal) + 1;
                    break;
                case '"' or '`' or '\'':
                    i = LiteralEnd(i, limit);
                    break;
            }
            if (i <= 0)
                return -1;
        }
        return -1;
    }

    // The closing quote of a literal of the template language, or -1.
    private int LiteralEnd(int at, int limit)
    {
        for (var i = at + 1; i < limit; i++)
        {
            if (_text[i] == _text[at])
                return i;
            if (_text[at] == '`')
                continue;
            if (_text[i] == '\n')
                return -1;
            if (_text[i] == '\\')
                i++;
        }
        return -1;
    }

    private int Skip(int from, int to)
    {
        _line += _text.AsSpan(from, to - from).Count('\n');
        return to;
    }

    private string KeyOfValue() => _pending?.Name ?? (_frame.IsList ? _frame.Key : "");

    private Frame Open(WrittenObject? parent, string key)
    {
        var opened = new WrittenObject(parent, key);
        _objects.Add(opened);
        return new(null, opened, "", IsList: false);
    }

    private void Push(Frame frame)
    {
        _frame = frame;
        (_pending, _string) = (null, null);
    }

    // What closes nothing that is open here is left to whoever includes this text.
    private void Pop(bool isList)
    {
        (_pending, _string) = (null, null);
        for (Frame? open = _frame; open?.Parent is not null; open = open.Parent)
        {
            if (open.IsList != isList)
                continue;
            _frame = open.Parent;
            return;
        }
    }

    private static string Decode(string quoted)
    {
        if (quoted.Contains("{{", StringComparison.Ordinal))
            return "";
        try
        {
            return quoted.Contains('\\', StringComparison.Ordinal) ? JsonElement.Parse(quoted).GetString()! : quoted[1..^1];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No name of the language has such escapes.
            return "";
        }
    }

    private sealed record Frame(Frame? Parent, WrittenObject Object, string Key, bool IsList);
}
