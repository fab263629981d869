using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Dates;

/// <summary>The methods of times that templates call: <c>{{ now.Year }}</c>.</summary>
internal static class GoTimeMembers
{
    public static TemplateFunction? Find(GoTime time, string name) => name switch
    {
        "Year" => Field(name, TemplateValue.From((long)time.Clock.Year)),
        "Month" => Field(name, TemplateValue.From(GoLayout.Format(time, "January"))),
        "Day" => Field(name, TemplateValue.From((long)time.Clock.Day)),
        "Hour" => Field(name, TemplateValue.From((long)time.Clock.Hour)),
        "Minute" => Field(name, TemplateValue.From((long)time.Clock.Minute)),
        "Second" => Field(name, TemplateValue.From((long)time.Clock.Second)),
        "Nanosecond" => Field(name, TemplateValue.From(time.Nanosecond)),
        "Weekday" => Field(name, TemplateValue.From(GoLayout.Format(time, "Monday"))),
        "YearDay" => Field(name, TemplateValue.From((long)time.Clock.DayOfYear)),
        "Unix" => Field(name, TemplateValue.From(time.UnixSeconds)),
        "UnixMilli" => Field(name, TemplateValue.From((long)Math.Floor((time.Utc - DateTime.UnixEpoch).TotalMilliseconds))),
        "UnixMicro" => Field(name, TemplateValue.From((time.Utc.Ticks - DateTime.UnixEpoch.Ticks) / 10)),
        "UnixNano" => Field(name, TemplateValue.From(unchecked((time.Utc.Ticks - DateTime.UnixEpoch.Ticks) * 100))),
        "IsZero" => Field(name, TemplateValue.From(time.Utc.Ticks == 0)),
        "UTC" => Field(name, TemplateValue.FromObject(time.In(GoZone.Utc))),
        "String" => Field(name, TemplateValue.From(time.Text)),
        "Format" => new TemplateFunction(name, [Kind.String], isVariadic: false, a => TemplateValue.From(GoLayout.Format(time, a[0].AsString))),
        "AddDate" => new TemplateFunction(name, [Kind.Int, Kind.Int, Kind.Int], isVariadic: false, a => AddDate(time, a[0].AsInt, a[1].AsInt, a[2].AsInt)),
        "Before" => new TemplateFunction(name, [Kind.Any], isVariadic: false, a => TemplateValue.From(time.Utc < Other(name, a[0]).Utc)),
        "After" => new TemplateFunction(name, [Kind.Any], isVariadic: false, a => TemplateValue.From(time.Utc > Other(name, a[0]).Utc)),
        "Equal" => new TemplateFunction(name, [Kind.Any], isVariadic: false, a => TemplateValue.From(time.Utc == Other(name, a[0]).Utc)),
        _ => null,
    };

    private static TemplateFunction Field(string name, TemplateValue value) => new(name, [], isVariadic: false, _ => value);

    private static GoTime Other(string name, TemplateValue value) =>
        value.Kind == TemplateKind.Object && value.AsObject is GoTime time ? time : throw new TemplateFunctionException($"{name}: expected time.Time; got {value.TypeName}");

    // A day that a month does not have becomes one of the next month, as in Go.
    private static TemplateValue AddDate(GoTime time, long years, long months, long days)
    {
        try
        {
            var firstOfMonth = new DateTime(time.Clock.Year, time.Clock.Month, 1).AddMonths(checked((int)(years * 12 + months)));
            var clock = firstOfMonth.AddDays(time.Clock.Day - 1).AddDays(days) + time.Clock.TimeOfDay;
            return TemplateValue.FromObject(GoTime.At(clock - time.Zone.OffsetOfLocal(clock), time.Zone));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw GoTime.OutOfRange();
        }
    }
}
