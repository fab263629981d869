using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>A plugin folder that the bench loads, and where its namespace stands.</summary>
/// <param name="Folder">The folder, absolute.</param>
/// <param name="Id">Id of the plugin.</param>
/// <param name="Scope"><c>service</c>, <c>endpoint</c> or <c>backend</c>.</param>
/// <param name="Namespace">The first namespace that it declares for one of these.</param>
internal sealed record PluginUnderTest(string Folder, string Id, string Scope, string Namespace)
{
    private static readonly string[] Scopes = ["service", "endpoint", "backend"];

    /// <summary>Reads a plugin's manifest.</summary>
    /// <exception cref="BenchException">There is none, or it declares no namespace that the bench could use.</exception>
    public static PluginUnderTest Read(string folder)
    {
        string manifest = Path.Combine(Path.GetFullPath(folder), "plugin.json");
        if (!File.Exists(manifest))
            throw new BenchException($"{manifest}: no such file; --plugin names the folder of a built plugin, with its manifest in it");
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(File.ReadAllBytes(manifest));
        }
        catch (JsonException e)
        {
            throw new BenchException($"{manifest}: {e.Message}");
        }
        foreach (JsonNode? name in root?["namespaces"]?.AsArray() ?? [])
        {
            if ((string?)name?["scope"] is { } scope && Scopes.Contains(scope))
                return new(Path.GetFullPath(folder), (string)root!["id"]!, scope, (string)name["name"]!);
        }
        throw new BenchException($"{manifest}: declares no namespace of a service, endpoint or backend");
    }

    /// <summary>A value of its namespace that it takes, unless the command line has one.</summary>
    public JsonNode DefaultValue => Namespace == "modifier/martian"
        ? new JsonObject { ["header.Modifier"] = new JsonObject { ["scope"] = new JsonArray("request"), ["name"] = "X-Bench", ["value"] = "1" } }
        : new JsonObject();
}
