using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sidecar.Components;

namespace KrakenPlugins.Sidecar.Hosting;

/// <summary>Who the plugin is, and what its manifest lets it see.</summary>
internal sealed class PluginIdentity
{
    private const string FileName = "plugin.json";

    private readonly Dictionary<(Layer Layer, string Name), Needs> _bounds = [];

    private PluginIdentity(string id, string version, string folder)
    {
        Id = id;
        Version = version;
        Folder = folder;
    }

    /// <summary>As in <c>plugin.json</c>.</summary>
    public string Id { get; }

    /// <summary>As in <c>plugin.json</c>.</summary>
    public string Version { get; }

    /// <summary>Folder of the plugin.</summary>
    public string Folder { get; }

    /// <summary>From the options, and where they say nothing from <c>plugin.json</c> in the folder.</summary>
    /// <exception cref="PluginProcessException">Neither says who the plugin is, or the manifest cannot be read.</exception>
    public static PluginIdentity Of(PluginProcessOptions options)
    {
        var folder = Path.GetFullPath(options.Folder);
        var file = Path.Combine(folder, FileName);
        var manifest = File.Exists(file) ? Read(file) : null;
        var id = options.Id ?? manifest?["id"]?.Text;
        var version = options.Version ?? manifest?["version"]?.Text;
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(version))
            throw new PluginProcessException($"{file} with \"id\" and \"version\" is missing; put plugin.json beside the program, or set {nameof(PluginProcessOptions.Id)} and {nameof(PluginProcessOptions.Version)}");
        var identity = new PluginIdentity(id, version, folder);
        identity.ReadBounds(manifest?["namespaces"], "layer");
        identity.ReadBounds(manifest?["plugins"], "kind");
        foreach (var own in options.Needs)
            identity.Bind(own.Layer, own.Name, own.Needs);
        return identity;
    }

    /// <summary>What a component is sent: all that its layer has, within what was declared.</summary>
    public Needs NeedsOf(Layer layer, string name)
    {
        var all = LayerNames.AllOf(layer);
        return _bounds.TryGetValue((layer, name), out var bound) ? LayerNames.Within(all, bound) : all;
    }

    private static ConfigNode Read(string file)
    {
        var found = new ConfigDiagnostics();
        try
        {
            return JsonConfigReader.Read(file, File.ReadAllBytes(file), found) ?? throw new PluginProcessException(string.Join('\n', found.All));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PluginProcessException($"cannot read {file}: {exception.Message}");
        }
    }

    private void ReadBounds(ConfigNode? list, string layerAttribute)
    {
        foreach (var item in list?.Items ?? [])
        {
            if (item["needs"] is { } needs && item["name"] is { } name && LayerOf(item[layerAttribute]?.Text) is { } layer)
                Bind(layer, name.Text, NeedsOf(needs));
        }
    }

    // A bound of a bound: what both allow.
    private void Bind(Layer layer, string name, Needs needs) =>
        _bounds[(layer, name)] = _bounds.TryGetValue((layer, name), out var bound) ? LayerNames.Within(needs, bound) : needs;

    private static Layer? LayerOf(string? name)
    {
        foreach (var layer in Enum.GetValues<Layer>())
        {
            if (LayerNames.NameOf(layer) == name)
                return layer;
        }
        return null;
    }

    private static Needs NeedsOf(ConfigNode node)
    {
        var needs = new Needs
        {
            RequestHead = IsTrue(node["request_head"]),
            RequestBody = BodyOf(node["request_body"]),
            ResponseHead = IsTrue(node["response_head"]),
            ResponseBody = BodyOf(node["response_body"]),
            Claims = IsTrue(node["claims"]),
        };
        foreach (var header in node["headers"]?.Items ?? [])
            needs.Headers.Add(header.Text);
        return needs;
    }

    private static bool IsTrue(ConfigNode? node) => node?.Text == "true";

    private static BodyNeed BodyOf(ConfigNode? node) => node?.Text switch
    {
        "buffered" => BodyNeed.Buffered,
        "streamed" => BodyNeed.Streamed,
        _ => BodyNeed.Unspecified,
    };
}
