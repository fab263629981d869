using System.Globalization;
using System.Numerics;

namespace KrakenPlugins.JsonSchema.Values;

/// <summary>A number of a schema that numbers of instances are compared with or divided by, exactly.</summary>
internal sealed class NumberBound
{
    private static readonly ulong[] s_powers = [.. Enumerable.Range(0, 19).Select(n => ulong.Parse("1" + new string('0', n), CultureInfo.InvariantCulture))];
    private readonly bool _isSmall;
    private readonly long _small;
    private readonly ulong _smallDigits;
    private readonly BigInteger _digits;
    private readonly long _scale;

    internal NumberBound(string text)
    {
        Text = text;
        _isSmall = DecimalText.TryParseSmall(text, out _small);
        var number = DecimalText.Parse(text);
        if (number.IsZero)
            return;
        _digits = BigInteger.Parse(number.Digits.ToString().Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        _smallDigits = number.Count <= 18 ? (ulong)number.SmallDigits() : 0;
        _scale = number.Magnitude - number.Count;
    }

    /// <summary>The number as the schema writes it.</summary>
    internal string Text { get; }

    internal bool IsPositive => !_digits.IsZero && Text[0] != '-';

    /// <summary>Less than 0, 0 or more than 0 as the number is less than, equal to or more than the bound.</summary>
    internal int Compare(ReadOnlySpan<char> number) =>
        _isSmall && DecimalText.TryParseSmall(number, out var small)
            ? small.CompareTo(_small)
            : DecimalText.Parse(number).CompareTo(DecimalText.Parse(Text));

    /// <summary>Whether the number is a whole multiple of the bound.</summary>
    internal bool Divides(ReadOnlySpan<char> text)
    {
        if (_isSmall && DecimalText.TryParseSmall(text, out var small))
            return small % _small == 0;
        var number = DecimalText.Parse(text);
        if (number.IsZero)
            return true;
        // Neither number ends in a zero digit, so that a power of ten missing from the dividend cannot come from its digits.
        var zeros = number.Magnitude - number.Count - _scale;
        if (zeros < 0)
            return false;
        if (_smallDigits is > 0 and <= uint.MaxValue && number.Count <= 18 && zeros <= 18)
            return (ulong)number.SmallDigits() % _smallDigits * (s_powers[zeros] % _smallDigits) % _smallDigits == 0;
        var rest = Remainder(number.Digits) * BigInteger.ModPow(10, zeros, _digits);
        return (rest % _digits).IsZero;
    }

    // Digit by digit in groups: linear in a text that a client chose the length of.
    private BigInteger Remainder(ReadOnlySpan<char> digits)
    {
        BigInteger rest = 0;
        ulong group = 0, weight = 1;
        foreach (var c in digits)
        {
            if (c == '.')
                continue;
            group = (group * 10) + (ulong)(c - '0');
            weight *= 10;
            if (weight < 1_000_000_000_000_000_000)
                continue;
            rest = ((rest * weight) + group) % _digits;
            (group, weight) = (0, 1);
        }
        return ((rest * weight) + group) % _digits;
    }
}
