using System.Globalization;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Dates;

/// <summary>Times, dates and durations. Where a time is expected, an integer counts seconds since 1970, and anything else is now.</summary>
internal sealed class DateFunctions
{
    private readonly TimeProvider _time;
    private readonly GoZone _local;

    private DateFunctions(TimeProvider time)
    {
        _time = time;
        _local = GoZone.Local(time.LocalTimeZone);
    }

    private GoTime Now => GoTime.At(_time.GetUtcNow().UtcDateTime, _local);

    public static void AddTo(FunctionTable table, TimeProvider time)
    {
        var dates = new DateFunctions(time);
        table.Add("now", _ => TemplateValue.FromObject(dates.Now));
        table.Add("date", a => dates.Format(a[0].AsString, a[1], dates._local), Kind.String, Kind.Any);
        AddTwice(table, "dateInZone", "date_in_zone", a => dates.Format(a[0].AsString, a[1], dates.Zone(a[2].AsString)), Kind.String, Kind.Any, Kind.String);
        table.Add("htmlDate", a => dates.Format("2006-01-02", a[0], dates._local), Kind.Any);
        table.Add("htmlDateInZone", a => dates.Format("2006-01-02", a[0], dates.Zone(a[1].AsString)), Kind.Any, Kind.String);
        AddTwice(table, "dateModify", "date_modify", a => Modify(a[0].AsString, a[1], isRequired: false), Kind.String, Kind.Any);
        AddTwice(table, "mustDateModify", "must_date_modify", a => Modify(a[0].AsString, a[1], isRequired: true), Kind.String, Kind.Any);
        table.Add("toDate", a => dates.Parse(a[0].AsString, a[1].AsString, isRequired: false), Kind.String, Kind.String);
        table.Add("mustToDate", a => dates.Parse(a[0].AsString, a[1].AsString, isRequired: true), Kind.String, Kind.String);
        table.Add("unixEpoch", static a => TemplateValue.From(RequireTime("unixEpoch", a[0]).UnixSeconds.ToString(CultureInfo.InvariantCulture)), Kind.Any);
        table.Add("ago", a => dates.Ago(a[0]), Kind.Any);
        table.Add("duration", static a => TemplateValue.From(GoDuration.Text(unchecked(Seconds(a[0]) * GoDuration.Second))), Kind.Any);
        table.Add("durationRound", a => TemplateValue.From(Rounded(dates.DurationOf(a[0]))), Kind.Any);
    }

    private static void AddTwice(FunctionTable table, string name, string oldName, TemplateFunctionBody body, params TemplateParameter[] parameters)
    {
        table.Add(name, body, parameters);
        table.Add(oldName, body, parameters);
    }

    private GoZone Zone(string name) => GoZone.Load(name, _time.LocalTimeZone);

    private GoTime TimeOf(TemplateValue value)
    {
        if (value.Kind == TemplateKind.Object && value.AsObject is GoTime time) return time;
        return value.TryGetInteger(out var seconds) ? GoTime.FromUnix(seconds, _local) : Now;
    }

    private TemplateValue Format(string layout, TemplateValue value, GoZone zone) =>
        TemplateValue.From(GoLayout.Format(TimeOf(value).In(zone), layout));

    private static GoTime RequireTime(string function, TemplateValue value)
    {
        if (value.Kind == TemplateKind.Object && value.AsObject is GoTime time) return time;
        throw new TemplateFunctionException($"{function}: wrong type for value; expected time.Time; got {value.TypeName}");
    }

    private static TemplateValue Modify(string duration, TemplateValue value, bool isRequired)
    {
        var time = RequireTime("dateModify", value);
        if (GoDuration.TryParse(duration, out var nanoseconds, out var error)) return TemplateValue.FromObject(time.Add(nanoseconds));
        return isRequired ? throw new TemplateFunctionException(error) : value;
    }

    private TemplateValue Parse(string layout, string text, bool isRequired)
    {
        if (GoTimeParser.TryParse(layout, text, _local, out var time, out var error)) return TemplateValue.FromObject(time);
        return isRequired ? throw new TemplateFunctionException(error) : TemplateValue.FromObject(GoTime.Zero);
    }

    private TemplateValue Ago(TemplateValue value)
    {
        var elapsed = NanosecondsSince(TimeOf(value));
        var seconds = (elapsed + (elapsed < 0 ? -GoDuration.Second / 2 : GoDuration.Second / 2)) / GoDuration.Second;
        return TemplateValue.From(GoDuration.Text(seconds * GoDuration.Second));
    }

    // Longer than Go's 292 years is cut to that, as Go does it.
    private long NanosecondsSince(GoTime time)
    {
        var nanoseconds = (decimal)(Now.Utc.Ticks - time.Utc.Ticks) * 100;
        return (long)Math.Clamp(nanoseconds, -(decimal)long.MaxValue + GoDuration.Second, long.MaxValue - GoDuration.Second);
    }

    private static long Seconds(TemplateValue value)
    {
        if (value.Kind == TemplateKind.String) return Conversion.TryParse(value.AsString, 10, out var seconds) ? seconds : 0;
        return value.TryGetInteger(out var integer) ? integer : 0;
    }

    private long DurationOf(TemplateValue value)
    {
        if (value.Kind == TemplateKind.String) return GoDuration.TryParse(value.AsString, out var nanoseconds, out _) ? nanoseconds : 0;
        if (value.Kind == TemplateKind.Object && value.AsObject is GoTime time) return NanosecondsSince(time);
        return value.TryGetInteger(out var integer) ? integer : 0;
    }

    // The largest unit alone, without a sign.
    private static string Rounded(long nanoseconds)
    {
        var magnitude = nanoseconds < 0 ? 0UL - (ulong)nanoseconds : (ulong)nanoseconds;
        const ulong Day = 24 * (ulong)GoDuration.Hour;
        var (unit, name) = magnitude switch
        {
            > 365 * Day => (365 * Day, "y"),
            > 30 * Day => (30 * Day, "mo"),
            > Day => (Day, "d"),
            > (ulong)GoDuration.Hour => ((ulong)GoDuration.Hour, "h"),
            > (ulong)GoDuration.Minute => ((ulong)GoDuration.Minute, "m"),
            > (ulong)GoDuration.Second => ((ulong)GoDuration.Second, "s"),
            _ => (0UL, "0s"),
        };
        return unit == 0 ? name : (magnitude / unit).ToString(CultureInfo.InvariantCulture) + name;
    }
}
