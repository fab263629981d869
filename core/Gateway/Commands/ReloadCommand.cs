using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Admin;
using Gateway.CommandLine;
using Gateway.Commands.Plugins;

namespace Gateway.Commands;

/// <summary><c>reload</c>: tells a running gateway to take its configuration up anew, and says what came of it (CFG-335).</summary>
internal static class ReloadCommand
{
    public static Command Definition { get; } = new()
    {
        Name = "reload",
        Purpose = "Tells a running gateway to take its configuration up anew",
        Description = "Tells a running gateway on this machine, by its admin listener, to take its configuration up anew, and prints what was found. The status is 1 when the running configuration stays.",
        Usage = "reload --admin ADDRESS [flags]",
        Example = "reload --admin unix:/run/gateway.sock --token-file /run/secrets/admin",
        Flags = [AdminFlags.Address, OutputFormat.Flag, AdminFlags.TokenFile],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        var isJson = OutputFormat.IsJson(arguments);
        try
        {
            var (status, outcome) = await AdminFlags.Client(arguments)
                .CallAsync(HttpMethod.Post, "/reload", HttpStatusCode.OK, HttpStatusCode.UnprocessableEntity).ConfigureAwait(false);
            var isReloaded = status == HttpStatusCode.OK;
            if (isJson)
                terminal.Out(OutputFormat.Json(outcome));
            else
                Print(outcome, isReloaded, terminal);
            return isReloaded ? ExitStatus.Success : ExitStatus.Failure;
        }
        catch (AdminException exception)
        {
            terminal.Error($"{terminal.Red("ERROR")} {exception.Message}\n");
            return ExitStatus.Failure;
        }
    }

    private static void Print(JsonObject outcome, bool isReloaded, Terminal terminal)
    {
        var findings = new StringBuilder();
        foreach (var finding in outcome["findings"] as JsonArray ?? [])
        {
            var isError = (string?)finding?["severity"] == "error";
            findings.Append(isError ? terminal.Red("ERROR") : terminal.Yellow("WARNING")).Append(' ').Append(Place(finding)).Append(finding?["message"]).Append('\n');
        }
        terminal.Error(findings.ToString());
        if (isReloaded)
            terminal.Out(string.Create(CultureInfo.InvariantCulture, $"reloaded: generation {outcome["generation"]}, in {outcome["seconds"]} s\n"));
        else
            terminal.Error($"{terminal.Red("ERROR")} not reloaded, generation {outcome["generation"]} goes on: {outcome["error"]}\n");
    }

    private static string Place(JsonNode? finding)
    {
        var line = (int?)finding?["line"] ?? 0;
        var path = (string?)finding?["path"] ?? "";
        var place = $"{finding?["file"]}{(line > 0 ? $":{line}:{finding?["column"]}" : "")}{(path.Length > 0 ? $" {path}" : "")}";
        // What is about several files names them itself.
        return place.Length > 0 ? place + ": " : "";
    }
}
