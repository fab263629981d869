using System.Globalization;
using System.Text;

namespace KrakenPlugins.Expressions.Tests.Conformance;

/// <summary>Reads the protobuf text format without a schema (protobuf.dev/reference/protobuf/textformat-spec).</summary>
internal sealed class ProtoTextReader
{
    private readonly string _text;
    private int _at;

    private ProtoTextReader(string text) => _text = text;

    public static ProtoMessage Read(string text)
    {
        var reader = new ProtoTextReader(text);
        var message = new ProtoMessage();
        reader.ReadFields(message, '\0');
        return message;
    }

    private void ReadFields(ProtoMessage message, char end)
    {
        while (true)
        {
            var next = Peek();
            if (next == end)
            {
                _at++;
                return;
            }
            var name = next == '[' ? ReadBracketed() : ReadWord();
            var colon = TryTake(':');
            if (Peek() == '[' && colon)
                ReadList(message, name);
            else
                message.Fields.Add(ReadValue(name, colon));
            _ = TryTake(',') || TryTake(';');
        }
    }

    private void ReadList(ProtoMessage message, string name)
    {
        _at++;
        while (!TryTake(']'))
        {
            message.Fields.Add(ReadValue(name, true));
            TryTake(',');
        }
    }

    private ProtoField ReadValue(string name, bool mayBeScalar)
    {
        var next = Peek();
        if (next is '{' or '<')
        {
            _at++;
            var message = new ProtoMessage();
            ReadFields(message, next == '{' ? '}' : '>');
            return new(name, "", null, message);
        }
        if (!mayBeScalar)
            throw Failure("a message");
        if (next is not ('"' or '\''))
            return new(name, ReadWord(), null, null);
        using var bytes = new MemoryStream();
        while (Peek() is '"' or '\'')
            ReadString(bytes);
        return new(name, "", bytes.ToArray(), null);
    }

    private void ReadString(MemoryStream bytes)
    {
        var quote = _text[_at++];
        while (_text[_at] != quote)
        {
            if (_text[_at] == '\\')
            {
                _at++;
                ReadEscape(bytes);
                continue;
            }
            var rune = Rune.GetRuneAt(_text, _at);
            bytes.Write(Encoding.UTF8.GetBytes(rune.ToString()));
            _at += rune.Utf16SequenceLength;
        }
        _at++;
    }

    private void ReadEscape(MemoryStream bytes)
    {
        var c = _text[_at++];
        switch (c)
        {
            case 'x' or 'X':
                bytes.WriteByte((byte)ReadDigits(16, 2));
                return;
            case 'u' or 'U':
                var rune = new Rune((int)ReadDigits(16, c == 'u' ? 4 : 8));
                bytes.Write(Encoding.UTF8.GetBytes(rune.ToString()));
                return;
            case >= '0' and <= '7':
                _at--;
                bytes.WriteByte((byte)ReadDigits(8, 3));
                return;
            default:
                var index = "abfnrtv\\'\"?".IndexOf(c, StringComparison.Ordinal);
                bytes.WriteByte(index < 0 ? throw Failure("an escape") : (byte)"\a\b\f\n\r\t\v\\'\"?"[index]);
                return;
        }
    }

    private uint ReadDigits(int radix, int most)
    {
        var start = _at;
        var value = 0u;
        while (_at - start < most && char.IsAsciiHexDigit(_text[_at]) && Convert.ToUInt32(_text[_at].ToString(), 16) < radix)
            value = value * (uint)radix + Convert.ToUInt32(_text[_at++].ToString(), 16);
        return _at == start ? throw Failure("digits") : value;
    }

    private string ReadBracketed()
    {
        var end = _text.IndexOf(']', _at);
        var name = _text[_at..(end + 1)];
        _at = end + 1;
        return name;
    }

    private string ReadWord()
    {
        Peek();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.' or '-' or '+'))
            _at++;
        return _at == start ? throw Failure("a name or a value") : _text[start.._at];
    }

    private bool TryTake(char c)
    {
        if (Peek() != c)
            return false;
        _at++;
        return true;
    }

    /// <summary>The next character that is neither space nor comment; NUL at the end.</summary>
    private char Peek()
    {
        while (_at < _text.Length && (char.IsWhiteSpace(_text[_at]) || _text[_at] == '#'))
        {
            if (_text[_at] == '#')
                _at = _text.IndexOf('\n', _at) is var end and >= 0 ? end : _text.Length;
            else
                _at++;
        }
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private FormatException Failure(string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"line {_text.AsSpan(0, _at).Count('\n') + 1}: expected {expected}"));
}
