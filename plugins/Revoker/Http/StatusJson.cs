using System.Globalization;
using System.Text.Json;
using KrakenPlugins.Revoker.Filters;

namespace KrakenPlugins.Revoker.Http;

/// <summary>What <c>GET /status</c> answers (AUT-088). The key is no part of it.</summary>
internal static class StatusJson
{
    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter json, RevokerSettings settings, RotatingFilter filter)
    {
        json.WriteStartObject();
        json.WriteStartObject("config");
        json.WriteString("Seed", "");
        json.WriteNumber("N", settings.Count);
        json.WritePropertyName("P");
        json.WriteRawValue(Text(settings.Probability));
        json.WriteString("HashName", settings.HashName);
        json.WriteNumber("TTL", settings.Ttl);
        json.WriteNumber("Workers", settings.RevokeServerMaxWorkers);
        json.WriteNumber("PingInterval", settings.RevokeServerPingInterval.Ticks * 100);
        json.WriteString("CN", "");
        json.WriteNumber("MaxRetries", Math.Max(0, settings.RevokeServerMaxRetries));
        json.WriteEndObject();
        json.WriteNumber("percentage_consumed", Math.Round(Consumed(filter), 4));
        json.WriteEndObject();
    }

    // As the original writes it: 0.000001, 1e-7.
    private static string Text(double number) => number >= 1e-6
        ? number.ToString("0.###################", CultureInfo.InvariantCulture)
        : number.ToString("0.################e-0", CultureInfo.InvariantCulture);

    /// <summary>
    /// Elements of the fullest filter, estimated from its bits, in percent of N: beyond 100 false positives are more frequent than P.
    /// </summary>
    public static double Consumed(RotatingFilter filter)
    {
        var fill = filter.Filters.All.Max(static f => f.Fill);
        if (fill >= 1)
            return 1000;
        var positions = filter.HashOf([]).Count;
        return 100.0 * Math.Abs(Math.Log(1 - fill)) * filter.Settings.Bits / positions / filter.Settings.Count;
    }
}
