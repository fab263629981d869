using System.Globalization;

namespace Gateway.Core.Configuration;

/// <summary>TOML's dates and times, which are RFC 3339's, with or without their parts.</summary>
internal static class TomlDate
{
    /// <summary>Whether a value can only be meant as a date or a time.</summary>
    public static bool LooksLikeOne(string text) =>
        text.Length >= 4 && char.IsAsciiDigit(text[0]) && (text.AsSpan(1).Contains(':') || (text.Length > 4 && text[4] == '-'));

    /// <summary>The text with <c>T</c> and <c>Z</c> in upper case; <see langword="null"/> when it is no date or time.</summary>
    public static string? Normalised(string text)
    {
        var rest = text.AsSpan();
        if (text[2] == ':')
            return TakeTime(ref rest) && rest.IsEmpty ? text : null;
        if (!TakeDate(ref rest))
            return null;
        if (rest.IsEmpty)
            return text;
        if (rest[0] is not ('T' or 't' or ' '))
            return null;
        rest = rest[1..];
        if (!TakeTime(ref rest) || !(rest.IsEmpty || TakeOffset(ref rest)))
            return null;
        return $"{text.AsSpan(0, 10)}T{text.AsSpan(11)}".Replace('z', 'Z');
    }

    private static bool TakeDate(ref ReadOnlySpan<char> text)
    {
        if (text.Length < 10 || text[4] != '-' || text[7] != '-'
            || !TryDigits(text[..4], 0, 9999, out var year) || !TryDigits(text.Slice(5, 2), 1, 12, out var month)
            || !TryDigits(text.Slice(8, 2), 1, 31, out var day))
            return false;
        text = text[10..];
        // The calendar of .NET begins with the year 1; 0 has the leap day of 2000.
        return day <= DateTime.DaysInMonth(year == 0 ? 2000 : year, month);
    }

    private static bool TakeTime(ref ReadOnlySpan<char> text)
    {
        // A second of 60 is a leap second.
        if (text.Length < 8 || text[2] != ':' || text[5] != ':' || !TryDigits(text[..2], 0, 23, out _)
            || !TryDigits(text.Slice(3, 2), 0, 59, out _) || !TryDigits(text.Slice(6, 2), 0, 60, out _))
            return false;
        text = text[8..];
        if (text.IsEmpty || text[0] != '.')
            return true;
        var end = text[1..].IndexOfAnyExceptInRange('0', '9');
        end = end < 0 ? text.Length : end + 1;
        text = text[end..];
        return end > 1;
    }

    private static bool TakeOffset(ref ReadOnlySpan<char> text)
    {
        if (text is "Z" or "z")
            return true;
        return text.Length == 6 && text[0] is '+' or '-' && text[3] == ':'
            && TryDigits(text.Slice(1, 2), 0, 23, out _) && TryDigits(text.Slice(4, 2), 0, 59, out _);
    }

    private static bool TryDigits(ReadOnlySpan<char> text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
}
