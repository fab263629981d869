using System.Net.Sockets;
using Gateway.Sidecars.Processes;
using Gateway.Sidecars.Supervision;

namespace Gateway.Sidecars.Connections;

/// <summary>Opens the one connection to a sidecar, as soon as it listens, and looks who that is.</summary>
internal static class SidecarDial
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Dials until somebody listens.</summary>
    /// <param name="address">Where.</param>
    /// <param name="session">Whose process has to listen, see <see cref="SidecarLinkSettings.Session"/>.</param>
    /// <param name="limit">How long.</param>
    /// <param name="time">Clock of the limit.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SidecarException">Nobody listened in time, or somebody else did.</exception>
    public static async Task<Stream> OpenAsync(SidecarAddress address, int? session, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var pause = s_firstPause; ; pause = pause < s_longestPause / 2 ? pause * 2 : s_longestPause)
        {
            var socket = NewSocket(address);
            try
            {
                await socket.ConnectAsync(address.EndPoint, cancellationToken).ConfigureAwait(false);
                if (session is { } expected)
                    Check(socket, expected, address);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException fault)
            {
                socket.Dispose();
                if (time.GetElapsedTime(began) >= limit)
                    throw new SidecarException(session is null ? $"cannot be reached at {address} within {limit.TotalSeconds:0.###} s: {Reason(fault, address)}" : $"did not answer within {limit.TotalSeconds:0.###} s: it does not listen at {address}");
            }
            catch
            {
                socket.Dispose();
                throw;
            }
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Socket NewSocket(SidecarAddress address) => address.EndPoint.AddressFamily == AddressFamily.Unix
        ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    // A socket without a file is told as if the machine had no such address.
    private static string Reason(SocketException fault, SidecarAddress address) =>
        fault.SocketErrorCode == SocketError.AddressNotAvailable && address.EndPoint.AddressFamily == AddressFamily.Unix ? "there is no such socket" : fault.Message;

    private static void Check(Socket socket, int session, SidecarAddress address)
    {
        // Elsewhere the private folder and the secret have to do.
        if (!OperatingSystem.IsLinux())
            return;
        if (PeerCredentials.Of(socket) is not { } peer)
            throw new SidecarException($"cannot be told from others: the system does not say who listens at {address}") { IsFinal = true };
        if (peer.Process != session && Native.GetSession(peer.Process) != session)
            throw new SidecarException($"does not listen at {address} itself: process {peer.Process} of user {peer.User} does, which the gateway did not start") { IsFinal = true };
    }
}
