using System.Text.Json.Nodes;

namespace Gateway.EndToEnd.Plugins;

/// <summary>The folder of a plugin that runs as a process of its own.</summary>
internal sealed class SidecarFolder : IDisposable
{
    private readonly Folder _parent = new();

    /// <summary>Makes one with a manifest for a proxy component <c>acme/side</c>.</summary>
    /// <param name="command">What starts it.</param>
    /// <param name="edit">Last changes to the manifest.</param>
    public SidecarFolder(IEnumerable<string> command, Action<JsonObject>? edit = null)
    {
        var manifest = new JsonObject
        {
            ["id"] = "acme.side",
            ["version"] = "1.0.0",
            ["description"] = "A plugin beside the gateway.",
            ["sdk"] = "[0.1,1.0)",
            ["runtime"] = "process",
            ["entry"] = new JsonObject { ["command"] = new JsonArray([.. command.Select(static c => (JsonNode)c)]) },
            ["namespaces"] = new JsonArray(new JsonObject { ["name"] = "acme/side", ["scope"] = "endpoint", ["layer"] = "proxy" }),
        };
        edit?.Invoke(manifest);
        Write("plugin.json", manifest.ToJsonString(new() { WriteIndented = true }));
    }

    /// <summary>The folder above, for <c>--plugins</c>.</summary>
    public string Parent => _parent.Path;

    /// <summary>The plugin's folder.</summary>
    public string Path => System.IO.Path.Combine(_parent.Path, "acme.side");

    /// <summary>Writes a file of the plugin, a program if it says so.</summary>
    public string Write(string name, string content, bool isProgram = false)
    {
        var file = _parent.Write(System.IO.Path.Combine("acme.side", name), content);
        if (isProgram && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
        return file;
    }

    public void Dispose() => _parent.Dispose();
}
