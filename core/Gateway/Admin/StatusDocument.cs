using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Commands;
using Gateway.Core;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Admin;

/// <summary>What the admin listener tells (CFG-333, CFG-334). Nothing of it comes from where a configuration has its secrets.</summary>
internal static class StatusDocument
{
    /// <summary>The answer to <c>GET /status</c>.</summary>
    /// <param name="host">The gateway.</param>
    /// <param name="reload">Its configuration's loads.</param>
    /// <param name="reloads">What came of them.</param>
    /// <param name="admin">Its admin listener.</param>
    public static JsonObject Of(GatewayHost host, Reload reload, ReloadQueue reloads, AdminListener admin)
    {
        var config = host.Config;
        var (address, protocols) = host.Listener;
        return new JsonObject
        {
            ["version"] = Product.Version,
            ["name"] = config.Name,
            ["generation"] = host.Number,
            ["since"] = Time(host.Since),
            ["started"] = Time(host.Started),
            ["uptime_seconds"] = Math.Round((DateTimeOffset.UtcNow - host.Started).TotalSeconds, 3),
            ["requests_in_flight"] = host.RequestsInFlight,
            ["warnings"] = reload.Warnings,
            ["listeners"] = new JsonArray(
                new JsonObject { ["address"] = address, ["protocols"] = new JsonArray([.. protocols.Select(static p => JsonValue.Create(p))]) },
                new JsonObject { ["address"] = admin.Address?.ToString(), ["protocols"] = new JsonArray("admin") }),
            ["plugins"] = new JsonArray([.. host.Plugins.Select(Of)]),
            ["components"] = new JsonObject([.. host.Health.Select(static h => KeyValuePair.Create(h.Key, (JsonNode?)JsonValue.Create(h.Value)))]),
            ["endpoints"] = new JsonArray([.. config.Endpoints.Select(static e => new JsonObject { ["method"] = e.Method, ["path"] = e.Path })]),
            ["last_reload"] = reloads.Last is { } last ? Of(last) : null,
        };
    }

    /// <summary>The answer to <c>POST /reload</c>.</summary>
    public static JsonObject Of(ReloadOutcome outcome)
    {
        var document = new JsonObject { ["reloaded"] = outcome.Refusal is null, ["generation"] = outcome.Generation };
        if (outcome.Refusal is { } refusal)
            document["error"] = refusal;
        document["at"] = Time(outcome.At);
        document["seconds"] = Math.Round(outcome.Took.TotalSeconds, 3);
        document["findings"] = new JsonArray([.. outcome.Findings.Select(Of)]);
        return document;
    }

    private static JsonObject Of(PluginState plugin)
    {
        var isWell = plugin.Faults == 0 && plugin.Process?.IsWell != false;
        var document = new JsonObject
        {
            ["id"] = plugin.Id,
            ["version"] = plugin.Version,
            ["state"] = plugin.IsStarted ? "started" : "loaded",
            ["health"] = isWell ? "ok" : "faulty",
            ["faults"] = plugin.Faults,
            ["folder"] = plugin.Folder,
        };
        if (plugin.Process is { } process)
            document["process"] = new JsonObject { ["state"] = process.State, ["reason"] = process.Reason, ["restarts"] = process.Restarts, ["pid"] = process.ProcessId };
        return document;
    }

    private static JsonObject Of(ConfigDiagnostic finding) => new()
    {
        ["severity"] = Name(finding.Severity),
        ["file"] = finding.Position.File,
        ["line"] = finding.Position.Line,
        ["column"] = finding.Position.Column,
        ["path"] = finding.Path,
        ["message"] = finding.Message,
    };

    private static string Name(ConfigSeverity severity) => severity switch
    {
        ConfigSeverity.Error => "error",
        ConfigSeverity.Warning => "warning",
        _ => "notice",
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
