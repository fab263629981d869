namespace Gateway.Inspection;

/// <summary>The files of a plugin by their paths inside of its folder, with <c>/</c>.</summary>
internal sealed class PluginFiles
{
    /// <summary>Files that a plugin may consist of.</summary>
    public const int Most = 10_000;

    private readonly HashSet<string> _exact;
    private readonly Dictionary<string, string> _anyCase = new(StringComparer.OrdinalIgnoreCase);

    private PluginFiles(string folder, IEnumerable<string> paths)
    {
        Folder = folder;
        _exact = new(paths, StringComparer.Ordinal);
        foreach (var path in _exact)
            _anyCase.TryAdd(path, path);
    }

    /// <summary>The plugin's folder.</summary>
    public string Folder { get; }

    /// <summary>Every file, sorted.</summary>
    public IEnumerable<string> All => _exact.Order(StringComparer.Ordinal);

    /// <summary>Lists a folder; links that lead out of it are reported and left out.</summary>
    public static PluginFiles Of(string folder, FindingList findings)
    {
        var paths = new List<string>();
        var pending = new Stack<DirectoryInfo>([new DirectoryInfo(folder)]);
        while (pending.TryPop(out var next) && paths.Count <= Most)
        {
            foreach (var entry in next.EnumerateFileSystemInfos())
            {
                var path = Path.GetRelativePath(folder, entry.FullName).Replace('\\', '/');
                if (entry.LinkTarget is not null && LeadsOut(folder, entry))
                    findings.Error(FindingCode.FileLink, path, "it is a link that leads out of the plugin's folder", "put the file itself there: the folder is copied and moved as a whole");
                else if (entry is FileInfo)
                    paths.Add(path);
                else if (entry.LinkTarget is null)
                    pending.Push((DirectoryInfo)entry);
            }
        }
        if (paths.Count > Most)
            findings.Warning(FindingCode.FileUnlisted, ".", $"the folder has more than {Most} files; only those were looked at", "ship what the plugin needs and nothing else");
        return new(folder, paths);
    }

    /// <summary>Whether there is a file, spelt like that.</summary>
    public bool Has(string path) => _exact.Contains(path.Replace('\\', '/'));

    /// <summary>The file that differs in letter case only, or <see langword="null"/>.</summary>
    public string? InOtherCase(string path) => Has(path) ? null : _anyCase.GetValueOrDefault(path.Replace('\\', '/'));

    /// <summary>Absolute path of a file.</summary>
    public string PathOf(string path) => Path.Combine(Folder, path);

    private static bool LeadsOut(string folder, FileSystemInfo entry) =>
        entry.ResolveLinkTarget(returnFinalTarget: true) is not { } target || !target.FullName.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
