using System.Text.Json.Nodes;
using KrakenPlugins.Plugin.V1;

namespace Gateway.FaultySidecar;

/// <summary>What plugin.json says, which is what the sidecar says it is.</summary>
/// <param name="Id">Id of the plugin.</param>
/// <param name="Version">Its version.</param>
/// <param name="Components">Its namespaces.</param>
internal sealed record Manifest(string Id, string Version, IReadOnlyList<Component> Components)
{
    /// <summary>Reads the one of a plugin's folder.</summary>
    public static Manifest Read(string folder)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "plugin.json")))!;
        return new(manifest["id"]!.GetValue<string>(), manifest["version"]!.GetValue<string>(), [.. manifest["namespaces"]!.AsArray().Select(static n => ComponentOf(n!))]);
    }

    private static Component ComponentOf(JsonNode declared)
    {
        var layer = declared["layer"]!.GetValue<string>() switch
        {
            "server" => Layer.Server,
            "endpoint" => Layer.Endpoint,
            "proxy" => Layer.Proxy,
            "backend" => Layer.Backend,
            "client" => Layer.Client,
            "executor" => Layer.Executor,
            var other => throw new InvalidOperationException($"plugin.json: this program has no part in the layer {other}"),
        };
        return new() { Name = declared["name"]!.GetValue<string>(), Layer = layer, Needs = NeedsOf(layer, declared["needs"]) };
    }

    private static Needs NeedsOf(Layer layer, JsonNode? declared)
    {
        // What this program cannot do without: the markers of the request, and the answers that it marks.
        var needs = new Needs
        {
            RequestHead = true,
            ResponseHead = layer != Layer.Executor,
            ResponseBody = layer is Layer.Proxy or Layer.Backend or Layer.Client ? BodyNeed.Buffered : BodyNeed.Unspecified,
        };
        if (declared?["request_body"] is { } body)
            needs.RequestBody = body.GetValue<string>() == "streamed" ? BodyNeed.Streamed : BodyNeed.Buffered;
        return needs;
    }
}
