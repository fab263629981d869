using KrakenPlugins.Templates.Formatting;

namespace KrakenPlugins.Templates.Sprig.Json;

/// <summary>Floating-point numbers in JSON: the fewest digits that read back the same, with an exponent below 1e-6 and from 1e21 upward.</summary>
internal static class JsonNumber
{
    public static void Append(TextBuffer buffer, double value)
    {
        if (double.IsNegative(value)) buffer.Append('-');
        value = Math.Abs(value);
        if (FloatText.IsPlain(value)) FloatText.AppendPlain(buffer, value);
        else AppendDigits(buffer, value);
    }

    private static void AppendDigits(TextBuffer buffer, double value)
    {
        Span<char> space = stackalloc char[FloatDigits.BufferSize];
        var digits = FloatDigits.Shortest(value, space);
        if (digits.Point is < -5 or > 21)
        {
            buffer.Append(digits[0]);
            if (digits.Count > 1) buffer.Append('.');
            for (var i = 1; i < digits.Count; i++) buffer.Append(digits[i]);
            buffer.Append(digits.Point > 0 ? "e+" : "e-");
            buffer.Append(Math.Abs(digits.Point - 1));
            return;
        }
        if (digits.Point <= 0) buffer.Append("0.");
        buffer.Fill('0', -digits.Point);
        for (var i = 0; i < Math.Max(digits.Count, digits.Point); i++)
        {
            if (i == digits.Point && i > 0) buffer.Append('.');
            buffer.Append(digits[i]);
        }
    }
}
