namespace KrakenPlugins.Sdk.Configuration;

/// <summary>
/// Durations as the configuration language writes them: sums of decimal numbers with a unit out of <c>ns us µs ms s m h</c>
/// (<c>1h30m</c>, <c>1.5s</c>, <c>-1s</c>); a bare <c>0</c> is valid.
/// </summary>
public static class GoDuration
{
    private const decimal LongestNanoseconds = long.MaxValue;

    /// <summary>Parses a duration; false for an empty text, a missing or unknown unit, or more than about 292 years.</summary>
    /// <param name="text">The text; no white space is allowed.</param>
    /// <param name="duration">The duration; values below the resolution of 100 ns are rounded away from zero.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var negative = false;
        if (text.Length > 0 && text[0] is '-' or '+')
        {
            negative = text[0] == '-';
            text = text[1..];
        }
        if (text is "0")
            return true;
        if (text.IsEmpty)
            return false;

        decimal nanoseconds = 0;
        while (!text.IsEmpty)
        {
            if (!TryTakeNumber(ref text, out var number) || !TryTakeUnit(ref text, out var unit))
                return false;
            if (number > (LongestNanoseconds - nanoseconds) / unit)
                return false;
            nanoseconds += number * unit;
        }
        duration = FromNanoseconds(negative ? -nanoseconds : nanoseconds);
        return true;
    }

    /// <summary>A number of nanoseconds; below the resolution of 100 ns it is rounded away from zero, so that only 0 is zero.</summary>
    public static TimeSpan FromNanoseconds(decimal nanoseconds)
    {
        var ticks = decimal.Truncate(nanoseconds / 100);
        return ticks == 0 ? new TimeSpan(decimal.Sign(nanoseconds)) : new TimeSpan((long)ticks);
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        decimal place = 1;
        int length = 0, digits = 0;
        var fraction = false;
        for (; length < text.Length; length++)
        {
            var c = text[length];
            if (c == '.' && !fraction)
            {
                fraction = true;
            }
            else if (!char.IsAsciiDigit(c))
            {
                break;
            }
            else if (!fraction)
            {
                number = (number * 10) + (c - '0');
                digits++;
                if (number > LongestNanoseconds)
                    return false;
            }
            else
            {
                // Digits beyond the resolution are read and dropped.
                if (place > 0.000000000000001m)
                {
                    place /= 10;
                    number += place * (c - '0');
                }
                digits++;
            }
        }
        text = text[length..];
        return digits > 0;
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<char> text, out decimal nanoseconds)
    {
        var length = 0;
        while (length < text.Length && text[length] != '.' && !char.IsAsciiDigit(text[length]))
            length++;
        nanoseconds = text[..length] switch
        {
            "ns" => 1m,
            "us" or "\u00b5s" or "\u03bcs" => 1_000m,
            "ms" => 1_000_000m,
            "s" => 1_000_000_000m,
            "m" => 60_000_000_000m,
            "h" => 3_600_000_000_000m,
            _ => 0m,
        };
        text = text[length..];
        return nanoseconds != 0;
    }
}
