using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.AwsSigV4.Signing;

/// <summary>
/// The canonical path of a request as it is sent. S3 takes paths as they are and encodes each byte once; other services remove empty segments
/// and dots, and encode what was sent once more.
/// </summary>
internal static class CanonicalPath
{
    public static void Write(PooledBytes output, ReadOnlySpan<char> path, bool isS3)
    {
        if (isS3)
        {
            CanonicalText.WriteEncoded(output, path, decodes: true, keepsSlashes: true);
            return;
        }
        if (!IsNormal(path))
            path = Normalize(path);
        CanonicalText.WriteEncoded(output, path, decodes: false, keepsSlashes: true);
    }

    private static bool IsNormal(ReadOnlySpan<char> path) =>
        path.IndexOf("//") < 0 && path.IndexOf("/./") < 0 && path.IndexOf("/../") < 0 && !path.EndsWith("/.") && !path.EndsWith("/..");

    private static string Normalize(ReadOnlySpan<char> path)
    {
        var segments = new List<string>();
        var isFolder = true;
        foreach (var range in path.Split('/'))
        {
            var segment = path[range];
            isFolder = segment is "" or "." or "..";
            if (segment is ".." && segments.Count > 0)
                segments.RemoveAt(segments.Count - 1);
            else if (!isFolder)
                segments.Add(segment.ToString());
        }
        return segments.Count == 0 ? "/" : $"/{string.Join('/', segments)}{(isFolder ? "/" : "")}";
    }
}
