using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace KrakenPlugins.Templates.Sprig.Dates;

/// <summary>Durations in nanoseconds, read and written as Go's <c>time.Duration</c>: <c>1h2m3.5s</c>.</summary>
internal static class GoDuration
{
    public const long Microsecond = 1_000;
    public const long Millisecond = 1_000_000;
    public const long Second = 1_000_000_000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;

    public static string Text(long nanoseconds)
    {
        if (nanoseconds == 0) return "0s";
        var text = new StringBuilder(nanoseconds < 0 ? "-" : "");
        var magnitude = nanoseconds < 0 ? 0UL - (ulong)nanoseconds : (ulong)nanoseconds;
        if (magnitude < Microsecond) return text.Append(CultureInfo.InvariantCulture, $"{magnitude}ns").ToString();
        if (magnitude < Millisecond) return AppendFraction(text, magnitude, Microsecond).Append("µs").ToString();
        if (magnitude < Second) return AppendFraction(text, magnitude, Millisecond).Append("ms").ToString();
        if (magnitude >= Hour) text.Append(CultureInfo.InvariantCulture, $"{magnitude / Hour}h");
        if (magnitude >= Minute) text.Append(CultureInfo.InvariantCulture, $"{magnitude / Minute % 60}m");
        return AppendFraction(text, magnitude % Minute, Second).Append('s').ToString();
    }

    private static StringBuilder AppendFraction(StringBuilder text, ulong value, ulong unit)
    {
        text.Append(CultureInfo.InvariantCulture, $"{value / unit}");
        var fraction = value % unit;
        if (fraction == 0) return text;
        text.Append('.');
        for (; fraction > 0; fraction %= unit)
        {
            unit /= 10;
            text.Append((char)('0' + fraction / unit));
        }
        return text;
    }

    /// <summary>The duration that a text such as <c>-1.5h</c> stands for.</summary>
    public static bool TryParse(string text, out long nanoseconds, [NotNullWhen(false)] out string? error)
    {
        nanoseconds = 0;
        error = null;
        var rest = text.AsSpan();
        var isNegative = rest.StartsWith('-');
        if (isNegative || rest.StartsWith('+')) rest = rest[1..];
        if (rest is "0") return true;
        var total = 0m;
        if (rest.IsEmpty) error = "time: invalid duration " + GoFormat.Quote(text);
        while (!rest.IsEmpty && error is null) total += ReadPart(ref rest, text, out error);
        if (isNegative) total = -total;
        if (error is null && total is < long.MinValue or > long.MaxValue) error = "time: invalid duration " + GoFormat.Quote(text);
        if (error is not null) return false;
        nanoseconds = (long)total;
        return true;
    }

    private static decimal ReadPart(ref ReadOnlySpan<char> rest, string text, out string? error)
    {
        error = null;
        var length = rest.IndexOfAnyExcept("0123456789.");
        var number = length < 0 ? rest : rest[..length];
        if (!TryReadNumber(number, out var value))
        {
            error = "time: invalid duration " + GoFormat.Quote(text);
            return 0;
        }
        rest = rest[number.Length..];
        var unitLength = rest.IndexOfAny("0123456789.");
        var unit = unitLength < 0 ? rest : rest[..unitLength];
        rest = rest[unit.Length..];
        var factor = FactorOf(unit);
        if (unit.IsEmpty) error = "time: missing unit in duration " + GoFormat.Quote(text);
        else if (factor == 0) error = $"time: unknown unit {GoFormat.Quote(unit.ToString())} in duration {GoFormat.Quote(text)}";
        return value * factor;
    }

    // Nineteen digits are more than 64 bits of nanoseconds hold.
    private static bool TryReadNumber(ReadOnlySpan<char> number, out decimal value)
    {
        value = 0;
        var whole = number.IndexOf('.') is var point && point < 0 ? number : number[..point];
        if (whole.Length > 19 || number.Length == 0 || number is ".") return false;
        if (number.Length > whole.Length + 20) number = number[..(whole.Length + 20)];
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
    }

    private static long FactorOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => Microsecond,
        "ms" => Millisecond,
        "s" => Second,
        "m" => Minute,
        "h" => Hour,
        _ => 0,
    };
}
