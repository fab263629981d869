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

    /// <summary>Removes the file of a socket that is closed.</summary>
    public static void Remove(AdminAddress address)
    {
        if (address.Socket is null)
            return;
        try
        {
            File.Delete(address.Socket);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Left behind; the next start takes its place.
        }
    }

    // A gateway that was killed leaves its socket behind.
    private static void RemoveStale(string path)
    {
        if (Directory.Exists(path))
            throw new AdminException($"gateway/admin: {path} is a folder");
        if (!File.Exists(path))
            return;
        if (new FileInfo(path).Length > 0)
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
}
