using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Quota.Counting;

/// <summary>A calendar window: from when to when, and the field of the hash that counts it (TRF-149, TRF-151). UTC; weeks of ISO 8601.</summary>
/// <param name="Start">First second, in Unix time.</param>
/// <param name="End">First second behind it.</param>
/// <param name="Field">Name of the field.</param>
internal readonly record struct CalendarWindow(long Start, long End, string Field);

/// <summary>A value of <c>unit</c>. Immutable.</summary>
internal sealed class QuotaUnit
{
    private const long Minute = 60;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;
    private const long Week = 7 * Day;

    // 1970-01-01 was the fourth day of its week.
    private const long FirstMonday = -3 * Day;

    private readonly Func<long, CalendarWindow> _windowOf;

    private QuotaUnit(string name, string letter, Func<long, CalendarWindow> windowOf)
    {
        Name = name;
        Letter = letter;
        _windowOf = windowOf;
    }

    /// <summary>As configured.</summary>
    public string Name { get; }

    /// <summary>With which fields begin: the letter m is taken by months, so minutes have an i (TRF-152).</summary>
    public string Letter { get; }

    /// <summary>All of them, from the shortest.</summary>
    public static IReadOnlyList<QuotaUnit> All { get; } =
    [
        new("second", "s", static now => Span(now, 0, 1, $"s{now % 60}")),
        new("minute", "i", static now => Span(now, 0, Minute, $"i{now / Minute % 60}")),
        new("hour", "h", static now => Span(now, 0, Hour, $"h{now / Hour % 24}")),
        new("day", "d", static now => Span(now, 0, Day, $"d{Date(now).Day}")),
        new("week", "w", static now => Span(now, FirstMonday, Week, $"w{ISOWeek.GetWeekOfYear(Date(now))}")),
        new("month", "m", MonthOf),
        new("year", "y", YearOf),
    ];

    /// <summary>The names of all.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(static unit => unit.Name)];

    /// <summary>The unit of a name, or <see langword="null"/>.</summary>
    public static QuotaUnit? Find(string name) => All.FirstOrDefault(unit => unit.Name == name);

    /// <summary>The window of this unit that a second lies in.</summary>
    /// <param name="now">Unix time, not before 1970.</param>
    public CalendarWindow WindowOf(long now) => _windowOf(now);

    /// <summary>What is wrong with a name that is none.</summary>
    public static string Describe(string name) => $"{ConfigText.Quote(name)} is no unit{NearestName.Suggest(name, Names)} ({string.Join(", ", Names)})";

    private static CalendarWindow Span(long now, long origin, long length, FormattableString field)
    {
        var start = now - ((now - origin) % length);
        return new CalendarWindow(start, start + length, FormattableString.Invariant(field));
    }

    private static CalendarWindow MonthOf(long now)
    {
        var date = Date(now);
        var first = new DateTime(date.Year, date.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        return new CalendarWindow(Seconds(first), Seconds(first.AddMonths(1)), FormattableString.Invariant($"m{date.Month}"));
    }

    private static CalendarWindow YearOf(long now)
    {
        var year = Date(now).Year;
        return new CalendarWindow(Seconds(new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc)), Seconds(new DateTime(year + 1, 1, 1, 0, 0, 0, DateTimeKind.Utc)), FormattableString.Invariant($"y{year}"));
    }

    private static DateTime Date(long now) => DateTime.UnixEpoch.AddSeconds(now);

    private static long Seconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
}
