using System.Globalization;

namespace KrakenPlugins.Templates.Sprig.Dates;

/// <summary>A time zone: one of the system's, or an offset with a name that was read from a text.</summary>
internal sealed class GoZone
{
    public static readonly GoZone Utc = new(TimeZoneInfo.Utc, "UTC", TimeSpan.Zero);

    private readonly TimeZoneInfo? _zone;
    private readonly string _fixedName;
    private readonly TimeSpan _fixedOffset;

    private GoZone(TimeZoneInfo? zone, string fixedName, TimeSpan fixedOffset) => (_zone, _fixedName, _fixedOffset) = (zone, fixedName, fixedOffset);

    public static GoZone Local(TimeZoneInfo zone) => new(zone, "", TimeSpan.Zero);

    public static GoZone Fixed(string name, TimeSpan offset) => new(null, name, offset);

    /// <summary>The zone of a name of the IANA database; UTC for a name that there is not.</summary>
    public static GoZone Load(string name, TimeZoneInfo local)
    {
        if (name is "" or "UTC") return Utc;
        if (name == "Local") return Local(local);
        // A name is a path below the database's folder.
        if (name.Contains("..", StringComparison.Ordinal) || name[0] is '/' or '\\' || name.Contains('\\', StringComparison.Ordinal)) return Utc;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? new GoZone(zone, "", TimeSpan.Zero) : Utc;
    }

    public TimeSpan OffsetAt(DateTime utc) => _zone?.GetUtcOffset(utc) ?? _fixedOffset;

    /// <summary>The offset of a clock reading; of one that occurs twice or never, that of standard time.</summary>
    public TimeSpan OffsetOfLocal(DateTime clock) => _zone?.GetUtcOffset(DateTime.SpecifyKind(clock, DateTimeKind.Unspecified)) ?? _fixedOffset;

    /// <summary>The abbreviation such as <c>CEST</c>; empty for an offset without a name.</summary>
    public string AbbreviationAt(DateTime utc)
    {
        if (_zone is null) return _fixedName;
        if (IsUtc(_zone)) return "UTC";
        var name = _zone.IsDaylightSavingTime(utc) ? _zone.DaylightName : _zone.StandardName;
        return IsAbbreviation(name) ? name : NumericName(_zone.GetUtcOffset(utc));
    }

    /// <summary>The offset that an abbreviation stands for at a clock reading, when the zone knows it.</summary>
    public bool TryGetOffset(string abbreviation, DateTime clock, out TimeSpan offset)
    {
        offset = OffsetOfLocal(clock);
        var utc = InRange(clock, offset);
        return AbbreviationAt(utc) == abbreviation;
    }

    private static DateTime InRange(DateTime clock, TimeSpan offset)
    {
        var ticks = Math.Clamp(clock.Ticks - offset.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
        return new DateTime(ticks, DateTimeKind.Utc);
    }

    // A container's /etc/localtime leads to Etc/UTC, which is not the zone that .NET calls UTC.
    private static bool IsUtc(TimeZoneInfo zone) =>
        zone.Equals(TimeZoneInfo.Utc) || zone.Id is "Etc/UTC" or "Etc/UCT" or "UCT" or "Etc/Universal" or "Universal" or "Etc/Zulu" or "Zulu";

    private static bool IsAbbreviation(string name) =>
        name.Length is >= 3 and <= 6 && !name.Contains(' ', StringComparison.Ordinal);

    // What the database itself has for zones without letters.
    private static string NumericName(TimeSpan offset)
    {
        var minutes = (int)Math.Abs(offset.TotalMinutes);
        var sign = offset < TimeSpan.Zero ? '-' : '+';
        return minutes % 60 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{sign}{minutes / 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{minutes / 60:00}{minutes % 60:00}");
    }
}
