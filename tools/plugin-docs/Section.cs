namespace PluginDocs;

/// <summary>A part of a page that describes one schema.</summary>
/// <param name="Heading">Unique on its page.</param>
/// <param name="Schema">What it describes.</param>
/// <param name="Path">Path of the value, for the headings of what is nested in it.</param>
internal sealed record Section(string Heading, SchemaNode Schema, string Path)
{
    /// <summary>A link to it on its page.</summary>
    public string Link(string text) => $"[{text}](#{Markdown.Anchor(Heading)})";
}

/// <summary>The sections of one page: each schema has one, so that what refers to itself has an end.</summary>
internal sealed class Sections
{
    private readonly Dictionary<string, Section> _bySchema = new(StringComparer.Ordinal);
    private readonly HashSet<string> _anchors = new(StringComparer.Ordinal);
    private readonly Queue<Section> _pending = [];

    /// <summary>Takes a heading that the page has anyway.</summary>
    public void Reserve(string heading) => _anchors.Add(Markdown.Anchor(heading));

    /// <summary>What stands below a heading that the page has anyway. Another place of the page may describe the same.</summary>
    public Section Place(string heading, SchemaNode schema)
    {
        Reserve(heading);
        return _bySchema[schema.Key] = new(heading, schema, "");
    }

    /// <summary>The section of a schema, made when it is first asked for.</summary>
    /// <param name="schema">Its references are resolved.</param>
    /// <param name="prefix">Which place of the page it belongs to, or empty.</param>
    /// <param name="path">Path of the value, or the name of the definition.</param>
    public Section Of(SchemaNode schema, string prefix, string path)
    {
        if (_bySchema.TryGetValue(schema.Key, out var known))
            return known;
        var heading = prefix.Length == 0 ? Markdown.Code(path) : $"{prefix}: {Markdown.Code(path)}";
        var unique = heading;
        for (var number = 2; !_anchors.Add(Markdown.Anchor(unique)); number++)
            unique = $"{heading} ({number})";
        var section = _bySchema[schema.Key] = new(unique, schema, path);
        _pending.Enqueue(section);
        return section;
    }

    /// <summary>The next section that was asked for and is not written yet.</summary>
    public bool TryNext(out Section section) => _pending.TryDequeue(out section!);
}
