using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Functions;

/// <summary>The parts of timestamps in a zone, and of durations.</summary>
internal static class TimeFunctions
{
    private const long SecondsPerMinute = 60;
    private const long SecondsPerHour = 3600;

    // What is not at hand is looked for in files.
    private const int CostOfZone = 2000;

    private delegate long Part(in CivilDate date, int nanos);

    public static IEnumerable<CelFunction> Create(CelZones zones)
    {
        yield return Getter("getFullYear", zones, static (in date, _) => date.Year);
        yield return Getter("getMonth", zones, static (in date, _) => date.Month - 1);
        yield return Getter("getDate", zones, static (in date, _) => date.Day);
        yield return Getter("getDayOfMonth", zones, static (in date, _) => date.Day - 1);
        yield return Getter("getDayOfWeek", zones, static (in date, _) => date.DayOfWeek);
        yield return Getter("getDayOfYear", zones, static (in date, _) => date.DayOfYear);
        yield return Getter("getHours", zones, static (in date, _) => date.Hour, static (ref _, in a) => CelValue.Of(a.Bits / SecondsPerHour));
        yield return Getter("getMinutes", zones, static (in date, _) => date.Minute, static (ref _, in a) => CelValue.Of(a.Bits / SecondsPerMinute));
        yield return Getter("getSeconds", zones, static (in date, _) => date.Second, static (ref _, in a) => CelValue.Of(a.Bits));
        yield return Getter("getMilliseconds", zones, static (in _, nanos) => nanos / 1_000_000, static (ref _, in a) => CelValue.Of((long)(a.RawNanos / 1_000_000)));
    }

    private static CelFunction Getter(string name, CelZones zones, Part part, CelUnary? ofDuration = null)
    {
        var id = $"timestamp_{name}";
        CelUnary plain = zones == CelZones.Utc
            ? (ref _, in a) => CelValue.Of(part(CivilDate.Of(a.Bits), a.RawNanos))
            : (ref _, in a) => CelValue.Of(part(CivilDate.Of(a.Bits + a.OffsetMinutes * SecondsPerMinute), a.RawNanos));
        CelBinary zoned = (ref context, in a, in zone) =>
        {
            if (!TimeZones.IsAtHand(zone.RawString) && !context.TryCharge(CostOfZone))
                return CelContext.CostExceeded;
            return TimeZones.TryFind(zone.RawString, out var found)
                ? Of(part, a, found)
                : CelValue.Error(CelErrorCode.BadArgument, $"{CelText.Kind(zone)} is no time zone that this host knows");
        };
        List<CelOverload> overloads =
        [
            CelOverload.Member(id, CelType.Int, CelType.Timestamp, plain) with { IsPure = true },
            CelOverload.Member(id + "_with_tz", CelType.Int, CelType.Timestamp, CelType.String, zoned) with { IsPure = true, Specialize = c => Specialize(id, part, c) },
        ];
        if (ofDuration is not null)
            overloads.Add(CelOverload.Member($"duration_{name}", CelType.Int, CelType.Duration, ofDuration) with { IsPure = true });
        return new(name, [.. overloads]);
    }

    private static CelOverload? Specialize(string id, Part part, IReadOnlyList<CelValue?> constants)
    {
        if (constants[1] is not { Kind: CelKind.String } name)
            return null;
        if (!TimeZones.TryFind(name.AsString, out var zone))
            throw new FormatException(TimeZones.Explain(name.AsString));
        return CelOverload.Member(id + "_with_tz", CelType.Int, CelType.Timestamp, CelType.String, (ref _, in a, in _) => Of(part, a, zone)) with { IsPure = true };
    }

    private static CelValue Of(Part part, in CelValue timestamp, in Zone zone) =>
        CelValue.Of(part(CivilDate.Of(timestamp.Bits + zone.OffsetMinutes(timestamp.Bits) * SecondsPerMinute), timestamp.RawNanos));
}
