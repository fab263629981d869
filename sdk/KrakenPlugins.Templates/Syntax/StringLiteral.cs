using System.Text;

namespace KrakenPlugins.Templates.Syntax;

/// <summary>The texts and characters that literals of Go stand for.</summary>
internal static class StringLiteral
{
    /// <summary>What a literal between double quotation marks or back quotes stands for; false when an escape in it is none of Go's.</summary>
    public static bool TryRead(string literal, out string value)
    {
        var inner = literal.AsSpan(1, literal.Length - 2);
        if (literal[0] == '`')
        {
            value = inner.ToString().Replace("\r", "", StringComparison.Ordinal);
            return true;
        }
        if (!inner.Contains('\\'))
        {
            value = inner.ToString();
            return true;
        }
        value = "";
        var bytes = new List<byte>(inner.Length);
        Span<byte> encoded = stackalloc byte[4];
        while (inner.Length > 0)
        {
            if (!TryReadCharacter(ref inner, '"', out var code, out var isByte)) return false;
            if (isByte)
            {
                bytes.Add((byte)code);
                continue;
            }
            var length = new Rune(code).EncodeToUtf8(encoded);
            foreach (var b in encoded[..length]) bytes.Add(b);
        }
        value = Encoding.UTF8.GetString(bytes.ToArray());
        return true;
    }

    /// <summary>The code point of a literal between apostrophes; false when there is not exactly one character in it.</summary>
    public static bool TryReadCharacter(string literal, out int code)
    {
        var inner = literal.AsSpan(1, literal.Length - 2);
        return TryReadCharacter(ref inner, '\'', out code, out _) && inner.Length == 0;
    }

    private static bool TryReadCharacter(ref ReadOnlySpan<char> text, char quote, out int code, out bool isByte)
    {
        isByte = false;
        code = 0;
        if (text.Length == 0 || text[0] == quote) return false;
        if (text[0] != '\\')
        {
            Rune.DecodeFromUtf16(text, out var rune, out var length);
            code = rune.Value;
            text = text[length..];
            return true;
        }
        if (text.Length < 2) return false;
        var letter = text[1];
        switch (letter)
        {
            case 'x':
                isByte = true;
                return TryReadDigits(ref text, 2, 2, 16, out code);
            case 'u':
                return TryReadDigits(ref text, 2, 4, 16, out code) && Rune.IsValid(code);
            case 'U':
                return TryReadDigits(ref text, 2, 8, 16, out code) && Rune.IsValid(code);
            case >= '0' and <= '7':
                isByte = true;
                return TryReadDigits(ref text, 1, 3, 8, out code) && code <= 255;
        }
        code = letter switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            '\\' => '\\',
            _ when letter == quote => quote,
            _ => -1,
        };
        text = text[2..];
        return code >= 0;
    }

    private static bool TryReadDigits(ref ReadOnlySpan<char> text, int start, int count, int numberBase, out int value)
    {
        value = 0;
        if (text.Length < start + count) return false;
        long number = 0;
        foreach (var c in text.Slice(start, count))
        {
            if (!char.IsAsciiHexDigit(c)) return false;
            var digit = Convert.ToInt32(c.ToString(), 16);
            if (digit >= numberBase) return false;
            number = number * numberBase + digit;
        }
        text = text[(start + count)..];
        value = number > 0x10FFFF ? -1 : (int)number;
        return true;
    }
}
