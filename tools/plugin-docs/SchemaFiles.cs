using System.Text.Json;

namespace PluginDocs;

/// <summary>The schema files of plugins, and what references in them mean.</summary>
internal sealed class SchemaFiles
{
    private readonly Dictionary<string, SchemaNode> _files = new(StringComparer.Ordinal);

    /// <summary>A whole file.</summary>
    public SchemaNode Read(string file)
    {
        if (_files.TryGetValue(file, out var known))
            return known;
        if (!File.Exists(file))
            throw new DocsException($"{file} does not exist, but a schema or a manifest names it");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return _files[file] = new(file, "", document.RootElement.Clone());
        }
        catch (JsonException exception)
        {
            throw new DocsException($"{file} is no JSON: {exception.Message}");
        }
    }

    /// <summary>What a schema stands for: the end of its references, or itself. An <c>allOf</c> of one reference is one, too.</summary>
    public SchemaNode Resolve(SchemaNode schema)
    {
        var start = schema;
        for (var hops = 0; Reference(schema) is { } reference; hops++)
        {
            if (hops == 32)
                throw new DocsException($"{start.Key}: its references go in a circle");
            schema = Target(schema, reference);
        }
        return schema;
    }

    // Only annotations beside the reference: an attribute's own description and default.
    private static string? Reference(SchemaNode schema)
    {
        if (schema.Text("$ref") is { } reference)
            return reference;
        if (schema.Children("allOf").ToArray() is not [var (_, only)] || only.Text("$ref") is not { } wrapped)
            return null;
        return schema.HasOnly("allOf", "description", "title", "default", "examples", "$comment", "$schema", "$id", "definitions", "$defs", "deprecated") ? wrapped : null;
    }

    private SchemaNode Target(SchemaNode from, string reference)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var address = hash < 0 ? reference : reference[..hash];
        var fragment = hash < 0 ? "" : Uri.UnescapeDataString(reference[(hash + 1)..]);
        var root = Read(from.File);
        if (address.Length > 0 && address != root.Text("$id"))
            root = Read(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(from.File)!, address)));
        if (fragment.Length > 0 && fragment[0] != '/')
            return Anchored(root, fragment) ?? throw Missing();

        var schema = root.Value;
        foreach (var part in fragment.Split('/').Skip(1).Select(static p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (schema.ValueKind == JsonValueKind.Array && int.TryParse(part, out var index) && index >= 0 && index < schema.GetArrayLength())
                schema = schema[index];
            else if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty(part, out schema))
                throw Missing();
        }
        return new(root.File, fragment, schema);

        DocsException Missing() => new($"{from.File}: \"$ref\": \"{reference}\" leads nowhere");
    }

    private static SchemaNode? Anchored(SchemaNode root, string anchor) =>
        root.Children("definitions").Concat(root.Children("$defs")).Select(static d => d.Schema)
            .Where(d => d.Text("$anchor") == anchor || d.Text("$id") == $"#{anchor}").Select(static d => (SchemaNode?)d).FirstOrDefault();
}
