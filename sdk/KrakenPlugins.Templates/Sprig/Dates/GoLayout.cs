using System.Globalization;
using System.Text;

namespace KrakenPlugins.Templates.Sprig.Dates;

/// <summary>Times written by layouts of Go's <c>time</c> package.</summary>
internal static class GoLayout
{
    public static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    public static string Format(GoTime time, string layout)
    {
        var text = new StringBuilder(layout.Length + 10);
        for (ReadOnlySpan<char> rest = layout; !rest.IsEmpty;)
        {
            var part = LayoutParts.Next(rest, out var literal, out var piece, out rest);
            text.Append(literal);
            if (part >= LayoutPart.ZeroFraction) AppendFraction(text, time.Nanosecond, piece, part);
            else if (part >= LayoutPart.ZoneName) AppendZone(text, time, part);
            else if (part >= LayoutPart.Hour24) AppendClock(text, time.Clock, part);
            else AppendDate(text, time.Clock, part);
        }
        return text.ToString();
    }

    private static void AppendDate(StringBuilder text, DateTime clock, LayoutPart part)
    {
        switch (part)
        {
            case LayoutPart.LongMonth:
                text.Append(Months[clock.Month - 1]);
                break;
            case LayoutPart.Month:
                text.Append(Months[clock.Month - 1], 0, 3);
                break;
            case LayoutPart.NumberMonth:
                AppendNumber(text, clock.Month, 1);
                break;
            case LayoutPart.ZeroMonth:
                AppendNumber(text, clock.Month, 2);
                break;
            case LayoutPart.LongWeekday:
                text.Append(Weekdays[(int)clock.DayOfWeek]);
                break;
            case LayoutPart.Weekday:
                text.Append(Weekdays[(int)clock.DayOfWeek], 0, 3);
                break;
            case LayoutPart.Day:
                AppendNumber(text, clock.Day, 1);
                break;
            case LayoutPart.SpaceDay:
                AppendNumber(text, clock.Day, 2, ' ');
                break;
            case LayoutPart.ZeroDay:
                AppendNumber(text, clock.Day, 2);
                break;
            case LayoutPart.SpaceYearDay:
                AppendNumber(text, clock.DayOfYear, 3, ' ');
                break;
            case LayoutPart.ZeroYearDay:
                AppendNumber(text, clock.DayOfYear, 3);
                break;
        }
    }

    private static void AppendClock(StringBuilder text, DateTime clock, LayoutPart part)
    {
        var hour12 = (clock.Hour + 11) % 12 + 1;
        switch (part)
        {
            case LayoutPart.Hour24:
                AppendNumber(text, clock.Hour, 2);
                break;
            case LayoutPart.Hour12:
                AppendNumber(text, hour12, 1);
                break;
            case LayoutPart.ZeroHour12:
                AppendNumber(text, hour12, 2);
                break;
            case LayoutPart.Minute:
                AppendNumber(text, clock.Minute, 1);
                break;
            case LayoutPart.ZeroMinute:
                AppendNumber(text, clock.Minute, 2);
                break;
            case LayoutPart.Second:
                AppendNumber(text, clock.Second, 1);
                break;
            case LayoutPart.ZeroSecond:
                AppendNumber(text, clock.Second, 2);
                break;
            case LayoutPart.LongYear:
                AppendNumber(text, clock.Year, 4);
                break;
            case LayoutPart.Year:
                AppendNumber(text, clock.Year % 100, 2);
                break;
            case LayoutPart.UpperNoon:
                text.Append(clock.Hour >= 12 ? "PM" : "AM");
                break;
            case LayoutPart.LowerNoon:
                text.Append(clock.Hour >= 12 ? "pm" : "am");
                break;
        }
    }

    private static void AppendZone(StringBuilder text, GoTime time, LayoutPart part)
    {
        if (part == LayoutPart.ZoneName && time.Abbreviation is { Length: > 0 } name)
        {
            text.Append(name);
            return;
        }
        if (part is >= LayoutPart.IsoZone and <= LayoutPart.IsoColonSecondsZone && time.Offset == TimeSpan.Zero)
        {
            text.Append('Z');
            return;
        }
        var offset = time.Offset.Duration();
        text.Append(time.Offset < TimeSpan.Zero ? '-' : '+');
        AppendNumber(text, offset.Hours, 2);
        if (part is LayoutPart.IsoShortZone or LayoutPart.NumberShortZone || (part == LayoutPart.ZoneName && offset.Minutes == 0)) return;
        var hasColon = part is LayoutPart.IsoColonZone or LayoutPart.IsoColonSecondsZone or LayoutPart.NumberColonZone or LayoutPart.NumberColonSecondsZone;
        if (hasColon) text.Append(':');
        AppendNumber(text, offset.Minutes, 2);
        if (part is not (LayoutPart.IsoSecondsZone or LayoutPart.IsoColonSecondsZone or LayoutPart.NumberSecondsZone or LayoutPart.NumberColonSecondsZone)) return;
        if (hasColon) text.Append(':');
        AppendNumber(text, offset.Seconds, 2);
    }

    private static void AppendFraction(StringBuilder text, long nanosecond, ReadOnlySpan<char> piece, LayoutPart part)
    {
        Span<char> digits = stackalloc char[9];
        nanosecond.TryFormat(digits, out _, "D9", CultureInfo.InvariantCulture);
        var count = piece.Length - 1;
        ReadOnlySpan<char> shown = digits[..Math.Min(count, digits.Length)];
        if (part == LayoutPart.TrimmedFraction)
        {
            shown = shown.TrimEnd('0');
            if (shown.Length > 0) text.Append(piece[0]).Append(shown);
            return;
        }
        text.Append(piece[0]).Append(shown).Append('0', count - shown.Length);
    }

    private static void AppendNumber(StringBuilder text, int value, int width, char padding = '0')
    {
        Span<char> digits = stackalloc char[11];
        value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        if (length < width) text.Append(padding, width - length);
        text.Append(digits[..length]);
    }
}
