using System.Text;

namespace PluginDocs;

/// <summary>All pages of the folder <c>docs/plugins/reference</c>.</summary>
internal sealed class Reference
{
    private readonly string _folder;

    private Reference(string folder, SortedDictionary<string, string> pages) => (_folder, Pages) = (folder, pages);

    /// <summary>Text by file name.</summary>
    public IReadOnlyDictionary<string, string> Pages { get; }

    /// <summary>Makes the pages of a project's plugins; writes nothing.</summary>
    public static Reference Of(string root)
    {
        var folder = Path.GetFullPath(Path.Combine(root, "docs", "plugins", "reference"));
        var plugins = Directory.GetDirectories(Path.GetFullPath(Path.Combine(root, "plugins"))).Where(static d => File.Exists(Path.Combine(d, "plugin.json")))
            .Order(StringComparer.Ordinal).Select(PluginFolder.Read).ToArray();
        var files = new SchemaFiles();
        var pages = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var index = new StringBuilder("# Reference of the plugins\n\nOne page per namespace of `extra_config` that a plugin of this repository provides. [Plugins](../../../plugins/README.md) has their READMEs, [Configuration](../../configuration.md) what core knows itself.\n\n");
        index.Append("| namespace | where | plugin | |\n| --- | --- | --- | --- |\n");
        foreach (var offers in plugins.SelectMany(static p => p.Declared.Select(d => (Plugin: p, Declared: d))).GroupBy(static o => o.Declared.Name).OrderBy(static g => g.Key, StringComparer.Ordinal))
        {
            var page = new NamespacePage(offers.Key, [.. offers], files, folder);
            var name = NamespacePage.FileName(offers.Key);
            if (!pages.TryAdd(name, page.Render()))
                throw new DocsException($"two namespaces would have the page {name}");
            var scopes = offers.Select(static o => o.Declared.Scope.Length > 0 ? o.Declared.Scope : o.Declared.Layer).Distinct();
            index.Append($"| [{Markdown.Code(offers.Key)}]({name}) | {string.Join(", ", scopes)} | {string.Join(", ", offers.Select(static o => o.Plugin.Id).Distinct())} | {page.Summary} |\n");
        }
        AddOthers(plugins, index);
        if (!pages.TryAdd("README.md", index.ToString()))
            throw new DocsException("a namespace would have the page README.md, which is the index");
        return new(folder, pages);
    }

    /// <summary>Writes the pages and deletes those of namespaces that are no more.</summary>
    public void Write()
    {
        Directory.CreateDirectory(_folder);
        foreach (var surplus in Existing().Except(Pages.Keys, StringComparer.Ordinal))
            File.Delete(Path.Combine(_folder, surplus));
        foreach (var (name, text) in Pages)
            File.WriteAllText(Path.Combine(_folder, name), text);
    }

    /// <summary>A line per page that is not as it would be written.</summary>
    public IEnumerable<string> Differences()
    {
        foreach (var (name, text) in Pages)
        {
            var file = Path.Combine(_folder, name);
            if (!File.Exists(file))
                yield return $"{file} is missing; run tools/plugin-docs";
            else if (File.ReadAllText(file).ReplaceLineEndings("\n") != text)
                yield return $"{file} differs; run tools/plugin-docs";
        }
        foreach (var surplus in Existing().Except(Pages.Keys, StringComparer.Ordinal))
            yield return $"{Path.Combine(_folder, surplus)} belongs to no namespace; run tools/plugin-docs";
    }

    private IEnumerable<string> Existing() =>
        Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*.md").Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal) : [];

    private static void AddOthers(PluginFolder[] plugins, StringBuilder index)
    {
        var others = plugins.SelectMany(static p => p.Others.Select(o => (Plugin: p, Other: o))).OrderBy(static o => o.Other.What, StringComparer.Ordinal).ThenBy(static o => o.Other.Name, StringComparer.Ordinal).ToArray();
        if (others.Length == 0)
            return;
        index.Append("\n## Values of other attributes\n\n| value | is | plugin |\n| --- | --- | --- |\n");
        foreach (var (plugin, (what, name, layer)) in others)
        {
            var meaning = what == "discovery" ? "a value of a backend's `sd`" : layer == "decoder" ? "a value of a backend's `encoding`" : "a value of an endpoint's `output_encoding`";
            index.Append($"| {Markdown.Code(name)} | {meaning} | {plugin.Id} |\n");
        }
    }
}
