using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.CommandLine;
using Gateway.Commands.Plugins.Probe;

namespace Gateway.Commands.Plugins;

/// <summary>What a probe recorded, for people and for programs.</summary>
internal static class TestReport
{
    /// <summary>Whether the plugin was loaded and each of its components was built and called without a fault.</summary>
    public static bool IsGood(ProbeOutcome outcome) =>
        outcome.End == ProbeEnd.Done && !outcome.Records.Any(static r => r["error"] is not null || Text(r, "state") is "failed" or "refused" || r["alive"]?.GetValue<int>() > (r["processes"] is null ? 1 : 0) || Left(r).Count > 0 || Lost(r) > 0);

    /// <summary>As JSON.</summary>
    public static JsonObject Json(string folder, ProbeOutcome outcome, TimeSpan limit) => new()
    {
        ["path"] = folder,
        ["ok"] = IsGood(outcome),
        ["end"] = outcome.Describe(limit),
        ["results"] = new JsonArray([.. outcome.Records.Where(static r => r["step"] is null && r["done"] is null).Select(static r => r.DeepClone())]),
        ["output"] = outcome.Output,
    };

    /// <summary>As text.</summary>
    public static string Text(string folder, ProbeOutcome outcome, TimeSpan limit, Terminal terminal)
    {
        var text = new StringBuilder();
        text.Append(terminal.Painted(Paint.Cyan, folder)).Append('\n');
        foreach (var record in outcome.Records)
        {
            if (Text(record, "error") is { Length: > 0 } error)
                text.Append(terminal.Painted(Paint.Red, "FAILED ")).Append(error).Append('\n').Append(Indent(Text(record, "stack") ?? "")).Append(Log(record));
            else if (record["layer"] is not null)
                Append(text, record, terminal);
            else if (record["process"] is JsonObject process)
                AppendLife(text, record, process, terminal);
            else if (record["alive"] is not null)
                text.Append(UnloadReport.Of(record, terminal));
        }
        if (outcome.End != ProbeEnd.Done)
            text.Append(terminal.Painted(Paint.Red, "FAILED ")).Append(outcome.Describe(limit)).Append('\n');
        if (outcome.Output.Length > 0)
            text.Append("it printed:\n").Append(Indent(outcome.Output));
        text.Append(IsGood(outcome) ? terminal.Painted(Paint.Green, "OK") : terminal.Painted(Paint.Red, "FAILED")).Append('\n');
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonObject record, Terminal terminal)
    {
        var state = Text(record, "state");
        text.Append(CultureInfo.InvariantCulture, $"\n{Text(record, "layer")} \"{Text(record, "name")}\": ");
        text.Append(state switch
        {
            "driven" when record["request_before"] is not null => Cost(record),
            "built" => "built; a component of this kind cannot be driven by a request alone",
            "none" => "its factory made nothing for this configuration",
            "refused" => terminal.Painted(Paint.Red, "refuses the configuration"),
            "failed" => terminal.Painted(Paint.Red, "failed"),
            _ => "declared",
        }).Append('\n');
        foreach (var finding in record["findings"] as JsonArray ?? [])
            text.Append("  ").Append(finding).Append('\n');
        text.Append(Indent(Text(record, "stack") ?? ""));
        AppendChange(text, "request", Text(record, "request_before"), Text(record, "request_after"), terminal);
        AppendChange(text, "response", Text(record, "response_before"), Text(record, "response_after"), terminal);
        text.Append(Log(record));
    }

    private static void AppendLife(StringBuilder text, JsonObject record, JsonObject process, Terminal terminal)
    {
        var left = Left(record);
        text.Append(CultureInfo.InvariantCulture, $"\nits process: ready after {process["start_ms"]} ms, ended after {process["end_ms"]} ms; ");
        text.Append(left.Count == 0 ? terminal.Painted(Paint.Green, "nothing stays") : terminal.Painted(Paint.Red, "it left processes behind")).Append('\n');
        foreach (var one in left)
            text.Append("  ").Append(one).Append('\n');
        if (Lost(record) is > 0 and var lost)
            text.Append(terminal.Painted(Paint.Red, string.Create(CultureInfo.InvariantCulture, $"it lost {lost} calls: it ended, hung, was late or broke the protocol"))).Append('\n');
        text.Append(Log(record));
    }

    private static JsonArray Left(JsonObject record) => record["process"]?["left"] as JsonArray ?? [];

    private static long Lost(JsonObject record) => record["process"]?["lost"]?.GetValue<long>() ?? 0;

    private static string Log(JsonObject record) => string.Concat((record["log"] as JsonArray ?? []).Select(static line => "  log: " + Indent(line!.GetValue<string>()).TrimStart()));

    private static string Cost(JsonObject record)
    {
        var calls = record["next_calls"]!.GetValue<int>();
        var nanoseconds = record["nanoseconds"]?.GetValue<double>() ?? 0;
        var time = nanoseconds < 10_000 ? string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0} ns") : string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1000:0.#} µs");
        var next = calls switch
        {
            0 => "next not called",
            1 => "next called once",
            _ => string.Create(CultureInfo.InvariantCulture, $"next called {calls} times"),
        };
        var layer = Text(record, "layer");
        return string.Create(CultureInfo.InvariantCulture, $"{time} and {record["bytes"]?.GetValue<long>() ?? 0} bytes a call{(layer is "decoder" or "render" or "request-modifier" or "response-modifier" ? "" : $", {next}")}");
    }

    private static void AppendChange(StringBuilder text, string what, string? before, string? after, Terminal terminal)
    {
        if (before is null || after is null || (before.Length == 0 && after.Length == 0))
            return;
        text.Append("  ").Append(what).Append(before == after ? " unchanged\n" : " changed:\n");
        if (before != after)
            text.Append(LineDiff.Of(before, after, terminal));
    }

    private static string? Text(JsonObject record, string name) => record[name]?.GetValue<string>();

    private static string Indent(string text) => text.Length == 0 ? "" : string.Concat(text.TrimEnd('\n').Split('\n').Select(static l => $"    {l}\n"));
}
