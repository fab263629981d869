using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.CommandLine;

namespace Gateway.Commands.Plugins;

/// <summary>The words for what an unload test found.</summary>
internal static class UnloadReport
{
    public static string Of(JsonObject record, Terminal terminal)
    {
        var alive = record["alive"]!.GetValue<int>();
        var rounds = record["rounds"]!.GetValue<int>();
        var text = new StringBuilder();
        if (record["faults"]!.GetValue<int>() is > 0 and var faults)
            text.Append(CultureInfo.InvariantCulture, $"\n{faults} calls failed, the first with {record["first_fault"]}; without --unload the test shows the stack\n");
        var isProcess = record["processes"] is not null;
        text.Append(CultureInfo.InvariantCulture, $"\nunloading: {rounds} times {(isProcess ? "started, driven and ended" : "loaded, driven and unloaded")}; ");
        if (alive == 0)
            return text.Append(terminal.Painted(Paint.Green, "nothing stays")).Append('\n').ToString();
        if (isProcess)
            return text.Append(terminal.Painted(Paint.Red, "it left processes behind")).Append('\n').Append(string.Concat(record["roots"]!.AsArray().Select(static r => $"  {r}\n"))).ToString();
        if (alive == 1)
            return text.Append("one copy of its code stays, whatever the number of rounds: something holds the last one only\n").ToString();
        text.Append(terminal.Painted(Paint.Red, string.Create(CultureInfo.InvariantCulture, $"{alive} copies of its code stay"))).Append('\n');
        var roots = record["roots"]!.AsArray();
        foreach (var root in roots)
            text.Append("  held by ").Append(root).Append('\n');
        text.Append(roots.Count == 0
            ? "  None of the usual holders refers to it: static events and caches of the framework, threads and timers were looked at. A handle, native code or a cache\n  of a library may hold it; `dotnet-gcroot` of a dump names it. Each reload of the gateway would leave such a copy behind.\n"
            : "  These were found by looking at the usual holders; there may be others. Let go of them in StopAsync or Dispose. Each reload of the gateway would leave such a copy behind.\n");
        return text.ToString();
    }
}
