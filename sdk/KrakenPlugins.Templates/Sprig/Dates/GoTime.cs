using KrakenPlugins.Templates.Sprig.Json;

namespace KrakenPlugins.Templates.Sprig.Dates;

/// <summary>A moment and the zone that it is shown in: Go's <c>time.Time</c>, to 100 nanoseconds, from year 1 to 9999.</summary>
internal sealed class GoTime : ITemplateObject, IJsonForm, IEquatable<GoTime>
{
    private const string DefaultLayout = "2006-01-02 15:04:05.999999999 -0700 MST";
    private const string JsonLayout = "2006-01-02T15:04:05.999999999Z07:00";

    /// <summary>What Go calls the zero time: the start of year 1.</summary>
    public static readonly GoTime Zero = new(default, GoZone.Utc);

    private GoTime(DateTime utc, GoZone zone)
    {
        Utc = DateTime.SpecifyKind(utc, DateTimeKind.Utc);
        Zone = zone;
        Offset = zone.OffsetAt(Utc);
        // At the ends of time a clock stands still.
        Clock = new DateTime(Math.Clamp(Utc.Ticks + Offset.Ticks, 0, DateTime.MaxValue.Ticks));
    }

    public DateTime Utc { get; }

    public GoZone Zone { get; }

    public TimeSpan Offset { get; }

    /// <summary>What clocks of the zone show.</summary>
    public DateTime Clock { get; }

    public string Abbreviation => Zone.AbbreviationAt(Utc);

    /// <summary>Nanoseconds of the second.</summary>
    public long Nanosecond => Utc.Ticks % TimeSpan.TicksPerSecond * 100;

    /// <summary>Seconds since 1970.</summary>
    public long UnixSeconds => (long)Math.Floor((Utc - DateTime.UnixEpoch).TotalSeconds);

    public string TypeName => "time.Time";

    public string Text => GoLayout.Format(this, DefaultLayout);

    public TemplateValue JsonForm => TemplateValue.From(GoLayout.Format(this, JsonLayout));

    public static GoTime At(DateTime utc, GoZone zone) => new(utc, zone);

    /// <exception cref="TemplateFunctionException">The moment lies outside of the years 1 to 9999.</exception>
    public static GoTime FromUnix(long seconds, GoZone zone)
    {
        if (seconds < -62135596800 || seconds > 253402300799) throw OutOfRange();
        return new GoTime(DateTime.UnixEpoch.AddTicks(seconds * TimeSpan.TicksPerSecond), zone);
    }

    /// <summary>The moment so many nanoseconds later.</summary>
    /// <exception cref="TemplateFunctionException">The moment lies outside of the years 1 to 9999.</exception>
    public GoTime Add(long nanoseconds)
    {
        var ticks = Utc.Ticks + (decimal)nanoseconds / 100;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) throw OutOfRange();
        return new GoTime(new DateTime((long)ticks, DateTimeKind.Utc), Zone);
    }

    public GoTime In(GoZone zone) => new(Utc, zone);

    public TemplateFunction? Member(string name) => GoTimeMembers.Find(this, name);

    public bool Equals(GoTime? other) => other is not null && other.Utc == Utc;

    public override bool Equals(object? obj) => Equals(obj as GoTime);

    public override int GetHashCode() => Utc.GetHashCode();

    public static TemplateFunctionException OutOfRange() => new("the time lies outside of the years 1 to 9999");
}
