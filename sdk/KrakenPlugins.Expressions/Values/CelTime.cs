using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace KrakenPlugins.Expressions.Values;

/// <summary>Moments (RFC 3339, years 1 to 9999) and lengths of time (as Go writes them, within 64 bits of nanoseconds).</summary>
internal static class CelTime
{
    public const int NanosPerSecond = 1_000_000_000;
    private const long MinSecond = -62135596800;
    private const long MaxSecond = 253402300799;

    public static CelValue Timestamp(Int128 seconds, int nanos, int offsetMinutes) =>
        seconds < MinSecond || seconds > MaxSecond || nanos is < 0 or >= NanosPerSecond
            ? CelErrors.TimestampOverflow
            : CelValue.UncheckedTimestamp((long)seconds, nanos, Math.Abs(offsetMinutes) < 24 * 60 ? offsetMinutes : 0);

    public static CelValue Duration(long seconds, int nanos) => Duration((Int128)seconds * NanosPerSecond + nanos);

    public static CelValue Duration(Int128 nanos) => nanos < long.MinValue || nanos > long.MaxValue
        ? CelErrors.DurationOverflow
        : CelValue.UncheckedDuration((long)nanos / NanosPerSecond, (int)((long)nanos % NanosPerSecond));

    /// <summary>All nanoseconds, of a timestamp since the epoch.</summary>
    public static Int128 Nanos(in CelValue value) => (Int128)value.Bits * NanosPerSecond + value.RawNanos;

    /// <summary>A moment this many nanoseconds since the epoch.</summary>
    public static CelValue Timestamp(Int128 nanos, int offsetMinutes)
    {
        var seconds = nanos / NanosPerSecond;
        var rest = (int)(nanos % NanosPerSecond);
        return rest < 0 ? Timestamp(seconds - 1, rest + NanosPerSecond, offsetMinutes) : Timestamp(seconds, rest, offsetMinutes);
    }

    public static int Compare(in CelValue left, in CelValue right) =>
        left.Bits != right.Bits ? left.Bits.CompareTo(right.Bits) : left.RawNanos.CompareTo(right.RawNanos);

    /// <summary>A timestamp in UTC as RFC 3339, a duration in seconds (<c>1.5s</c>), both with as many decimals as needed.</summary>
    public static string Format(in CelValue value)
    {
        Span<char> text = stackalloc char[64];
        int length;
        if (value.Kind == CelKind.Timestamp)
        {
            var date = CivilDate.Of(value.Bits);
            text.TryWrite(CultureInfo.InvariantCulture, $"{date.Year:D4}-{date.Month:D2}-{date.Day:D2}T{date.Hour:D2}:{date.Minute:D2}:{date.Second:D2}", out length);
        }
        else
        {
            var sign = value.Bits < 0 || value.RawNanos < 0 ? "-" : "";
            text.TryWrite(CultureInfo.InvariantCulture, $"{sign}{Math.Abs(value.Bits)}", out length);
        }
        if (value.RawNanos != 0)
        {
            text[length..].TryWrite(CultureInfo.InvariantCulture, $".{Math.Abs(value.RawNanos):D9}", out var decimals);
            length = text[..(length + decimals)].TrimEnd('0').Length;
        }
        text[length++] = value.Kind == CelKind.Timestamp ? 'Z' : 's';
        return text[..length].ToString();
    }

    /// <summary>Reads <c>2024-02-29T23:31:30.5+02:00</c>.</summary>
    public static CelValue ParseTimestamp(string text)
    {
        var reader = new TimeReader(text);
        if (!reader.Digits(4, out var year) || !reader.Is('-') || !reader.Digits(2, out var month) || !reader.Is('-') || !reader.Digits(2, out var day)
            || !(reader.Is('T') || reader.Is('t')) || !reader.Digits(2, out var hour) || !reader.Is(':') || !reader.Digits(2, out var minute)
            || !reader.Is(':') || !reader.Digits(2, out var second) || !reader.Fraction(out var nanos) || !reader.Offset(out var offset) || !reader.AtEnd)
            return NoTimestamp(text);
        if (year == 0)
            return CelErrors.TimestampOverflow;
        if (month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return NoTimestamp(text);
        var days = new DateOnly(year, month, day).DayNumber + MinSecond / 86400;
        return Timestamp(days * 86400 + hour * 3600 + minute * 60 + second - offset * 60, nanos, offset);
    }

    /// <summary>Reads <c>1h45m0.5s</c>, <c>-3ms</c>, <c>0</c>.</summary>
    public static CelValue ParseDuration(string text)
    {
        var rest = text.AsSpan();
        var isNegative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
            rest = rest[1..];
        if (rest is "0")
            return Duration(Int128.Zero);
        if (rest.IsEmpty)
            return NoDuration(text);
        Int128 total = 0;
        while (!rest.IsEmpty)
        {
            if (!TryReadPart(ref rest, out var nanos))
                return NoDuration(text);
            total += nanos;
            if (total > (Int128)long.MaxValue + 1)
                return CelErrors.DurationOverflow;
        }
        return Duration(isNegative ? -total : total);
    }

    private static bool TryReadPart(ref ReadOnlySpan<char> rest, out Int128 nanos)
    {
        nanos = 0;
        var whole = rest[..CountDigits(rest)];
        rest = rest[whole.Length..];
        var decimals = ReadOnlySpan<char>.Empty;
        if (rest is ['.', ..])
        {
            decimals = rest[1..][..CountDigits(rest[1..])];
            rest = rest[(1 + decimals.Length)..];
        }
        if (whole.IsEmpty && decimals.IsEmpty || !TryReadUnit(ref rest, out var unit))
            return false;
        whole = whole.TrimStart('0');
        if (whole.Length > 19)
        {
            nanos = Int128.MaxValue / 2;
            return true;
        }
        if (!whole.IsEmpty)
            nanos = Int128.Parse(whole, NumberStyles.None, CultureInfo.InvariantCulture) * unit;
        // A nanosecond is the least there is: of an hour that are 13 decimals.
        decimals = decimals[..Math.Min(decimals.Length, 18)];
        if (!decimals.IsEmpty)
            nanos += Int128.Parse(decimals, NumberStyles.None, CultureInfo.InvariantCulture) * unit / (Int128)Math.Pow(10, decimals.Length);
        return true;
    }

    private static int CountDigits(ReadOnlySpan<char> text)
    {
        var count = text.IndexOfAnyExceptInRange('0', '9');
        return count < 0 ? text.Length : count;
    }

    private static bool TryReadUnit(ref ReadOnlySpan<char> rest, out long nanos)
    {
        (nanos, var length) = rest switch
        {
            ['n', 's', ..] => (1L, 2),
            ['u' or 'µ' or 'μ', 's', ..] => (1_000L, 2),
            ['m', 's', ..] => (1_000_000L, 2),
            ['s', ..] => (NanosPerSecond, 1),
            ['m', ..] => (60L * NanosPerSecond, 1),
            ['h', ..] => (3600L * NanosPerSecond, 1),
            _ => (0L, 0),
        };
        rest = rest[length..];
        return length > 0;
    }

    private static CelValue NoTimestamp(string text) => CelValue.Error(CelErrorCode.BadConversion,
        $"{CelText.Kind(CelValue.Of(text))} is no timestamp; expected RFC 3339, as 2024-02-29T23:31:30Z");

    private static CelValue NoDuration(string text) => CelValue.Error(CelErrorCode.BadConversion,
        $"{CelText.Kind(CelValue.Of(text))} is no duration; expected numbers with units (h, m, s, ms, us, ns), as 1h30m");
}
