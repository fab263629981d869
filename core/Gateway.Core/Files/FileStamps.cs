namespace Gateway.Core.Files;

/// <summary>
/// Tells whether files and folders have changed, by looking at them when asked: what a file's name leads to, its length, time of writing
/// and place on disk, and what a folder holds. Notifications of the system are not used, because they miss bind mounts and folders whose
/// link is swapped (Kubernetes). Not for use by two threads at once.
/// </summary>
public sealed class FileStamps
{
    private Dictionary<string, FileStamp> _stamps = new(StringComparer.Ordinal);

    /// <summary>Notes how the paths are now.</summary>
    /// <param name="paths">Files and folders; those that do not exist are watched for their appearance.</param>
    public FileStamps(IReadOnlyList<string> paths) => Follow(paths);

    /// <summary>What is looked at.</summary>
    public IReadOnlyCollection<string> Paths => _stamps.Keys;

    /// <summary>Whether anything differs from how it was noted last.</summary>
    public bool HasChanged()
    {
        foreach (var (path, stamp) in _stamps)
        {
            if (stamp != FileStamp.Of(path))
                return true;
        }
        return false;
    }

    /// <summary>Notes how the paths are now.</summary>
    public void Renew()
    {
        foreach (var path in _stamps.Keys)
            _stamps[path] = FileStamp.Of(path);
    }

    /// <summary>
    /// Looks at other paths from now on. One that was looked at before keeps what was noted, so that a change in between is still seen.
    /// </summary>
    /// <param name="paths">Files and folders; those that do not exist are watched for their appearance.</param>
    /// <param name="earlier">How some of them were at an earlier time, for those that were not looked at before; or <see langword="null"/>.</param>
    public void Follow(IReadOnlyList<string> paths, FileStamps? earlier = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var stamps = new Dictionary<string, FileStamp>(StringComparer.Ordinal);
        foreach (var path in paths)
            stamps[path] = _stamps.GetValueOrDefault(path) ?? earlier?._stamps.GetValueOrDefault(path) ?? FileStamp.Of(path);
        _stamps = stamps;
    }
}
