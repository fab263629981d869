using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KrakenPlugins.Revoker.Port.Gob;
using KrakenPlugins.Revoker.State;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Revoker.Port;

/// <summary>
/// The port on which revocations are pushed (AUT-072): connections of either protocol, told apart by their first bytes. It outlives reloads that leave its
/// address alone; the configuration that serves is attached to it.
/// </summary>
internal sealed partial class PortServer(IPAddress address, int port, TimeProvider time) : IAsyncDisposable
{
    private const int MostConnections = 256;
    private const int Backlog = 128;
    private const int LargeAtOnce = 2;

    private readonly object _gate = new();
    private readonly Attachments<PortTarget> _attached = new();
    private readonly LinkedList<Socket> _connections = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _large = new(LargeAtOnce);
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;

    /// <summary>The port that is bound; 0 before.</summary>
    public int Port => (_socket?.LocalEndPoint as IPEndPoint)?.Port ?? 0;

    /// <summary>
    /// Lets a configuration have what comes from now on, and binds when it is the first. Throws <see cref="IOException"/> when the port cannot be had.
    /// </summary>
    public void Attach(PortTarget target)
    {
        lock (_gate)
        {
            if (_socket is null)
                Bind();
        }
        _attached.Add(target);
    }

    /// <summary>Ends what <see cref="Attach"/> began.</summary>
    public void Detach(PortTarget target) => _attached.Remove(target);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _socket?.Dispose();
        await _accepting.ConfigureAwait(false);
    }

    private void Bind()
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"auth/revoker: cannot listen on {new IPEndPoint(address, port)}: {exception.Message}"), exception);
        }
        _socket = socket;
        _accepting = AcceptAsync(socket);
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var connection = await socket.AcceptAsync(_closing.Token).ConfigureAwait(false);
                connection.NoDelay = true;
                _ = ServeAsync(connection, Enter(connection));
            }
            catch (Exception exception) when (_closing.IsCancellationRequested && exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // The client has gone already, or the process has no descriptors left: those who are served go on.
                Report(logger => Log.NotAccepted(logger, exception.Message));
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private PortTarget Current => _attached.TryGet(out var target) ? target : throw new PortException("no configuration serves the port");

    // Who has been connected for longest makes room, so that connections which are only held open cannot keep revocations out.
    private LinkedListNode<Socket> Enter(Socket connection)
    {
        lock (_gate)
        {
            if (_connections.Count >= MostConnections)
            {
                _connections.First!.Value.Dispose();
                _connections.RemoveFirst();
            }
            return _connections.AddLast(connection);
        }
    }

    private void Leave(LinkedListNode<Socket> connection)
    {
        lock (_gate)
        {
            if (connection.List is not null)
                _connections.Remove(connection);
        }
    }

    private async Task ServeAsync(Socket connection, LinkedListNode<Socket> place)
    {
        var peer = "";
        try
        {
            peer = connection.RemoteEndPoint?.ToString() ?? "";
            var stream = new PortStream(new NetworkStream(connection, ownsSocket: true), time, _large, _closing.Token);
            await using (stream.ConfigureAwait(false))
                await ServeAsync(stream).ConfigureAwait(false);
        }
        catch (PortException exception)
        {
            Report(logger => Log.Refused(logger, peer, exception.Message));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The caller went away, took too long or had to make room; it notices by itself.
            Report(logger => Log.Ended(logger, peer, exception.Message));
        }
        catch (Exception exception)
        {
            Report(logger => Log.Failed(logger, peer, exception));
        }
        finally
        {
            Leave(place);
            connection.Dispose();
        }
    }

    // At the end of the process there may be no configuration left to log for.
    private void Report(Action<ILogger> report)
    {
        if (_attached.TryGet(out var target))
            report(target.Logger);
    }

    private async Task ServeAsync(PortStream stream)
    {
        var first = await stream.PeekAsync(2).ConfigureAwait(false);
        if (first.Span[0] == PortProtocol.Preamble[0] && first.Span[1] == PortProtocol.Preamble[1])
        {
            await new PortSession(stream, () => Current).RunAsync().ConfigureAwait(false);
            return;
        }
        // The first message of a stream of gob describes a type: its number is negative, so that it takes a byte 0xff for its length.
        if (first.Span[0] >= 128 || first.Span[1] != 0xff)
            throw new PortException("what came first is neither \"KPRV\" nor gob");
        await new RpcSession(stream, () => Current).RunAsync().ConfigureAwait(false);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Bloomfilter] {Peer} was sent away: {Reason}")]
        public static partial void Refused(ILogger logger, string peer, string reason);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Bloomfilter] The connection of {Peer} ended: {Reason}")]
        public static partial void Ended(ILogger logger, string peer, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Bloomfilter] The connection of {Peer} failed")]
        public static partial void Failed(ILogger logger, string peer, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Bloomfilter] A connection was not accepted: {Reason}")]
        public static partial void NotAccepted(ILogger logger, string reason);
    }
}
