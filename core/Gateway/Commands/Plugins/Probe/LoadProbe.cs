using System.Text.Json.Nodes;
using Gateway.Core.Plugins;
using Gateway.Inspection;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>Loads a plugin in a process of its own, as the gateway would, and turns whatever happens into findings.</summary>
internal static class LoadProbe
{
    /// <summary>How long loading, construction and registration may take together.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<PluginFinding>> RunAsync(string folder, TimeSpan? limit = null)
    {
        var time = limit ?? Limit;
        var outcome = await ProbeProcess.RunAsync(new JsonObject { ["mode"] = "load", ["folder"] = folder }, time).ConfigureAwait(false);
        if (outcome.End != ProbeEnd.Done)
        {
            var code = outcome.End switch
            {
                ProbeEnd.Hung => FindingCode.RunHung,
                ProbeEnd.Exited => FindingCode.RunExited,
                _ => FindingCode.RunCrashed,
            };
            return [new(code, FindingSeverity.Error, PluginManifest.FileName, outcome.Describe(time), "the whole gateway would have ended or hung with it: constructor and Register must only declare components")];
        }
        return
        [
            .. outcome.Records.Where(static r => r["error"] is not null)
                .Select(static r => new PluginFinding(FindingCode.RunFailed, FindingSeverity.Error, PluginManifest.FileName, r["error"]!.GetValue<string>(), "the gateway says the same when a configuration needs it; `gateway plugin test` shows the stack")),
        ];
    }
}
