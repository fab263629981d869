using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Inspection;

/// <summary>Judges what a manifest lets the process of a plugin see: what its layer never has.</summary>
internal static class NeedsInspection
{
    private static readonly string[] s_withoutResponse = ["executor", "request-modifier"];
    private static readonly string[] s_ofData = ["proxy", "backend", "middleware", "response-modifier"];

    public static void Inspect(PluginManifest manifest, FindingList findings)
    {
        for (var i = 0; i < manifest.Namespaces.Count; i++)
            Inspect(manifest, "namespaces", i, manifest.Namespaces[i].Layer, manifest.Namespaces[i].Needs, findings);
        for (var i = 0; i < manifest.Plugins.Count; i++)
            Inspect(manifest, "plugins", i, manifest.Plugins[i].Kind, manifest.Plugins[i].Needs, findings);
    }

    private static void Inspect(PluginManifest manifest, string list, int index, string layer, PluginNeeds? needs, FindingList findings)
    {
        if (needs is null)
            return;
        if (s_withoutResponse.Contains(layer, StringComparer.Ordinal) && needs.ResponseHead)
            Warn("response_head", $"the layer \"{layer}\" has no response", "leave it out");
        if (s_withoutResponse.Contains(layer, StringComparer.Ordinal) && needs.ResponseBody != "none")
            Warn("response_body", $"the layer \"{layer}\" has no response", "leave it out");
        else if (s_ofData.Contains(layer, StringComparer.Ordinal) && needs.ResponseBody == "streamed")
            Warn("response_body", $"data is sent as a whole at the layer \"{layer}\"", "write \"buffered\"");
        if (needs.Headers.Count > 0 && !needs.RequestHead && !needs.ResponseHead)
            Warn("headers", "without \"request_head\" and \"response_head\" no header is sent", "add the one that is meant, or leave the list out");

        void Warn(string attribute, string message, string remedy)
        {
            var items = manifest.Source.Find(list)?.Items;
            var at = items is not null && index < items.Count && items[index]["needs"] is { } node ? node[attribute] ?? node : null;
            var place = at is { Position.Line: > 0 } ? $"{PluginManifest.FileName}:{at.Position.Line}:{at.Position.Column}" : PluginManifest.FileName;
            findings.Warning(FindingCode.NeedsNothing, place, $"{list}[{index}].needs.{attribute}: {message}", remedy);
        }
    }
}
