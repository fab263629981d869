using System.Globalization;

namespace KrakenPlugins.Templates.Formatting;

/// <summary>The decimal digits of a finite number's magnitude: 0.d1d2d3… times ten to the power of <see cref="Point"/>.</summary>
internal ref struct FloatDigits
{
    /// <summary>Digits that the exact decimal form of a double can have.</summary>
    private const int MostDigits = 767;

    /// <summary>Room that <see cref="Rounded"/> needs.</summary>
    public const int BufferSize = MostDigits + 16;

    private readonly Span<char> _digits;

    private FloatDigits(Span<char> digits, int point)
    {
        _digits = digits;
        Count = digits.Length;
        Point = point;
        TrimZeros();
    }

    /// <summary>How many digits there are; none for zero. The last is not 0.</summary>
    public int Count { get; private set; }

    /// <summary>The position of the decimal point, counted from the first digit.</summary>
    public int Point { get; private set; }

    /// <summary>The digit at an index, 0 behind the last.</summary>
    public readonly char this[int index] => index < Count ? _digits[index] : '0';

    /// <summary>The fewest digits that read back as the same number.</summary>
    public static FloatDigits Shortest(double value, Span<char> buffer) => Parse(value, default, buffer);

    /// <summary>The exact digits, rounded half to even to a number of significant digits or of digits behind the decimal point.</summary>
    public static FloatDigits Rounded(double value, int precision, bool afterPoint, Span<char> buffer)
    {
        Span<char> format = stackalloc char[8];
        format[0] = 'E';
        // The position of the cut in digits is known only with the exponent, so take enough for any that matters first.
        var exponent = value == 0 ? 0 : (int)Math.Floor(Math.Log10(value));
        var wanted = Math.Clamp((afterPoint ? (long)exponent + precision : precision) + 20, 40, MostDigits - 1);
        wanted.TryFormat(format[1..], out var length, default, CultureInfo.InvariantCulture);
        var digits = Parse(value, format[..(length + 1)], buffer);
        var keep = afterPoint ? (long)digits.Point + precision : precision;
        if (digits.IsHalf(keep) && wanted < MostDigits - 1)
        {
            (MostDigits - 1).TryFormat(format[1..], out length, default, CultureInfo.InvariantCulture);
            digits = Parse(value, format[..(length + 1)], buffer);
        }
        digits.Round(keep);
        return digits;
    }

    private static FloatDigits Parse(double value, scoped ReadOnlySpan<char> format, Span<char> buffer)
    {
        value.TryFormat(buffer, out var written, format, CultureInfo.InvariantCulture);
        var text = buffer[..written];
        var exponent = 0;
        var e = text.IndexOf('E');
        if (e >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }
        var point = text.IndexOf('.');
        if (point < 0)
        {
            point = text.Length;
        }
        else
        {
            text[(point + 1)..].CopyTo(text[point..]);
            text = text[..^1];
        }
        var zeros = text.IndexOfAnyExcept('0');
        return zeros < 0 ? new FloatDigits([], 0) : new FloatDigits(text[zeros..], point - zeros + exponent);
    }

    /// <summary>Whether what follows the digits that are kept looks like exactly one half of the last of them.</summary>
    private readonly bool IsHalf(long keep) => keep >= 0 && keep == Count - 1 && _digits[Count - 1] == '5';

    private void Round(long keep)
    {
        if (keep >= Count) return;
        if (keep < 0)
        {
            Count = 0;
            Point = 0;
            return;
        }
        var cut = (int)keep;
        var up = _digits[cut] > '5' || (_digits[cut] == '5' && (cut < Count - 1 || (cut > 0 && (_digits[cut - 1] & 1) == 1)));
        Count = cut;
        if (!up)
        {
            TrimZeros();
            return;
        }
        while (Count > 0 && _digits[Count - 1] == '9') Count--;
        if (Count > 0)
        {
            _digits[Count - 1]++;
            return;
        }
        _digits[0] = '1';
        Count = 1;
        Point++;
    }

    private void TrimZeros()
    {
        while (Count > 0 && _digits[Count - 1] == '0') Count--;
        if (Count == 0) Point = 0;
    }
}
