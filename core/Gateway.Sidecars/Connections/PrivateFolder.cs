namespace Gateway.Sidecars.Connections;

/// <summary>A folder for the sockets of a gateway's sidecars that nobody else may enter (mode 0700); gone with it.</summary>
public sealed class PrivateFolder : IDisposable
{
    // sun_path of unix(7), with its final zero.
    private const int MostPath = 108;

    private readonly DirectoryInfo _folder;
    private int _sockets;

    /// <summary>Makes one below the folder for temporary files.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public PrivateFolder() => _folder = Directory.CreateTempSubdirectory("gw-");

    /// <summary>Where it is.</summary>
    public string Path => _folder.FullName;

    /// <summary>A path for one more socket.</summary>
    /// <exception cref="IOException">The path is longer than a socket's may be.</exception>
    public string NextSocket()
    {
        var path = System.IO.Path.Combine(Path, Interlocked.Increment(ref _sockets).ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (System.Text.Encoding.UTF8.GetByteCount(path) >= MostPath)
            throw new IOException($"{path} is too long for the path of a Unix socket, {MostPath - 1} bytes at most; set TMPDIR to a shorter one");
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody cleaned up before.
        }
    }
}
