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
        json.WriteNumber("P", settings.Probability);
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

    /// <summary>
    /// Elements of the fullest filter, estimated from its bits, in percent of N: beyond 100 false positives are more frequent than P.
    /// </summary>
    public static double Consumed(RotatingFilter filter)
    {
        var fill = filter.Filters.All.Max(static f => f.Fill);
        if (fill >= 1)
            return 1000;
        var positions = filter.HashOf([]).Count;
        return 100.0 * -Math.Log(1 - fill) * filter.Settings.Bits / positions / filter.Settings.Count;
    }
}
