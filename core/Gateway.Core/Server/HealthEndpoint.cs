using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Gateway.Core.Encodings;
using KrakenPlugins.Sdk.Data;
using Microsoft.AspNetCore.Http;

namespace Gateway.Core.Server;

/// <summary>
/// <c>/__health</c> (OBS-050 to 055): 200 as long as the process serves, without touching anything else. What components contribute stands
/// under <c>plugins</c>, which is absent when there are none.
/// </summary>
internal sealed class HealthEndpoint(TimeProvider time, AgentReports agents, HealthContributors contributors) : RouteHandler
{
    public override Task HandleAsync(Exchange exchange)
    {
        var body = $"{{\"agents\":{{{AgentsText()}}},\"now\":\"{Format(time.GetLocalNow())}\"{PluginsText()},\"status\":\"ok\"}}";
        return PlainResponses.WriteAsync(exchange.Http, StatusCodes.Status200OK, MediaTypes.Json, Encoding.UTF8.GetBytes(body));
    }

    private string PluginsText()
    {
        var contributions = contributors.All;
        if (contributions.Count == 0)
            return "";
        var plugins = new DataObject();
        foreach (var contribution in contributions)
            plugins[contribution.Name] = new DataString(contribution.Status);
        return $",\"plugins\":{DataJson.ToString(plugins)}";
    }

    private string AgentsText()
    {
        if (agents.IsEmpty)
            return "";
        var text = new StringBuilder();
        foreach (var (name, reported) in agents.Sorted)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(name)).Append("\":\"").Append(Format(reported)).Append('"');
        }
        return text.ToString();
    }

    /// <summary>A time as the language prints it: <c>2024-05-30 19:08:07.637 +0200 CEST m=+12.5</c> (OBS-051).</summary>
    internal static string Format(DateTimeOffset now)
    {
        var uptime = now.LocalDateTime - Process.GetCurrentProcess().StartTime;
        var zone = TimeZoneInfo.Local;
        var name = now.Offset == TimeSpan.Zero && zone.BaseUtcOffset == TimeSpan.Zero ? "UTC" : Abbreviation(zone, now);
        var offset = now.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd HH:mm:ss.FFFFFFF} {offset} {name} m=+{uptime.TotalSeconds:0.#########}");
    }

    private static string Abbreviation(TimeZoneInfo zone, DateTimeOffset now)
    {
        var name = zone.IsDaylightSavingTime(now) ? zone.DaylightName : zone.StandardName;
        return name.All(char.IsAsciiLetterUpper) ? name : now.ToString("zz", CultureInfo.InvariantCulture);
    }
}
