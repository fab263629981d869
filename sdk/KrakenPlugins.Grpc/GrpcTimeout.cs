using System.Globalization;

namespace KrakenPlugins.Grpc;

/// <summary>The value of <c>grpc-timeout</c>: one to eight digits and a unit, as "gRPC over HTTP/2" defines it.</summary>
public static class GrpcTimeout
{
    private const long MaxDigits = 99_999_999;

    private static readonly (long Ticks, char Unit)[] s_units =
    [
        (TimeSpan.TicksPerMicrosecond, 'u'), (TimeSpan.TicksPerMillisecond, 'm'), (TimeSpan.TicksPerSecond, 'S'),
        (TimeSpan.TicksPerMinute, 'M'), (TimeSpan.TicksPerHour, 'H'),
    ];

    /// <summary>Writes a time in the finest unit that eight digits can hold, rounded up; what is not positive becomes <c>1n</c>.</summary>
    public static string Format(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
            return "1n";
        foreach (var (ticks, unit) in s_units)
        {
            var value = ((timeout.Ticks - 1) / ticks) + 1;
            if (value <= MaxDigits)
                return string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
        }
        return "99999999H";
    }

    /// <summary>Reads a value; <see langword="false"/> when it is none. Nanoseconds are rounded up to the platform's 100 ns.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9)
            return false;
        long value = 0;
        foreach (var digit in text[..^1])
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            value = (value * 10) + (digit - '0');
        }
        long? ticks = text[^1] switch
        {
            'n' => (value + 99) / 100,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'S' => value * TimeSpan.TicksPerSecond,
            'M' => value * TimeSpan.TicksPerMinute,
            // Eight digits of hours fit: 99,999,999 h are 3.6e18 ticks.
            'H' => value * TimeSpan.TicksPerHour,
            _ => null,
        };
        timeout = new TimeSpan(ticks ?? 0);
        return ticks is not null;
    }
}
