namespace KrakenPlugins.JsonSchema.Formats;

/// <summary>Dates, times and durations of RFC 3339 (section 5.6 and appendix A).</summary>
internal static class DateFormats
{
    internal static bool IsDateTime(ReadOnlySpan<char> text) =>
        text.Length > 11 && text[10] is 'T' or 't' && IsDate(text[..10]) && IsTime(text[11..]);

    internal static bool IsDate(ReadOnlySpan<char> text)
    {
        if (text.Length != 10 || text[4] != '-' || text[7] != '-')
            return false;
        int year = Number(text[..4]), month = Number(text[5..7]), day = Number(text[8..]);
        // Year 0 exists in RFC 3339; it is a leap year as 400 is.
        return year >= 0 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year == 0 ? 400 : year, month);
    }

    internal static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text.Length < 9 || text[2] != ':' || text[5] != ':')
            return false;
        int hour = Number(text[..2]), minute = Number(text[3..5]), second = Number(text[6..8]);
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60)
            return false;
        var rest = text[8..];
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits < 1)
                return false;
            rest = rest[(digits + 1)..];
        }
        return Offset(rest) is { } offset && (second < 60 || ((hour * 60) + minute - offset + 2880) % 1440 == (23 * 60) + 59);
    }

    // Minutes east of UTC; a leap second is only one at 23:59:60 UTC.
    private static int? Offset(ReadOnlySpan<char> text)
    {
        if (text is "Z" or "z")
            return 0;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':')
            return null;
        int hour = Number(text[1..3]), minute = Number(text[4..]);
        if (hour is < 0 or > 23 || minute is < 0 or > 59)
            return null;
        return text[0] == '-' ? -((hour * 60) + minute) : (hour * 60) + minute;
    }

    internal static bool IsDuration(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[0] != 'P')
            return false;
        text = text[1..];
        if (text[^1] == 'W')
            return text.Length > 1 && !text[..^1].ContainsAnyExceptInRange('0', '9');
        var time = text.IndexOf('T');
        if (time < 0)
            return HasUnits(text, "YMD");
        return HasUnits(text[(time + 1)..], "HMS") && (time == 0 || HasUnits(text[..time], "YMD"));
    }

    // Numbers with units in order; no unit between two others may be left out.
    private static bool HasUnits(ReadOnlySpan<char> text, string units)
    {
        var next = -1;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits < 1)
                return false;
            var unit = units.IndexOf(text[digits], StringComparison.Ordinal);
            if (unit < 0 || (next >= 0 && unit != next))
                return false;
            next = unit + 1;
            text = text[(digits + 1)..];
        }
        return next >= 0;
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c))
                return -1;
            value = (value * 10) + (c - '0');
        }
        return value;
    }
}
