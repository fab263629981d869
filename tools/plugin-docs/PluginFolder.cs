using System.Text.Json;

namespace PluginDocs;

/// <summary>A namespace, or a plugin of the language's kinds, that a manifest declares.</summary>
/// <param name="Name">As in the configuration; <c>plugin/KIND NAME</c> for the language's kinds.</param>
/// <param name="Scope">Whose <c>extra_config</c>; empty for the language's kinds.</param>
/// <param name="Layer">Layer, or kind.</param>
/// <param name="Schema">Full path of its schema, or <see langword="null"/>.</param>
/// <param name="Stages">Where the code puts it, such as <c>ClientStages.Martian</c>; empty for layers without order.</param>
internal sealed record Declared(string Name, string Scope, string Layer, string? Schema, IReadOnlyList<string> Stages);

/// <summary>One folder of <c>plugins</c>.</summary>
/// <param name="Folder">Its full path.</param>
/// <param name="Id">Id of the plugin.</param>
/// <param name="Description">Its sentence.</param>
/// <param name="Declared">What it provides, in the manifest's order.</param>
/// <param name="Others">Encodings and kinds of discovery: what, name, layer.</param>
/// <param name="Permissions">What it may do, by kind.</param>
internal sealed record PluginFolder(
    string Folder, string Id, string Description, IReadOnlyList<Declared> Declared,
    IReadOnlyList<(string What, string Name, string Layer)> Others, IReadOnlyList<(string Kind, IReadOnlyList<string> Values)> Permissions)
{
    /// <summary>Reads a folder.</summary>
    public static PluginFolder Read(string folder)
    {
        var file = Path.Combine(folder, "plugin.json");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return Read(folder, document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DocsException($"{file} is no manifest: {exception.Message}");
        }
    }

    private static PluginFolder Read(string folder, JsonElement manifest)
    {
        var stages = SourceStages.Read(folder);
        var declared = Members(manifest, "namespaces").Select(n => Namespace(n, folder, stages)).Concat(Members(manifest, "plugins").Select(p => Kind(p, folder))).ToArray();
        var others = Members(manifest, "encodings").Select(static e => ("encoding", Required(e, "name"), Required(e, "layer")))
            .Concat(Members(manifest, "discovery").Select(static d => ("discovery", Required(d, "name"), ""))).ToArray();
        var permissions = manifest.TryGetProperty("permissions", out var granted)
            ? granted.EnumerateObject().Select(static p => (p.Name, (IReadOnlyList<string>)[.. p.Value.EnumerateArray().Select(static v => v.GetString()!)])).ToArray()
            : [];
        return new(folder, Required(manifest, "id"), Text(manifest, "description") ?? "", declared, others, permissions);
    }

    private static Declared Namespace(JsonElement declared, string folder, SourceStages stages)
    {
        var (name, layer) = (Required(declared, "name"), Required(declared, "layer"));
        return new(name, Required(declared, "scope"), layer, Schema(declared, folder), stages.Of(layer, name));
    }

    private static Declared Kind(JsonElement declared, string folder)
    {
        var kind = Required(declared, "kind");
        var name = kind is "request-modifier" or "response-modifier" ? "req-resp-modifier" : kind;
        return new($"plugin/{name} {Required(declared, "name")}", "", kind, Schema(declared, folder), []);
    }

    private static string? Schema(JsonElement declared, string folder) =>
        Text(declared, "schema") is { Length: > 0 } schema ? Path.GetFullPath(Path.Combine(folder, schema)) : null;

    private static IEnumerable<JsonElement> Members(JsonElement manifest, string name) => manifest.TryGetProperty(name, out var members) ? members.EnumerateArray() : [];

    private static string Required(JsonElement member, string name) => Text(member, name) ?? throw new KeyNotFoundException($"\"{name}\" is missing in {member.GetRawText()}");

    private static string? Text(JsonElement member, string name) => member.TryGetProperty(name, out var text) ? text.GetString() : null;
}
