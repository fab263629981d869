using System.Text.RegularExpressions;
using Gateway.Core.Plugins;

namespace Gateway.Templates;

/// <summary>
/// The templates of plugins that lie beside the executable: the files of <c>common</c> with those of <c>kinds/KIND</c> over them, and the
/// tokens of sdk/templates/README.md replaced in contents and paths.
/// </summary>
internal sealed partial class PluginTemplate
{
    private const string SettingsFolder = ".template.config/";
    private const string NamespaceToken = "acme/sample";

    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);

    private PluginTemplate(string kind)
    {
        Read(Path.Combine(Root, "common"));
        Read(Path.Combine(Root, "kinds", kind));
    }

    private static string Root => Path.Combine(AppContext.BaseDirectory, "templates");

    /// <summary>Every kind, sorted.</summary>
    /// <exception cref="DirectoryNotFoundException">The templates are not beside the executable.</exception>
    public static string[] Kinds() => [.. Directory.GetDirectories(Path.Combine(Root, "kinds")).Select(static d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    /// <summary>Reads the template of a kind.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    public static PluginTemplate Of(string kind) => new(kind);

    /// <summary>Whether plugins of this kind handle a namespace of <c>extra_config</c>.</summary>
    public bool HasNamespace => _files.Values.Any(static content => content.Contains(NamespaceToken, StringComparison.Ordinal));

    /// <summary>The files of a new plugin by path, with <c>/</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="extraConfigNamespace">The namespace that it handles, where it handles one.</param>
    public SortedDictionary<string, string> Instantiate(TemplateName name, string extraConfigNamespace)
    {
        string Replace(string text) => Token().Replace(text, match => match.Value switch
        {
            "Acme.Sample" => name.Project,
            "acme.sample" => name.Id,
            NamespaceToken => extraConfigNamespace,
            "Sample" => name.Class,
            _ => SharedAssemblies.SdkVersion.ToString(),
        });
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, content) in _files)
            files.Add(Replace(path), Replace(content));
        return files;
    }

    private void Read(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
        {
            var path = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            if (!path.StartsWith(SettingsFolder, StringComparison.Ordinal))
                _files[path] = File.ReadAllText(file);
        }
    }

    // At each place the longest token that fits.
    [GeneratedRegex(@"Acme\.Sample|acme\.sample|acme/sample|0\.0\.0-sdk|Sample")]
    private static partial Regex Token();
}
