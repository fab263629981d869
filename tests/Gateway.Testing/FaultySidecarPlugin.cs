using System.Text.Json.Nodes;

namespace Gateway.Testing;

/// <summary>
/// A plugin folder whose program is <c>tests/Gateway.FaultySidecar</c>, in a temporary folder for plugins that is deleted with it. The program marks
/// each answer with the request's <c>X-Marker</c> (or <c>marker</c> of the query): in the header <c>X-Sidecar-Marker</c> at <c>test/guard</c>, in the data
/// under <c>sidecar</c> elsewhere. It misbehaves where <c>X-Fault</c> (or <c>fault</c> of the query, or of the namespace's value) says so. A test project that
/// uses it refers to that project, without its assembly.
/// </summary>
public sealed class FaultySidecarPlugin : IDisposable
{
    /// <summary>Around an endpoint's exchanges.</summary>
    public const string Guard = "test/guard";

    /// <summary>Around an endpoint's data.</summary>
    public const string Proxy = "test/sidecar";

    /// <summary>Around a backend's HTTP call.</summary>
    public const string Client = "test/client";

    /// <summary>In place of a backend.</summary>
    public const string Executor = "test/executor";

    /// <param name="id">Its id.</param>
    /// <param name="process">The attribute <c>process</c> of the manifest.</param>
    /// <param name="edit">Last changes to the manifest.</param>
    public FaultySidecarPlugin(string id = "test.sidecar", JsonObject? process = null, Action<JsonObject>? edit = null)
    {
        Folder = Directory.CreateDirectory(Path.Combine(Plugins, id)).FullName;
        var manifest = new JsonObject
        {
            ["id"] = id,
            ["version"] = "1.0.0",
            ["sdk"] = "[0.1,1.0)",
            ["runtime"] = "process",
            ["entry"] = new JsonObject { ["command"] = new JsonArray(Program, Folder) },
            ["process"] = process ?? [],
            ["namespaces"] = new JsonArray(Namespace(Guard, "endpoint", "endpoint"), Namespace(Proxy, "endpoint", "proxy"), Namespace(Client, "backend", "client"), Namespace(Executor, "backend", "executor")),
            // Only for the .NET that it runs on.
            ["permissions"] = new JsonObject { ["environment"] = new JsonArray("DOTNET_ROOT") },
        };
        edit?.Invoke(manifest);
        File.WriteAllText(Path.Combine(Folder, "plugin.json"), manifest.ToJsonString());
    }

    /// <summary>Folder for <c>--plugins</c>.</summary>
    public string Plugins { get; } = Directory.CreateTempSubdirectory("sidecars-").FullName;

    /// <summary>The plugin's own folder; stands in the command line of its processes.</summary>
    public string Folder { get; }

    /// <summary>The executable, as the build made it.</summary>
    public static string Program { get; } = Find();

    /// <summary>How its processes misbehave from the next start on: <c>faults.json</c> of the program.</summary>
    public void Misbehave(string json)
    {
        // In one step: a process that starts meanwhile reads the old or the new.
        var next = Path.Combine(Folder, "faults.next");
        File.WriteAllText(next, json);
        File.Move(next, Path.Combine(Folder, "faults.json"), overwrite: true);
    }

    /// <summary>They behave well from the next start on.</summary>
    public void Behave() => File.Delete(Path.Combine(Folder, "faults.json"));

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Plugins, recursive: true);

    private static JsonObject Namespace(string name, string scope, string layer) => new() { ["name"] = name, ["scope"] = scope, ["layer"] = layer };

    private static string Find()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "Gateway.FaultySidecar", "bin", configuration, "net10.0", "Gateway.FaultySidecar"));
    }
}
