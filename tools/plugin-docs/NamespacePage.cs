using System.Text;

namespace PluginDocs;

/// <summary>The page of one namespace, with everything that provides it.</summary>
internal sealed class NamespacePage(string name, IReadOnlyList<(PluginFolder Plugin, Declared Declared)> offers, SchemaFiles files, string folder)
{
    /// <summary>Its sentence, for the index too.</summary>
    public string Summary => offers.Select(o => o.Declared.Schema is { } schema ? files.Read(schema).Text("description") : null).FirstOrDefault(static d => d is not null) is { } text
        ? Markdown.Text(text)
        : Markdown.Text(offers[0].Plugin.Description);

    /// <summary>File name of a namespace's page.</summary>
    public static string FileName(string name) => $"{name.Replace('/', '-').Replace(' ', '-')}.md";

    /// <summary>The whole page.</summary>
    public string Render()
    {
        var page = new StringBuilder($"# {Markdown.Code(name)}\n\n{Summary}\n\n");
        foreach (var plugin in offers.Select(static o => o.Plugin).Distinct())
            WritePlugin(plugin, page);
        var sections = new Sections();
        sections.Reserve(Markdown.Code(name));
        var places = offers.GroupBy(static o => (o.Plugin, o.Declared.Scope, Part: o.Declared.Scope.Length == 0 ? o.Declared.Layer : "", o.Declared.Schema)).ToArray();
        foreach (var place in places)
        {
            var (plugin, scope, kind, schema) = place.Key;
            var prefix = places.Length > 1 ? scope.Length > 0 ? scope : kind : "";
            var heading = scope.Length > 0 ? Place.Scope(scope) : $"As {kind}";
            if (offers.Any(o => o.Plugin != plugin))
                heading += $" ({plugin.Id})";
            WritePlace(heading, prefix, [.. place.Select(static o => o.Declared)], schema, sections, page);
        }
        page.Append("Keys that begin with `@`, `$`, `_` or `#` are comments. This page is made from `plugin.json` and the schema files by `tools/plugin-docs`.\n");
        return page.ToString();
    }

    private void WritePlugin(PluginFolder plugin, StringBuilder page)
    {
        var readme = Path.Combine(plugin.Folder, "README.md");
        var named = File.Exists(readme) ? $"[{Markdown.Text(plugin.Id)}]({Relative(readme)})" : Markdown.Text(plugin.Id);
        page.Append("Plugin: ").Append(named).Append(". ").Append(Markdown.Text(plugin.Description)).Append("\n\nPermissions: ");
        var granted = plugin.Permissions.Where(static p => p.Values.Count > 0).Select(static p => $"{p.Kind} {string.Join(", ", p.Values.Select(Markdown.Code))}").ToArray();
        page.Append(granted.Length == 0 ? "none" : string.Join("; ", granted)).Append(".\n\n");
    }

    private void WritePlace(string heading, string prefix, Declared[] layers, string? schema, Sections sections, StringBuilder page)
    {
        page.Append("## ").Append(heading).Append("\n\n| layer | position |\n| --- | --- |\n");
        foreach (var layer in layers)
        {
            var order = layer.Stages.Count == 0 ? "" : $"; {string.Join(" and ", layer.Stages.Select(Markdown.Code))} in the [order of stages]({Relative(Path.Combine(folder, "..", "contracts.md"))}#where-a-component-stands)";
            page.Append("| ").Append(layer.Layer).Append(" | ").Append(Place.Layer(layer.Layer)).Append(order).Append(" |\n");
        }
        page.Append('\n');
        if (schema is null)
        {
            sections.Reserve(heading);
            page.Append("The plugin has no schema: its README says what stands here.\n\n");
            return;
        }
        var writer = new SectionWriter(files, sections, prefix);
        writer.Write(sections.Place(heading, files.Resolve(files.Read(schema))), page, Summary);
        writer.WritePending(page);
    }

    private string Relative(string file) => Path.GetRelativePath(folder, file).Replace('\\', '/');
}
