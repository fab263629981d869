using System.Runtime.InteropServices;
using Gateway.Sidecars.Processes;

namespace Gateway.Sidecars.Connections;

/// <summary>A folder for the sockets of a gateway's sidecars that nobody else may enter (mode 0700); gone with it, also when that is killed.</summary>
public sealed class PrivateFolder : IDisposable
{
    // sun_path of unix(7), with its final zero.
    private const int MostPath = 108;

    private readonly DirectoryInfo _folder;
    private int _sockets;

    /// <summary>Makes one below the folder for temporary files.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public PrivateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("gw-");
        GroupGuard.Add(Path);
    }

    /// <summary>Where it is.</summary>
    public string Path => _folder.FullName;

    /// <summary>Hands the folder over to the user whose process makes sockets in it. Linux.</summary>
    /// <exception cref="IOException">The gateway may not do that.</exception>
    public void GiveTo(uint user, uint group)
    {
        if (Native.ChangeOwner(Path, user, group) != 0)
            throw new IOException($"{Path} cannot be given to user {user}: {Marshal.GetLastPInvokeErrorMessage()}; a sidecar with a user of its own needs a gateway that may change users");
    }

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
        GroupGuard.Remove(Path);
    }
}
