using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.CommandLine;
using Gateway.Commands.Plugins;

namespace Gateway.Commands;

/// <summary><c>status</c>: what a running gateway says about itself (CFG-335).</summary>
internal static class StatusCommand
{
    public static Command Definition { get; } = new()
    {
        Name = "status",
        Purpose = "Shows what a running gateway serves",
        Description = "Asks the admin listener of a running gateway on this machine for its version, configuration, plugins and last reload.",
        Usage = "status --admin ADDRESS [flags]",
        Example = "status --admin 127.0.0.1:8081 --token-file /run/secrets/admin",
        Flags = [AdminFlags.Address, OutputFormat.Flag, AdminFlags.TokenFile],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        var isJson = OutputFormat.IsJson(arguments);
        try
        {
            var (_, status) = await AdminFlags.Client(arguments).CallAsync(HttpMethod.Get, "/status", HttpStatusCode.OK).ConfigureAwait(false);
            terminal.Out(isJson ? OutputFormat.Json(status) : Text(status, terminal));
            return ExitStatus.Success;
        }
        catch (AdminException exception)
        {
            terminal.Error($"{terminal.Red("ERROR")} {exception.Message}\n");
            return ExitStatus.Failure;
        }
    }

    private static string Text(JsonObject status, Terminal terminal)
    {
        var text = new StringBuilder();
        var warnings = (int?)status["warnings"] ?? 0;
        Row("version", (string?)status["version"]);
        Row("configuration", $"generation {status["generation"]}, since {status["since"]}{(warnings == 0 ? "" : $", {warnings} warning{(warnings == 1 ? "" : "s")}")}");
        Row("up", $"{Duration((double?)status["uptime_seconds"] ?? 0)}, since {status["started"]}");
        Row("in flight", $"{status["requests_in_flight"]} requests");
        foreach (var listener in Items(status, "listeners"))
            Row("listens on", $"{listener["address"]} ({string.Join(", ", listener["protocols"] as JsonArray ?? [])})");
        Row("last reload", LastReload(status["last_reload"] as JsonObject));
        text.Append(Plugins(status, terminal)).Append(Components(status, terminal)).Append(Endpoints(status, terminal));
        return text.ToString();

        void Row(string title, string? value) => text.Append(terminal.Painted(Paint.Dim, title.PadRight(15))).Append(value).Append('\n');
    }

    private static string LastReload(JsonObject? reload)
    {
        if (reload is null)
            return "none";
        return (bool?)reload["reloaded"] == true ? $"{reload["at"]}, in {reload["seconds"]} s" : $"{reload["at"]} refused: {reload["error"]}";
    }

    private static string Plugins(JsonObject status, Terminal terminal)
    {
        var table = new Table("plugin", "version", "state", "health", "folder");
        foreach (var plugin in Items(status, "plugins"))
        {
            var isWell = (string?)plugin["health"] == "ok";
            table.Add(($"{plugin["id"]}", Paint.Cyan), ($"{plugin["version"]}", Paint.None), ($"{plugin["state"]}{Process(plugin)}", Paint.None),
                (isWell ? "ok" : Trouble(plugin), isWell ? Paint.Green : Paint.Red), ($"{plugin["folder"]}", Paint.Dim));
        }
        return Items(status, "plugins").Length == 0 ? "" : "\n" + table.Of(terminal);
    }

    private static string Process(JsonObject plugin) =>
        plugin["process"] is JsonObject process ? $", process {process["state"]}{((int?)process["restarts"] is > 0 and var restarts ? $", {restarts} restart{(restarts == 1 ? "" : "s")}" : "")}" : "";

    private static string Trouble(JsonObject plugin) =>
        plugin["process"]?["reason"]?.GetValue<string>() is { Length: > 0 } reason ? $"{plugin["health"]}: {reason}" : $"{plugin["health"]} ({plugin["faults"]})";

    // What a plugin says of itself: its health above counts its faults, and an open breaker or a Redis that is away is none.
    private static string Components(JsonObject status, Terminal terminal)
    {
        if (status["components"] is not JsonObject { Count: > 0 } components)
            return "";
        var table = new Table("component", "says");
        foreach (var (name, state) in components)
            table.Add((name, Paint.Cyan), ($"{state}", Paint.None));
        return "\n" + table.Of(terminal);
    }

    private static string Endpoints(JsonObject status, Terminal terminal)
    {
        var table = new Table("method", "endpoint");
        foreach (var endpoint in Items(status, "endpoints"))
            table.Add(($"{endpoint["method"]}", Paint.None), ($"{endpoint["path"]}", Paint.Cyan));
        return Items(status, "endpoints").Length == 0 ? "" : "\n" + table.Of(terminal);
    }

    private static JsonObject[] Items(JsonObject parent, string name) => parent[name] is JsonArray items ? [.. items.OfType<JsonObject>()] : [];

    private static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return time.TotalDays >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} d {time.Hours} h")
            : time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Hours} h {time.Minutes} min")
            : time.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
    }
}
