using System.Buffers;
using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>The four kinds of TOML's texts.</summary>
internal static class TomlText
{
    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Reads a text that begins with a quote.</summary>
    public static string Read(TextCursor cursor)
    {
        var quote = cursor.Next;
        var start = cursor.Position;
        if (cursor.Peek(1) != quote || cursor.Peek(2) != quote)
        {
            cursor.Skip(1);
            return ReadLine(cursor, quote, start);
        }
        cursor.Skip(3);
        cursor.TryTakeLineEnd();
        return ReadLines(cursor, quote, start);
    }

    /// <summary>Whether a character must not stand anywhere unescaped; ends of lines are the caller's.</summary>
    public static bool IsControl(char c) => c is (< ' ' and not '\t') or '\x7f';

    private static string ReadLine(TextCursor cursor, char quote, SourcePosition start)
    {
        var rest = cursor.Rest;
        var length = 0;
        while (length < rest.Length && rest[length] != quote && !IsControl(rest[length]) && (quote == '\'' || rest[length] != '\\'))
            length++;
        var plain = rest[..length].ToString();
        cursor.Skip(length);
        if (cursor.TryTake(quote))
            return plain;

        var value = new StringBuilder(plain);
        while (!cursor.TryTake(quote))
        {
            if (cursor.AtEnd || cursor.Next is '\n' or '\r')
                throw new SourceTextException(start, $"the text has no end on its line; a text of several lines needs {quote}{quote}{quote}");
            if (IsControl(cursor.Next))
                throw ControlCharacter(cursor, quote);
            if (quote == '"' && cursor.Next == '\\')
                ReadEscape(cursor, value);
            else
                value.Append(cursor.Take());
        }
        return value.ToString();
    }

    private static string ReadLines(TextCursor cursor, char quote, SourcePosition start)
    {
        var value = new StringBuilder();
        while (true)
        {
            if (cursor.AtEnd)
                throw new SourceTextException(start, $"the text has no {quote}{quote}{quote} at its end");
            if (cursor.Next == quote && cursor.Peek(1) == quote && cursor.Peek(2) == quote)
                break;
            if (cursor.Next == '\r' && cursor.Peek(1) == '\n')
                cursor.Skip(1);
            if (IsControl(cursor.Next) && cursor.Next != '\n')
                throw ControlCharacter(cursor, quote);
            if (quote == '\'' || cursor.Next != '\\')
                value.Append(cursor.Take());
            else if (!TrySkipLineEnd(cursor))
                ReadEscape(cursor, value);
        }
        cursor.Skip(3);
        // One or two quotes may stand directly before the end.
        for (var i = 0; i < 2 && cursor.TryTake(quote); i++)
            value.Append(quote);
        return value.ToString();
    }

    /// <summary>A backslash at the end of a line joins it with the next that is not blank.</summary>
    private static bool TrySkipLineEnd(TextCursor cursor)
    {
        var blanks = 1;
        while (cursor.Peek(blanks) is ' ' or '\t')
            blanks++;
        if (cursor.Peek(blanks) != '\n' && !(cursor.Peek(blanks) == '\r' && cursor.Peek(blanks + 1) == '\n'))
            return false;
        cursor.Skip(blanks);
        while (cursor.TryTakeLineEnd())
            cursor.SkipBlanks();
        return true;
    }

    private static void ReadEscape(TextCursor cursor, StringBuilder value)
    {
        var c = cursor.Peek(1);
        switch (c)
        {
            case 'u' or 'U':
                ReadCodePoint(cursor, c == 'u' ? 4 : 8, value);
                return;
            case 'b' or 't' or 'n' or 'f' or 'r' or '"' or '\\':
                cursor.Skip(2);
                value.Append(c switch { 'b' => '\b', 't' => '\t', 'n' => '\n', 'f' => '\f', 'r' => '\r', _ => c });
                return;
            default:
                throw cursor.Failure("unknown escape in a text; allowed are \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX; a text in single quotes has none");
        }
    }

    private static void ReadCodePoint(TextCursor cursor, int digits, StringBuilder value)
    {
        var hex = cursor.Rest[2..];
        if (hex.Length < digits || hex[..digits].IndexOfAnyExcept(s_hexDigits) >= 0
            || !Rune.TryCreate(uint.Parse(hex[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), out var rune))
            throw cursor.Failure($"an escape that is no Unicode character; expected \\{(digits == 4 ? 'u' : 'U')} and {digits} hexadecimal digits");
        value.Append(rune);
        cursor.Skip(digits + 2);
    }

    private static SourceTextException ControlCharacter(TextCursor cursor, char quote) =>
        cursor.Failure(quote == '"' ? "a control character in a text; write it as \\uXXXX" : "a control character in a text; write it as \\uXXXX in double quotes");
}
