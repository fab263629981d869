using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gateway.Core.Server;

/// <summary>
/// A bound port that outlives the server which serves it: servers take seats, and the connections go to one of them. When another seat
/// gets them, the port stays bound and its queue of connections stays as it is, so that no client is refused.
/// </summary>
internal sealed class ListeningSocket
{
    // SOL_SOCKET and SO_REUSEPORT of Linux.
    private const int SocketLevel = 1;
    private const int ReusePort = 15;

    private readonly object _gate = new();
    private readonly IConnectionListener _listener;
    private readonly Socket _socket;
    private Task _accepting = Task.CompletedTask;
    private bool _isAccepting;
    private Seat? _serving;
    private int _seats;
    private Exception? _failure;

    private ListeningSocket(IConnectionListener listener, Socket socket)
    {
        _listener = listener;
        _socket = socket;
    }

    /// <summary>The address that is bound.</summary>
    public EndPoint EndPoint => _listener.EndPoint;

    /// <summary>Binds. Throws as the socket transport does.</summary>
    /// <param name="endpoint">The address; port 0 lets the system choose.</param>
    /// <param name="backlog">Connections that may wait to be accepted.</param>
    /// <param name="beside">A socket that listens on the same port at another address, which this one is bound beside; or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ListeningSocket> BindAsync(EndPoint endpoint, int backlog, ListeningSocket? beside, CancellationToken cancellationToken)
    {
        Socket? bound = null;
        var sharesPort = beside is not null && OperatingSystem.IsLinux();
        var factory = SocketTransport.Create(backlog, address => bound = Bind(address, sharesPort));
        if (!sharesPort)
            return new(await factory.BindAsync(endpoint, cancellationToken).ConfigureAwait(false), bound!);
        beside!.SharePort(true);
        try
        {
            var listener = await factory.BindAsync(endpoint, cancellationToken).ConfigureAwait(false);
            // Only for this moment: another process must not get a share of the port unnoticed.
            SharePort(bound!, false);
            return new(listener, bound!);
        }
        finally
        {
            beside.SharePort(false);
        }
    }

    /// <summary>A seat for a server, to which no connection goes yet.</summary>
    public Seat Take()
    {
        lock (_gate)
        {
            _seats++;
            return new Seat(this);
        }
    }

    /// <summary>From now on the connections go to this seat; the one before gets no more.</summary>
    public void Serve(Seat seat)
    {
        Seat? before;
        lock (_gate)
        {
            before = _serving;
            _serving = seat;
            if (_failure is { } failure)
                seat.Complete(failure);
            if (!_isAccepting)
            {
                _isAccepting = true;
                _accepting = Task.Run(AcceptAsync);
            }
        }
        if (before != seat)
            before?.Complete(null);
    }

    private static Socket Bind(EndPoint address, bool sharesPort)
    {
        if (!sharesPort || address is not IPEndPoint ip)
            return SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (ip.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            SharePort(socket, true);
            socket.Bind(ip);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void SharePort(bool isShared) => SharePort(_socket, isShared);

    private static void SharePort(Socket socket, bool isShared) => socket.SetRawSocketOption(SocketLevel, ReusePort, BitConverter.GetBytes(isShared ? 1 : 0));

    private async Task AcceptAsync()
    {
        try
        {
            while (await _listener.AcceptAsync().ConfigureAwait(false) is { } connection)
            {
                if (!TryDeliver(connection))
                    await connection.DisposeAsync().ConfigureAwait(false);
            }
            Complete(null);
        }
        catch (Exception exception)
        {
            // The server that has the seat gets to know, and stops as it would with a listener of its own.
            Complete(exception);
        }
    }

    // A seat may be given up between the look at it and the delivery.
    private bool TryDeliver(ConnectionContext connection)
    {
        while (true)
        {
            Seat? seat;
            lock (_gate)
                seat = _serving;
            if (seat is null)
                return false;
            if (seat.TryDeliver(connection))
                return true;
            lock (_gate)
            {
                if (_serving == seat)
                    return false;
            }
        }
    }

    private void Complete(Exception? failure)
    {
        Seat? seat;
        lock (_gate)
        {
            _failure = failure;
            seat = _serving;
        }
        seat?.Complete(failure);
    }

    // With the seat that serves the port goes, with any other only the seat.
    private async ValueTask UnbindAsync(Seat seat)
    {
        bool isServing;
        lock (_gate)
        {
            isServing = _serving == seat;
            if (isServing)
                _serving = null;
        }
        if (isServing)
            await _listener.UnbindAsync().ConfigureAwait(false);
        seat.Complete(null);
    }

    // The last one takes what the connections of all of them shared.
    private async ValueTask LeaveAsync(Seat seat)
    {
        await UnbindAsync(seat).ConfigureAwait(false);
        lock (_gate)
        {
            if (--_seats > 0)
                return;
        }
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
    }

    /// <summary>What a server accepts connections from.</summary>
    internal sealed class Seat(ListeningSocket socket) : IConnectionListener
    {
        private readonly Channel<ConnectionContext> _connections =
            Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        private int _hasLeft;

        /// <summary>Where its connections come from.</summary>
        public ListeningSocket Socket => socket;

        /// <inheritdoc/>
        public EndPoint EndPoint => socket.EndPoint;

        /// <summary>Hands a connection over; <see langword="false"/> when the seat takes no more.</summary>
        public bool TryDeliver(ConnectionContext connection) => _connections.Writer.TryWrite(connection);

        /// <summary>No more connections come.</summary>
        public void Complete(Exception? failure) => _connections.Writer.TryComplete(failure);

        /// <inheritdoc/>
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            // What was delivered before the end is served.
            while (await _connections.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (_connections.Reader.TryRead(out var connection))
                    return connection;
            }
            return null;
        }

        /// <inheritdoc/>
        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => socket.UnbindAsync(this);

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _hasLeft, 1) == 0 ? socket.LeaveAsync(this) : ValueTask.CompletedTask;
    }
}
