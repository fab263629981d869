using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>TOML's booleans, numbers, dates and times.</summary>
internal static class TomlScalar
{
    /// <summary>Reads a value that is neither text nor list nor table.</summary>
    public static ConfigNode Read(TextCursor cursor)
    {
        var position = cursor.Position;
        var text = TakeWord(cursor);
        if (text.Length == 0)
            throw cursor.Expected("a value");
        switch (text)
        {
            case "true" or "false":
                return ConfigNode.Boolean(position, text == "true");
            case "inf" or "+inf" or "-inf" or "nan" or "+nan" or "-nan":
                throw new SourceTextException(position, $"{text} is no number that a configuration can hold");
        }
        if (TomlDate.LooksLikeOne(text))
        {
            return TomlDate.Normalised(text) is { } date
                ? ConfigNode.String(position, date)
                : throw new SourceTextException(position, $"{ConfigText.Quote(text)} is no date or time; expected 1979-05-27T07:32:00Z, 1979-05-27T07:32:00, 1979-05-27 or 07:32:00");
        }
        return Number(position, text) is { } number ? ConfigNode.Number(position, number) : throw NoValue(position, text);
    }

    /// <summary>Everything up to a delimiter; a date and its time may have a space between them.</summary>
    private static string TakeWord(TextCursor cursor)
    {
        var length = WordLength(cursor.Rest);
        if (length == 10 && cursor.Next is >= '0' and <= '9' && cursor.Peek(4) == '-' && cursor.Peek(10) == ' ' && char.IsAsciiDigit(cursor.Peek(11)))
            length += 1 + WordLength(cursor.Rest[11..]);
        var text = cursor.Rest[..length].ToString();
        cursor.Skip(length);
        return text;
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAny(" \t\r\n,]}#=\"'[{");
        return length < 0 ? text.Length : length;
    }

    private static SourceTextException NoValue(SourcePosition position, string text) => new(position, text.ToLowerInvariant() switch
    {
        "true" or "false" => $"booleans are written in lower case: {text.ToLowerInvariant()}",
        "null" or "nil" or "none" or "~" => "TOML has no null; leave the key out",
        _ when char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.' => $"{ConfigText.Quote(text)} is no number; a text needs quotes",
        _ => $"{ConfigText.Quote(text)} is no value; a text needs quotes",
    });

    /// <summary>The number in JSON's grammar, or <see langword="null"/>.</summary>
    private static string? Number(SourcePosition position, string text)
    {
        var digitBits = text.Length > 2 && text[0] == '0' ? text[1] switch { 'x' => 4, 'o' => 3, 'b' => 1, _ => 0 } : 0;
        if (digitBits > 0)
            return Binary(position, text.AsSpan(2), digitBits);

        var sign = text[0] is '+' or '-' ? 1 : 0;
        var number = new StringBuilder(text.Length);
        if (text[0] == '-')
            number.Append('-');
        var at = sign;
        if (!TakeDigits(text, ref at, number))
            return null;
        if (text[sign] == '0' && at > sign + 1)
            return char.IsAsciiDigit(text[^1]) ? throw new SourceTextException(position, "a number must not start with 0; put it in quotes if it is a text") : null;
        var isWhole = at == text.Length;
        if (at < text.Length && text[at] == '.')
        {
            number.Append('.');
            at++;
            if (!TakeDigits(text, ref at, number))
                return null;
        }
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            number.Append('e');
            at++;
            if (at < text.Length && text[at] is '+' or '-')
                number.Append(text[at++]);
            if (!TakeDigits(text, ref at, number))
                return null;
        }
        if (at < text.Length)
            return null;
        if (isWhole && !long.TryParse(number.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            throw OutOfRange(position);
        return isWhole && number is { Length: 2 } && number[0] == '-' && number[1] == '0' ? "0" : number.ToString();
    }

    /// <summary>Digits with single underscores between them.</summary>
    private static bool TakeDigits(string text, ref int at, StringBuilder number)
    {
        var start = at;
        for (; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]))
                number.Append(text[at]);
            else if (text[at] != '_' || at == start || text[at - 1] == '_' || at + 1 == text.Length || !char.IsAsciiDigit(text[at + 1]))
                break;
        }
        return at > start;
    }

    private static string? Binary(SourcePosition position, ReadOnlySpan<char> digits, int digitBits)
    {
        UInt128 value = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            if (digits[i] == '_' && i > 0 && i + 1 < digits.Length && digits[i - 1] != '_')
                continue;
            if (!char.IsAsciiHexDigit(digits[i]))
                return null;
            var digit = uint.Parse(digits.Slice(i, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (digit >> digitBits != 0)
                return null;
            value = (value << digitBits) | digit;
            if (value > long.MaxValue)
                throw OutOfRange(position);
        }
        return value.ToString(CultureInfo.InvariantCulture);
    }

    private static SourceTextException OutOfRange(SourcePosition position) =>
        new(position, "the number does not fit in 64 bits; put it in quotes if it is a text");
}
