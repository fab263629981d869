using System.Globalization;
using System.Text;

namespace KrakenPlugins.Expressions.Syntax;

/// <summary>What stands between the quotes of a text or bytes literal, with its escapes resolved.</summary>
internal static class LiteralDecoder
{
    public static string String(string text, int start, int end, bool isRaw)
    {
        var body = text.AsSpan(start, end - start);
        if (isRaw || !body.Contains('\\'))
            return body.ToString();
        var result = new StringBuilder(body.Length);
        for (var at = start; at < end;)
        {
            if (text[at] != '\\')
            {
                result.Append(text[at++]);
                continue;
            }
            var rune = Escape(text, ref at, end, isBytes: false);
            if (!Rune.IsValid(rune))
                throw new SyntaxError(at, string.Create(CultureInfo.InvariantCulture, $"U+{rune:X4} is no character"));
            result.Append(new Rune(rune).ToString());
        }
        return result.ToString();
    }

    public static byte[] Bytes(string text, int start, int end, bool isRaw)
    {
        var body = text.AsSpan(start, end - start);
        if (isRaw || !body.Contains('\\'))
            return Encoding.UTF8.GetBytes(body.ToString());
        var result = new List<byte>(body.Length);
        for (var at = start; at < end;)
        {
            if (text[at] == '\\')
            {
                result.Add((byte)Escape(text, ref at, end, isBytes: true));
                continue;
            }
            var next = text.IndexOf('\\', at, end - at);
            next = next < 0 ? end : next;
            result.AddRange(Encoding.UTF8.GetBytes(text[at..next]));
            at = next;
        }
        return [.. result];
    }

    private static int Escape(string text, ref int at, int end, bool isBytes)
    {
        var start = at;
        var character = text[at + 1];
        at += 2;
        switch (character)
        {
            case 'a': return '\a';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'v': return '\v';
            case '\\' or '\'' or '"' or '`' or '?': return character;
            case 'x' or 'X': return Digits(text, start, ref at, end, 2, 16);
            case 'u' when !isBytes: return Digits(text, start, ref at, end, 4, 16);
            case 'U' when !isBytes: return Digits(text, start, ref at, end, 8, 16);
            case >= '0' and <= '3':
                at--;
                return Digits(text, start, ref at, end, 3, 8);
            default:
                throw new SyntaxError(start, $"unknown escape \\{character}; expected one of \\\\ \\' \\\" \\` \\? \\a \\b \\f \\n \\r \\t \\v \\xHH \\ooo"
                    + (isBytes ? "" : " \\uHHHH \\UHHHHHHHH") + ", or a raw literal (r'…')");
        }
    }

    private static int Digits(string text, int start, ref int at, int end, int count, int numberBase)
    {
        var value = 0;
        for (var i = 0; i < count; i++, at++)
        {
            if (at >= end || !char.IsAsciiHexDigit(text[at]) || numberBase == 8 && text[at] is not (>= '0' and <= '7'))
                throw new SyntaxError(start, $"the escape {text.AsSpan(start, at - start)} is too short; expected {count} {(numberBase == 8 ? "octal" : "hexadecimal")} digits");
            // 8 hexadecimal digits are more than an int holds: whatever is beyond Unicode stays beyond it.
            value = Math.Min(value * numberBase + Convert.ToInt32(text[at].ToString(), 16), 0x7FFFFF);
        }
        return value;
    }
}
