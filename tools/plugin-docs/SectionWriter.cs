using System.Text;
using System.Text.Json;

namespace PluginDocs;

/// <summary>Writes the sections of a place: description, table of attributes, what holds between them.</summary>
internal sealed class SectionWriter(SchemaFiles files, Sections sections, string prefix)
{
    private readonly ValueCells _cells = new(files, sections, prefix);

    private sealed record Attribute(string Cell, string Path, SchemaNode Schema, bool IsRequired);

    /// <summary>Everything below a section's heading but the sections it links to.</summary>
    /// <param name="section">What to describe.</param>
    /// <param name="page">Where to write it.</param>
    /// <param name="said">A description that the reader has just read.</param>
    public void Write(Section section, StringBuilder page, string said = "")
    {
        var schema = section.Schema;
        if (_cells.Description(schema) is { Length: > 0 } description && description != said)
            page.Append(description).Append("\n\n");
        var attributes = Attributes(schema, section.Path).ToArray();
        if (attributes.Length > 0)
            WriteTable(attributes, page);
        else if (!schema.IsAnything)
            WriteValue(section, page);
        var rules = new SchemaRules(files, _cells).Of(schema, section.Path).ToArray();
        foreach (var rule in rules)
            page.Append("- ").Append(rule).Append('\n');
        if (rules.Length > 0)
            page.Append('\n');
    }

    /// <summary>The sections that others linked to, until none is left.</summary>
    public void WritePending(StringBuilder page)
    {
        while (sections.TryNext(out var section))
        {
            page.Append("### ").Append(section.Heading).Append("\n\n");
            Write(section, page);
        }
    }

    // What allOf adds stands in the same object.
    private IEnumerable<Attribute> Attributes(SchemaNode schema, string path)
    {
        var found = new Dictionary<string, Attribute>(StringComparer.Ordinal);
        var required = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in Parts(schema, 0))
        {
            required.UnionWith(part.Texts("required"));
            foreach (var (name, value) in part.Children("properties"))
                found.TryAdd(name, new(Markdown.Code(name), Below(path, name), value, false));
            foreach (var (pattern, value) in part.Children("patternProperties").Where(static p => !ValueCells.IsComment(p.Name)))
                found.TryAdd($"/{pattern}/", new($"names that match {Markdown.Code(pattern)}", Below(path, "NAME"), value, false));
            if (part.Child("additionalProperties") is { Value.ValueKind: JsonValueKind.Object } others)
                found.TryAdd("*", new(found.Count == 0 ? "any name" : "any other name", Below(path, "NAME"), others, false));
        }
        return found.Select(a => a.Value with { IsRequired = required.Contains(a.Key) });
    }

    private IEnumerable<SchemaNode> Parts(SchemaNode schema, int depth)
    {
        if (depth == 16)
            throw new DocsException($"{schema.Key}: \"allOf\" is nested too deep, or in a circle");
        yield return schema;
        foreach (var (_, part) in schema.Children("allOf"))
        {
            foreach (var nested in Parts(files.Resolve(part), depth + 1))
                yield return nested;
        }
    }

    private void WriteTable(Attribute[] attributes, StringBuilder page)
    {
        page.Append("| attribute | type | default | allowed | description |\n| --- | --- | --- | --- | --- |\n");
        foreach (var attribute in attributes)
        {
            string[] cells =
            [
                attribute.Cell, _cells.Type(attribute.Schema, attribute.Path), attribute.IsRequired ? "**required**" : _cells.Default(attribute.Schema),
                _cells.Allowed(attribute.Schema), _cells.Description(attribute.Schema),
            ];
            page.Append('|').AppendJoin('|', cells.Select(static c => c.Length == 0 ? " " : $" {c} ")).Append("|\n");
        }
        page.Append('\n');
    }

    // A value without attributes: a list, or one of several forms.
    private void WriteValue(Section section, StringBuilder page)
    {
        var type = _cells.Type(section.Schema, section.Path.Length == 0 ? "value" : section.Path);
        page.Append("Type: ").Append(type);
        if (_cells.Allowed(section.Schema) is { Length: > 0 } allowed)
            page.Append("; ").Append(allowed);
        page.Append(".\n\n");
    }

    private static string Below(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
