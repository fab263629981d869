using System.Buffers.Binary;
using System.Net.Sockets;

namespace Gateway.Sidecars.Connections;

/// <summary>Who is at the other end of a Unix socket, as the system knows it (<c>SO_PEERCRED</c>, unix(7)). Nobody can forge it.</summary>
/// <param name="Process">Number of the process that connected, or of the one that listened.</param>
/// <param name="User">Its user.</param>
/// <param name="Group">Its group.</param>
public readonly record struct PeerCredentials(int Process, uint User, uint Group)
{
    private const int SocketLevel = 1;
    private const int PeerCredentialsOption = 17;

    /// <summary>Asks the system; <see langword="null"/> where it cannot tell.</summary>
    public static PeerCredentials? Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (!OperatingSystem.IsLinux() || socket.AddressFamily != AddressFamily.Unix)
            return null;
        Span<byte> value = stackalloc byte[12];
        if (socket.GetRawSocketOption(SocketLevel, PeerCredentialsOption, value) != value.Length)
            return null;
        return BitConverter.IsLittleEndian
            ? new(BinaryPrimitives.ReadInt32LittleEndian(value), BinaryPrimitives.ReadUInt32LittleEndian(value[4..]), BinaryPrimitives.ReadUInt32LittleEndian(value[8..]))
            : new(BinaryPrimitives.ReadInt32BigEndian(value), BinaryPrimitives.ReadUInt32BigEndian(value[4..]), BinaryPrimitives.ReadUInt32BigEndian(value[8..]));
    }
}
