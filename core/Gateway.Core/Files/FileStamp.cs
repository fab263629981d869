using System.Text;

namespace Gateway.Core.Files;

/// <summary>What tells two states of a file or a folder apart.</summary>
/// <param name="Target">What a link names; empty for what is no link.</param>
/// <param name="Place">Device and number of the file behind all links, where the system has such; else 0.</param>
/// <param name="Length">Bytes; -1 for a folder, -2 for what is not there or cannot be looked at.</param>
/// <param name="Written">Time of the last writing, in ticks.</param>
/// <param name="Entries">Names in a folder, without hidden ones and the backups of editors.</param>
/// <remarks>A class: a collection of a structure of the gateway's own would be compiled at run time.</remarks>
internal sealed record FileStamp(string Target, FilePlace Place, long Length, long Written, string Entries)
{
    private static readonly FileStamp s_missing = new("", default, -2, 0, "");

    /// <summary>How a path is now; never fails.</summary>
    public static FileStamp Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (Directory.Exists(path))
                return new(file.LinkTarget ?? "", FilePlace.Of(path), -1, 0, EntriesOf(path));
            // Of a link these are the link's own; what it leads to counts.
            var content = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return content.Exists ? new(file.LinkTarget ?? "", FilePlace.Of(path), content.Length, content.LastWriteTimeUtc.Ticks, "") : s_missing;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // A path that cannot be looked at is as good as none, until it can.
            return s_missing;
        }
    }

    private static string EntriesOf(string folder)
    {
        var names = Directory.GetFileSystemEntries(folder).Select(static entry => Path.GetFileName(entry)).Where(IsContent).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var name in names)
            text.Append(name).Append('/');
        return text.ToString();
    }

    private static bool IsContent(string name) => !name.StartsWith('.') && !name.EndsWith('~');
}
