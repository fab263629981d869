using System.Globalization;

namespace KrakenPlugins.Logging.Formatting;

/// <summary>A Go reference-time layout (<c>2006-01-02T15:04:05.000Z07:00</c>), compiled. Source: package <c>time</c> of Go's library.</summary>
internal sealed class GoTime
{
    // Longest first, so that the first one that fits is the right one.
    private static readonly string[] s_tokens =
    [
        "-07:00:00", "Z07:00:00", "-070000", "Z070000", "January", "Monday", "-07:00", "Z07:00", "-0700", "Z0700", "2006", "__2", "002",
        "Jan", "Mon", "MST", "-07", "Z07", "_2", "01", "02", "03", "04", "05", "06", "15", "PM", "pm", "1", "2", "3", "4", "5",
    ];

    private static readonly Dictionary<string, string> s_named = new(StringComparer.Ordinal)
    {
        ["ansic"] = "Mon Jan _2 15:04:05 2006",
        ["unixdate"] = "Mon Jan _2 15:04:05 MST 2006",
        ["rfc822"] = "02 Jan 06 15:04 MST",
        ["rfc822z"] = "02 Jan 06 15:04 -0700",
        ["rfc850"] = "Monday, 02-Jan-06 15:04:05 MST",
        ["rfc1123"] = "Mon, 02 Jan 2006 15:04:05 MST",
        ["rfc1123z"] = "Mon, 02 Jan 2006 15:04:05 -0700",
        ["rfc3339"] = "2006-01-02T15:04:05Z07:00",
        ["rfc3339nano"] = "2006-01-02T15:04:05.999999999Z07:00",
        ["kitchen"] = "3:04PM",
    };

    private readonly List<(string Token, string Text)> _parts = [];

    private GoTime() { }

    /// <summary>Compiles a layout, or one of the named ones (<c>rfc3339</c>, <c>kitchen</c> …).</summary>
    public static GoTime Parse(string layout)
    {
        layout = s_named.GetValueOrDefault(layout, layout);
        var time = new GoTime();
        var text = "";
        for (var i = 0; i < layout.Length;)
        {
            var token = Fraction(layout, i) ?? s_tokens.FirstOrDefault(t => Fits(layout, i, t));
            if (token is null)
            {
                text += layout[i++];
                continue;
            }
            if (text.Length > 0)
                time._parts.Add(("", text));
            text = "";
            time._parts.Add((token, ""));
            i += token.Length;
        }
        if (text.Length > 0)
            time._parts.Add(("", text));
        return time;
    }

    /// <summary>Writes a time.</summary>
    public void Write(Utf8Line line, DateTimeOffset time)
    {
        foreach (var (token, text) in _parts)
        {
            if (token.Length == 0)
                line.Append(text);
            else if (token[0] is '.' or ',')
                WriteFraction(line, token, time);
            else if (token[0] is '-' or 'Z')
                WriteOffset(line, token, time.Offset);
            else
                Write(line, token, time);
        }
    }

    private static void Write(Utf8Line line, string token, DateTimeOffset time)
    {
        switch (token)
        {
            case "2006": line.AppendPadded(time.Year, 4); break;
            case "06": line.AppendPadded(time.Year % 100, 2); break;
            case "January": line.Append(CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[time.Month - 1]); break;
            case "Jan": line.Append(CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames[time.Month - 1]); break;
            case "01": line.AppendPadded(time.Month, 2); break;
            case "1": line.Append(time.Month); break;
            case "Monday": line.Append(CultureInfo.InvariantCulture.DateTimeFormat.DayNames[(int)time.DayOfWeek]); break;
            case "Mon": line.Append(CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames[(int)time.DayOfWeek]); break;
            case "02": line.AppendPadded(time.Day, 2); break;
            case "_2": WriteSpaced(line, time.Day, 2); break;
            case "2": line.Append(time.Day); break;
            case "002": line.AppendPadded(time.DayOfYear, 3); break;
            case "__2": WriteSpaced(line, time.DayOfYear, 3); break;
            case "15": line.AppendPadded(time.Hour, 2); break;
            case "03": line.AppendPadded(Hour12(time), 2); break;
            case "3": line.Append(Hour12(time)); break;
            case "04": line.AppendPadded(time.Minute, 2); break;
            case "4": line.Append(time.Minute); break;
            case "05": line.AppendPadded(time.Second, 2); break;
            case "5": line.Append(time.Second); break;
            case "PM": line.Append(time.Hour < 12 ? "AM"u8 : "PM"u8); break;
            case "pm": line.Append(time.Hour < 12 ? "am"u8 : "pm"u8); break;
            default: WriteZone(line, time); break;
        }
    }

