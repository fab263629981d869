using System.Text.Json;

namespace PluginDocs;

/// <summary>A schema and where it stands.</summary>
/// <param name="File">Full path of its file.</param>
/// <param name="Pointer">JSON pointer in it; empty for the whole file.</param>
/// <param name="Value">An object, <c>true</c> or <c>false</c>.</param>
internal readonly record struct SchemaNode(string File, string Pointer, JsonElement Value)
{
    /// <summary>What tells it from every other schema.</summary>
    public string Key => $"{File}#{Pointer}";

    /// <summary>Last part of the pointer: the name of a definition.</summary>
    public string Name => Pointer[(Pointer.LastIndexOf('/') + 1)..].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    /// <summary>Whether anything fits.</summary>
    public bool IsAnything => Value.ValueKind == JsonValueKind.True || (Value.ValueKind == JsonValueKind.Object && !Value.EnumerateObject().Any());

    /// <summary>A keyword's value.</summary>
    public JsonElement? Get(string keyword) => Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(keyword, out var value) ? value : null;

    /// <summary>A keyword's text.</summary>
    public string? Text(string keyword) => Get(keyword) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>Texts of a keyword that is a list of them.</summary>
    public IReadOnlyList<string> Texts(string keyword) =>
        Get(keyword) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray().Where(static v => v.ValueKind == JsonValueKind.String).Select(static v => v.GetString()!)] : [];

    /// <summary>The schema under a keyword.</summary>
    public SchemaNode? Child(string keyword) =>
        Get(keyword) is { ValueKind: JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False } value ? this with { Pointer = $"{Pointer}/{Escaped(keyword)}", Value = value } : null;

    /// <summary>The schemas in a keyword that is an object of them (<c>properties</c>) or a list (<c>oneOf</c>), with their names.</summary>
    public IEnumerable<(string Name, SchemaNode Schema)> Children(string keyword)
    {
        var parent = $"{Pointer}/{keyword}";
        var file = File;
        return Get(keyword) switch
        {
            { ValueKind: JsonValueKind.Object } members => members.EnumerateObject().Select(m => (m.Name, new SchemaNode(file, $"{parent}/{Escaped(m.Name)}", m.Value))),
            { ValueKind: JsonValueKind.Array } members => members.EnumerateArray().Select((m, i) => ($"{i}", new SchemaNode(file, $"{parent}/{i}", m))),
            _ => [],
        };
    }

    /// <summary>Whether it has no other keyword than these.</summary>
    public bool HasOnly(params string[] keywords) =>
        Value.ValueKind == JsonValueKind.Object && Value.EnumerateObject().All(m => keywords.Contains(m.Name, StringComparer.Ordinal));

    private static string Escaped(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
