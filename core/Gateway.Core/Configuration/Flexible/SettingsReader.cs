using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>Reads settings files into one tree, and notes every file that is wrong (CFG-067 to 069, 117 to 124).</summary>
internal sealed class SettingsReader(SourceFiles files, SettingsFindings findings, FlexibleLimits limits)
{
    private readonly List<string> _read = [];

    /// <summary>Paths of the files that were read, in the order of reading.</summary>
    public IReadOnlyList<string> Files => _read;

    /// <summary>Every <c>*.json</c> of a folder as one variable of its name: <c>FC_SETTINGS</c>.</summary>
    public ConfigNode ReadFolder(string folder)
    {
        var members = new List<ConfigMember>();
        foreach (var file in Scan(folder, static (scan, path) => scan.Direct(path, ".json")))
        {
            if (ReadFile(file.Path) is not { } content)
                continue;
            if (content.Kind == ConfigKind.Object)
                members.Add(new(file.Name[..^".json".Length], content.Position, content));
            else
                findings.Add(content.Position, $"a settings file holds an object, not {Describe(content)}");
        }
        return ConfigNode.Object(new(folder, 0, 0), members);
    }

    /// <summary>The files and folders of a behaviour file: <c>settings</c>.</summary>
    public ConfigNode ReadAll(BehaviourSettings settings)
    {
        var tree = new SettingsTree(settings.AllowOverwrite, findings, limits);
        foreach (var path in settings.Paths)
        {
            if (IsFolder(path))
                AddFolder(tree, path, settings);
            else if (ReadFile(path) is { } content)
                tree.Add([], content);
        }
        return tree.ToNode();
    }

    private void AddFolder(SettingsTree tree, string folder, BehaviourSettings settings)
    {
        foreach (var file in Scan(folder, static (scan, path) => scan.All(path)))
        {
            if (SuffixOf(file.Name, settings.AllowedSuffixes) is not { } suffix || ReadFile(file.Path) is not { } content)
                continue;
            // A file that is called ".env" is reached as ".env" all the same.
            var key = file.Name.Length > suffix.Length ? file.Name[..^suffix.Length] : file.Name.TrimStart('.');
            tree.Add([.. file.Folders.Select(name => settings.DirFieldPrefix + name), key], content);
        }
    }

    private bool IsFolder(string path)
    {
        try
        {
            return files.HasFolder(path);
        }
        catch (SourceFileException)
        {
            // Reading it as a file says what is wrong.
            return false;
        }
    }

    private IReadOnlyList<FoundFile> Scan(string folder, Func<FolderScan, string, IReadOnlyList<FoundFile>> scan)
    {
        try
        {
            return scan(new FolderScan(files, limits), folder);
        }
        catch (SourceFileException e)
        {
            findings.Add(e);
            return [];
        }
    }

    private ConfigNode? ReadFile(string path)
    {
        try
        {
            var content = files.Read(path);
            _read.Add(path);
            var found = new ConfigDiagnostics();
            var root = ConfigFormats.Read(path, content.Span, DocumentFormat.Of(path), found);
            findings.Add(found);
            return root;
        }
        catch (SourceFileException e)
        {
            findings.Add(e);
            return null;
        }
    }

    private static string? SuffixOf(string name, IReadOnlyList<string> suffixes)
    {
        string? longest = null;
        foreach (var suffix in suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal) && suffix.Length > (longest?.Length ?? -1))
                longest = suffix;
        }
        return longest;
    }

    private static string Describe(ConfigNode content) => content.Kind switch
    {
        ConfigKind.Array => "a list",
        ConfigKind.String => "a text",
        ConfigKind.Number => "a number",
        ConfigKind.Boolean => "true or false",
        _ => "null",
    };
}
