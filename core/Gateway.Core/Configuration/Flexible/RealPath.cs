namespace Gateway.Core.Configuration.Flexible;

/// <summary>The path of a file or folder without symbolic links in it.</summary>
internal static class RealPath
{
    // As many as Linux follows.
    private const int MostLinks = 40;

    /// <summary>Follows every link on the way; what does not exist stays as it is.</summary>
    /// <param name="absolute">An absolute path without <c>..</c>.</param>
    /// <exception cref="SourceFileException">Links lead in a circle, or one cannot be read.</exception>
    public static string Of(string absolute)
    {
        var resolved = Path.GetPathRoot(absolute)!;
        var pending = new Stack<string>();
        Push(pending, absolute[resolved.Length..]);
        var links = 0;
        while (pending.TryPop(out var step))
        {
            if (step == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }
            var next = Path.Combine(resolved, step);
            if (LinkTarget(next, absolute) is not { } target)
            {
                resolved = next;
                continue;
            }
            if (++links > MostLinks)
                throw new SourceFileException(absolute, "too many symbolic links on the way");
            if (Path.IsPathRooted(target))
                resolved = Path.GetPathRoot(target)!;
            Push(pending, target[(Path.GetPathRoot(target)?.Length ?? 0)..]);
        }
        return resolved;
    }

    /// <summary>Whether a path is a folder or lies below it; both without links.</summary>
    public static bool IsWithin(string path, string folder)
    {
        var end = Path.TrimEndingDirectorySeparator(folder);
        return path.StartsWith(end, StringComparison.Ordinal)
            && (path.Length == end.Length || Path.EndsInDirectorySeparator(end) || path[end.Length] == Path.DirectorySeparatorChar);
    }

    private static void Push(Stack<string> pending, string path)
    {
        var steps = path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        for (var i = steps.Length - 1; i >= 0; i--)
        {
            if (steps[i] is not ("" or "."))
                pending.Push(steps[i]);
        }
    }

    private static string? LinkTarget(string path, string whole)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceFileException(whole, e.Message);
        }
    }
}
