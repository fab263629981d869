using System.Collections.Concurrent;
using KrakenPlugins.Expressions.Values;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Expressions.Functions;

/// <summary>A fixed offset, or a zone of the host's data.</summary>
internal readonly record struct Zone(TimeZoneInfo? Rules, int FixedMinutes)
{
    /// <summary>The offset from UTC at a moment in seconds since the epoch.</summary>
    public int OffsetMinutes(long seconds) => Rules is null
        ? FixedMinutes
        : (int)Rules.GetUtcOffset(DateTime.UnixEpoch.AddTicks(seconds * TimeSpan.TicksPerSecond)).TotalMinutes;
}

/// <summary>Zones by IANA name (<c>Europe/Madrid</c>, and <c>Local</c> for the host's own) or offset (<c>+02:00</c>, <c>02:00</c>).</summary>
internal static class TimeZones
{
    private const int MaxName = 64;
    private const int MaxKept = 1024;

    private static readonly ConcurrentDictionary<string, Zone> s_found = new(StringComparer.Ordinal);

    /// <summary>Whether finding it costs next to nothing.</summary>
    public static bool IsAtHand(string name) => name is "UTC" or "" or "Z" or "GMT" or "Local" || TryOffset(name, out _) || s_found.ContainsKey(name);

    public static bool TryFind(string name, out Zone zone)
    {
        if (name is "UTC" or "" or "Z" or "GMT")
        {
            zone = default;
            return true;
        }
        if (name == "Local")
        {
            zone = new(TimeZoneInfo.Local, 0);
            return true;
        }
        if (TryOffset(name, out var minutes))
        {
            zone = new(null, minutes);
            return true;
        }
        if (s_found.TryGetValue(name, out zone))
            return true;
        if (IsName(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var rules))
        {
            zone = new(rules, 0);
            // There are about 600 names; what is kept cannot be more than exists.
            if (s_found.Count < MaxKept)
                s_found.TryAdd(name, zone);
            return true;
        }
        return false;
    }

    private static bool TryOffset(string name, out int minutes)
    {
        var isNegative = name is ['-', ..];
        var reader = new TimeReader(name is ['-' or '+', ..] ? name.AsSpan(1) : name);
        return reader.HoursAndMinutes(isNegative, out minutes) && reader.AtEnd;
    }

    // The host looks zones up as files: nothing else than a name may get there.
    private static bool IsName(string name)
    {
        if (name.Length > MaxName || !char.IsAsciiLetter(name[0]))
            return false;
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('/' or '_' or '-' or '+'))
                return false;
        }
        // Files have one name here: another spelling of it would be kept as another zone.
        return !name.Contains("//", StringComparison.Ordinal) && name[^1] != '/';
    }

    /// <summary>Why a name that the expression itself has is not found.</summary>
    public static string Explain(string name)
    {
        var text = CelText.Describe(CelValue.Of(name));
        if (s_known.Value.Length <= 1)
            return $"the time zone {text} cannot be found because this host has no time zone data; install tzdata, or write an offset as '+02:00'";
        return $"{text} is no time zone{NearestName.Suggest(name.Length > MaxName ? "" : name, s_known.Value)}; expected an IANA name as 'Europe/Madrid' or an offset as '+02:00'";
    }

    private static readonly Lazy<string[]> s_known = new(static () => [.. TimeZoneInfo.GetSystemTimeZones().Select(static z => z.Id)]);
}
