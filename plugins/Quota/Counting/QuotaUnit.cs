using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Quota.Counting;

/// <summary>A calendar window: from when to when (TRF-149). UTC; weeks of ISO 8601.</summary>
/// <param name="Unit">Its unit.</param>
/// <param name="Start">First second, in Unix time.</param>
/// <param name="End">First second behind it.</param>
internal readonly record struct CalendarWindow(QuotaUnit Unit, long Start, long End)
{
    /// <summary>Name of the field of the hash that counts it (TRF-151).</summary>
    public string Field => Unit.FieldOf(Start);
}

/// <summary>A value of <c>unit</c>. Immutable.</summary>
internal sealed class QuotaUnit
{
    private const long Minute = 60;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;
    private const long Week = 7 * Day;

    // 1970-01-01 was the fourth day of its week.
    private const long FirstMonday = -3 * Day;

    private readonly Func<long, (long Start, long End)> _spanOf;
    private readonly Func<long, long> _numberOf;

    private QuotaUnit(string name, string letter, Func<long, (long Start, long End)> spanOf, Func<long, long> numberOf)
    {
        Name = name;
        Letter = letter;
        _spanOf = spanOf;
        _numberOf = numberOf;
    }

    /// <summary>As configured.</summary>
    public string Name { get; }

    /// <summary>With which fields begin: the letter m is taken by months, so minutes have an i (TRF-152).</summary>
    public string Letter { get; }

    /// <summary>All of them, from the shortest.</summary>
    public static IReadOnlyList<QuotaUnit> All { get; } =
    [
        new("second", "s", static now => Span(now, 0, 1), static now => now % 60),
        new("minute", "i", static now => Span(now, 0, Minute), static now => now / Minute % 60),
        new("hour", "h", static now => Span(now, 0, Hour), static now => now / Hour % 24),
        new("day", "d", static now => Span(now, 0, Day), static now => Date(now).Day),
        new("week", "w", static now => Span(now, FirstMonday, Week), static now => ISOWeek.GetWeekOfYear(Date(now))),
        new("month", "m", MonthOf, static now => Date(now).Month),
        new("year", "y", YearOf, static now => Date(now).Year),
    ];

    /// <summary>The names of all.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(static unit => unit.Name)];

    /// <summary>The unit of a name, or <see langword="null"/>.</summary>
    public static QuotaUnit? Find(string name) => All.FirstOrDefault(unit => unit.Name == name);

    /// <summary>The window of this unit that a second lies in.</summary>
    /// <param name="now">Unix time, not before 1970.</param>
    public CalendarWindow WindowOf(long now)
    {
        var (start, end) = _spanOf(now);
        return new CalendarWindow(this, start, end);
    }

    /// <summary>Name of the field that counts the window that a second lies in.</summary>
    /// <param name="now">Unix time, not before 1970.</param>
    public string FieldOf(long now) => string.Create(CultureInfo.InvariantCulture, $"{Letter}{_numberOf(now)}");

    /// <summary>What is wrong with a name that is none.</summary>
    public static string Describe(string name) => $"{ConfigText.Quote(name)} is no unit{NearestName.Suggest(name, Names)} ({string.Join(", ", Names)})";

    private static (long Start, long End) Span(long now, long origin, long length)
    {
        var start = now - ((now - origin) % length);
        return (start, start + length);
    }

    private static (long Start, long End) MonthOf(long now)
    {
        var date = Date(now);
        var first = new DateTime(date.Year, date.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        return (Seconds(first), Seconds(first.AddMonths(1)));
    }

    private static (long Start, long End) YearOf(long now)
    {
        var year = Date(now).Year;
        return (Seconds(new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc)), Seconds(new DateTime(year + 1, 1, 1, 0, 0, 0, DateTimeKind.Utc)));
    }

    private static DateTime Date(long now) => DateTime.UnixEpoch.AddSeconds(now);

    private static long Seconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
}
