using System.Net;
using System.Net.Sockets;
using Gateway.Core.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gateway.Admin;

/// <summary>The socket that the admin listener accepts from.</summary>
internal static class AdminSocket
{
    /// <summary>Makes a bound socket. Throws <see cref="AdminException"/> and <see cref="SocketException"/>.</summary>
    public static Socket Bind(EndPoint endpoint)
    {
        if (endpoint is not UnixDomainSocketEndPoint)
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        var path = endpoint.ToString()!;
        RemoveStale(path);
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        // Nobody can connect before the socket listens, so nobody slips in before this.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return socket;
    }

    // A gateway that was killed leaves its socket behind.
    private static void RemoveStale(string path)
    {
        if (Directory.Exists(path))
            throw new AdminException($"gateway/admin: {path} is a folder");
        if (!File.Exists(path))
            return;
        if (CanOpen(path))
            throw new AdminException($"gateway/admin: {path} is a file, and no socket");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        throw new AdminException($"gateway/admin: another process listens on {path}");
    }

    // Of all files a socket alone cannot be opened (open(2), ENXIO); refusing a connection does not tell it from others. Opened for both
    // directions, so that nobody waits for the other end of a pipe.
    private static bool CanOpen(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new AdminException($"gateway/admin: {path} is there already: {exception.Message}");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