    private static void WriteFraction(Utf8Line line, string token, DateTimeOffset time)
    {
        Span<char> digits = stackalloc char[9];
        (time.Ticks % TimeSpan.TicksPerSecond * 100).TryFormat(digits, out _, "D9", CultureInfo.InvariantCulture);
        digits = digits[..Math.Min(token.Length - 1, 9)];
        if (token[1] == '9')
            digits = digits.TrimEnd('0');
        if (digits.IsEmpty)
            return;
        line.Append(token[0]);
        line.Append((ReadOnlySpan<char>)digits);
    }

    private static void WriteOffset(Utf8Line line, string token, TimeSpan offset)
    {
        if (token[0] == 'Z' && offset == TimeSpan.Zero)
        {
            line.Append('Z');
            return;
        }
        line.Append(offset < TimeSpan.Zero ? '-' : '+');
        line.AppendPadded(Math.Abs(offset.Hours), 2);
        var colon = token.Contains(':', StringComparison.Ordinal);
        if (token.Length > 3)
        {
            if (colon)
                line.Append(':');
            line.AppendPadded(Math.Abs(offset.Minutes), 2);
        }
        if (token.Length > 6)
        {
            if (colon)
                line.Append(':');
            line.AppendPadded(Math.Abs(offset.Seconds), 2);
        }
    }

    // An abbreviation where the system knows one, else the offset, as Go prints a zone without name.
    private static void WriteZone(Utf8Line line, DateTimeOffset time)
    {
        if (time.Offset == TimeSpan.Zero)
        {
            line.Append("UTC"u8);
            return;
        }
        var zone = TimeZoneInfo.Local;
        var name = zone.IsDaylightSavingTime(time) ? zone.DaylightName : zone.StandardName;
        if (zone.GetUtcOffset(time) == time.Offset && name.Length is >= 3 and <= 5 && name.All(char.IsAsciiLetterUpper))
            line.Append(name);
        else
            WriteOffset(line, time.Offset.Minutes == 0 ? "-07" : "-0700", time.Offset);
    }

    private static void WriteSpaced(Utf8Line line, int value, int width)
    {
        line.Fill(' ', width - (value < 10 ? 1 : value < 100 ? 2 : 3));
        line.Append(value);
    }

    private static int Hour12(DateTimeOffset time) => time.Hour % 12 == 0 ? 12 : time.Hour % 12;

    // ".000" and ".999" are fractions of a second only where no further digit follows.
    private static string? Fraction(string layout, int start)
    {
        if (layout[start] is not ('.' or ',') || start + 1 >= layout.Length || layout[start + 1] is not ('0' or '9'))
            return null;
        var end = start + 1;
        while (end < layout.Length && layout[end] == layout[start + 1])
            end++;
        return end < layout.Length && char.IsAsciiDigit(layout[end]) ? null : layout[start..end];
    }

    // "Jan" is no month in "Janet" and "Mon" no day in "Month", as in Go.
    private static bool Fits(string layout, int start, string token) =>
        string.CompareOrdinal(layout, start, token, 0, token.Length) == 0
        && (token is not ("Jan" or "Mon") || start + 3 >= layout.Length || !char.IsAsciiLetterLower(layout[start + 3]))
        && (token != "_2" || string.CompareOrdinal(layout, start, "_2006", 0, 5) != 0);
}
