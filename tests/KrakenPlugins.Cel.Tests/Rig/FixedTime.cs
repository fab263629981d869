using System.Globalization;

namespace KrakenPlugins.Expressions.Rig;

/// <summary>A clock whose wall time stands still; everything else runs.</summary>
internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("fixed", now.Offset, "fixed", "fixed");

    public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();

    public static FixedTime At(string text) => new(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture));
}
