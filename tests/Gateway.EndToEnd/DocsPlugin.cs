using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Core.Plugins;
using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>The plugin that a page of the documentation makes: its manifest and schema are judged, and can be installed without its code.</summary>
internal sealed class DocsPlugin
{
    /// <summary>Where a page finds it.</summary>
    public const string Folder = "plugins";

    private PluginManifest? _manifest;
    private string _manifestText = "";
    private string? _schema;

    /// <summary>A manifest as an author writes it, or one of its namespaces.</summary>
    public void TakeManifest(string json, string place)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        if (node.ContainsKey("layer"))
        {
            Read(new() { ["id"] = "acme.example", ["entry"] = new JsonObject { ["assembly"] = "a.dll", ["type"] = "A" }, ["namespaces"] = new JsonArray(node) }, place);
            return;
        }
        (_manifest, _manifestText) = Read(node, place);
    }

    /// <summary>The schema of the manifest's first namespace.</summary>
    public void TakeSchema(string json, string place)
    {
        using var document = JsonDocument.Parse(json);
        Assert.NotNull(JsonSchema.Compile(document.RootElement));
        Assert.True(_manifest is { Namespaces: [{ Schema.Length: > 0 }, ..] }, $"{place}: no manifest before it names a schema");
        _schema = json;
    }

    /// <summary>Flags that let a configuration be built although there is no code.</summary>
    public IEnumerable<string> WithoutCode => _manifest is null ? [] : _manifest.Namespaces.SelectMany(static n => (string[])["--allow-missing", n.Name]);

    /// <summary>Writes what there is.</summary>
    public void InstallIn(Folder folder)
    {
        var plugins = Directory.CreateDirectory(Path.Combine(folder.Path, Folder)).FullName;
        if (_manifest is null)
            return;
        var own = Directory.CreateDirectory(Path.Combine(plugins, _manifest.Id)).FullName;
        File.WriteAllText(Path.Combine(own, PluginManifest.FileName), _manifestText);
        if (_schema is not null)
            File.WriteAllText(Path.Combine(own, _manifest.Namespaces[0].Schema), _schema);
    }

    private static (PluginManifest Manifest, string Text) Read(JsonObject manifest, string place)
    {
        // A build fills these in.
        manifest["version"] = "1.0.0";
        manifest["sdk"] ??= "[0.2,1.0)";
        var text = manifest.ToJsonString();
        var found = new ConfigDiagnostics();
        var read = ManifestReader.Read(place, Encoding.UTF8.GetBytes(text), found);
        Assert.True(read is not null && found.All.Count == 0, $"{place}: {string.Join('\n', found.All)}");
        return (read!, text);
    }
}
