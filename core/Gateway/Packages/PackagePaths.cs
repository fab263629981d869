using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Packages;

/// <summary>
/// The paths of a package's files, each judged before anything is written: one that a system takes for a place outside of the folder, for a
/// device or for another file of the package is refused on all systems alike.
/// </summary>
/// <param name="origin">What the files belong to, for messages.</param>
internal sealed class PackagePaths(string origin)
{
    private const int Longest = 512;
    private const int LongestPart = 255;

    private static readonly string[] s_devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    private readonly HashSet<string> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _folders = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a file.</summary>
    /// <param name="path">Relative, with <c>/</c>.</param>
    /// <exception cref="PackageException">It is not acceptable, or not beside the others.</exception>
    public void Add(string path)
    {
        if (Fault(path) is { } fault)
            throw new PackageException($"{origin}: {ConfigText.Quote(path)} {fault}");
        if (!_files.Add(path))
            throw new PackageException($"{origin}: {ConfigText.Quote(path)} is there twice (systems that ignore letter case would keep one of them)");
        if (_folders.ContainsKey(path))
            throw new PackageException($"{origin}: {ConfigText.Quote(path)} is a file and a folder");
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            AddFolder(path[..slash], path);
    }

    private void AddFolder(string folder, string path)
    {
        if (_files.Contains(folder))
            throw new PackageException($"{origin}: {ConfigText.Quote(path)} lies in {ConfigText.Quote(folder)}, which is a file");
        if (!_folders.TryAdd(folder, folder) && _folders[folder] != folder)
            throw new PackageException($"{origin}: {ConfigText.Quote(path)} lies in {ConfigText.Quote(folder)}, which is spelt {ConfigText.Quote(_folders[folder])} elsewhere");
    }

    /// <summary>What is wrong with a path, as the end of a sentence that begins with it; <see langword="null"/> when nothing is.</summary>
    public static string? Fault(string path)
    {
        if (path.Length is 0 or > Longest)
            return $"is no path of 1 to {Longest} characters";
        if (path.Any(char.IsControl) || path.EnumerateRunes().Any(static r => r == Rune.ReplacementChar))
            return "has control characters or broken text in its name";
        if (path.Contains('\\', StringComparison.Ordinal))
            return "has a backslash, which separates folders on some systems";
        if (path[0] == '/')
            return "is an absolute path";
        if (path.Contains(':', StringComparison.Ordinal))
            return "names a drive or a stream with its colon";
        foreach (var part in path.Split('/'))
        {
            if (PartFault(part) is { } fault)
                return fault;
        }
        return null;
    }

    private static string? PartFault(string part)
    {
        if (part is "" or "." or "..")
            return "leads out of the plugin's folder, or takes a detour";
        if (Encoding.UTF8.GetByteCount(part) > LongestPart)
            return $"has a name of more than {LongestPart} bytes";
        if (part[^1] is '.' or ' ' || part.AsSpan().ContainsAny("<>\"|?*"))
            return "has a name that not every system can have (< > \" | ? *, or a dot or space at its end)";
        return IsDevice(part) ? "names a device" : null;
    }

    /// <summary>Whether a system takes a name for one of its devices, whatever its extension.</summary>
    public static bool IsDevice(string name)
    {
        var stem = name.Split('.')[0].TrimEnd(' ');
        return s_devices.Contains(stem, StringComparer.OrdinalIgnoreCase)
            || (stem.Length == 4 && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase)) && "123456789¹²³".Contains(stem[3], StringComparison.Ordinal));
    }
}
