using System.Text.Json;
using System.Text.Json.Nodes;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>
/// The schema files of plugins (draft-06, draft-07 or 2019-09), each once among the definitions of the whole, their references led to
/// where they are now. A file that cannot be used is a warning, and what it describes takes any value.
/// </summary>
/// <param name="definitions">The definitions of the whole.</param>
/// <param name="whyUnusable">Says what is wrong with a file of a plugin as a schema, or <see langword="null"/>.</param>
/// <param name="diagnostics">Receives the warnings.</param>
internal sealed class SchemaFragments(JsonObject definitions, Func<FoundPlugin, string, string?> whyUnusable, ConfigDiagnostics diagnostics)
{
    private const int MaxBytes = 4 << 20;
    private const int MaxFilesPerPlugin = 100;

    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 200, AllowDuplicateProperties = false };

    private readonly Dictionary<string, int> _filesOf = new(StringComparer.Ordinal);

    /// <summary>A schema that refers to a file of a plugin.</summary>
    /// <param name="plugin">Whose.</param>
    /// <param name="file">Path in its folder; empty: the plugin says nothing about its configuration.</param>
    public JsonNode Reference(FoundPlugin plugin, string file)
    {
        if (file.Length == 0)
            return new JsonObject { ["description"] = plugin.Manifest!.Description };
        var key = Key(plugin, file);
        if (!definitions.ContainsKey(key))
            Define(plugin, file, key);
        return new JsonObject { ["$ref"] = Pointer(key) };
    }

    private void Define(FoundPlugin plugin, string file, string key)
    {
        var known = definitions.Select(static d => d.Key).ToHashSet(StringComparer.Ordinal);
        try
        {
            // By itself first: a mistake is named with its place in the plugin's own file.
            if (whyUnusable(plugin, file) is { } reason)
                throw new InvalidDataException(reason);
            Add(plugin, file, key);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidDataException or FormatException)
        {
            // What it refers to must not stay behind half done.
            foreach (var added in definitions.Select(static d => d.Key).Where(k => !known.Contains(k)).ToArray())
                definitions.Remove(added);
            definitions[key] = true;
            diagnostics.Warning(new(Path.Combine(plugin.Folder, file), 0, 0), "", $"the schema of plugin {plugin.Id} cannot be used, its settings are not checked: {exception.Message}");
        }
    }

    private void Add(FoundPlugin plugin, string file, string key)
    {
        if ((_filesOf[plugin.Folder] = _filesOf.GetValueOrDefault(plugin.Folder) + 1) > MaxFilesPerPlugin)
            throw new InvalidDataException($"the plugin has more than {MaxFilesPerPlugin} schema files");
        var fragment = JsonNode.Parse(Read(Path.Combine(plugin.Folder, file)), null, s_strict);
        if (fragment?.GetValueKind() is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
            throw new InvalidDataException("a schema is an object or a boolean");
        definitions[key] = fragment;
        if (fragment is not JsonObject root)
            return;
        var address = new Uri(Path.GetFullPath(Path.Combine(plugin.Folder, file)));
        new FragmentRebase(root, Pointer(key), address, other => ReferenceTo(plugin, other)).Run();
    }

    // The place of another file of the same plugin; null for an address of somebody else, such as a metaschema.
    private string? ReferenceTo(FoundPlugin plugin, Uri address)
    {
        if (!address.IsFile)
            return null;
        if (!plugin.Contains(address.LocalPath))
            throw new InvalidDataException($"it refers to {address.LocalPath}, outside of the plugin's folder");
        var file = Path.GetRelativePath(Path.GetFullPath(plugin.Folder), address.LocalPath);
        var key = Key(plugin, file);
        if (!definitions.ContainsKey(key))
            Add(plugin, file, key);
        return Pointer(key);
    }

    private static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > MaxBytes)
            throw new InvalidDataException($"{path} is larger than {MaxBytes >> 20} MiB");
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? content[3..] : content;
    }

    private static string Key(FoundPlugin plugin, string file) => $"{plugin.Id}/{file.Replace('\\', '/')}";

    private static string Pointer(string key) => "#/definitions/" + FragmentRebase.Escape(key);
}
