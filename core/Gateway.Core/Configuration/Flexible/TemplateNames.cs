namespace Gateway.Core.Configuration.Flexible;

/// <summary>A template by the name that others call it by.</summary>
/// <param name="Name">The name.</param>
/// <param name="Path">Its file, as configured.</param>
internal sealed record NamedTemplate(string Name, string Path);

/// <summary>
/// Names of templates: that of the file without folders. Of two files with one name the later one gets its folder in front
/// (<c>dir2_file.tmpl</c>), with one folder more for each further clash (CFG-126, 127).
/// </summary>
internal sealed class TemplateNames
{
    private readonly Dictionary<string, string> _taken = new(StringComparer.Ordinal);

    /// <summary>Takes a name for a file.</summary>
    /// <param name="path">The file, as configured.</param>
    /// <param name="other">The file that has the plain name, when there is one.</param>
    /// <returns>The name, or <see langword="null"/> when the path has no more folders to tell it apart by.</returns>
    public string? Take(string path, out string? other)
    {
        var steps = path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Where(static s => s != ".").ToArray();
        other = _taken.GetValueOrDefault(steps[^1]);
        for (var first = steps.Length - 1; first >= 0; first--)
        {
            var name = string.Join('_', steps[first..]);
            if (_taken.TryAdd(name, path))
                return name;
        }
        return null;
    }
}
