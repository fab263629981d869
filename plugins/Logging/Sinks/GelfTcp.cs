using System.Net;
using System.Net.Sockets;

namespace KrakenPlugins.Logging.Sinks;

/// <summary>GELF over TCP: JSON and a NUL byte. A lost collector costs a record three reconnects, a second apart (OBS-044).</summary>
internal sealed class GelfTcp : IDelivery
{
    private const int Reconnects = 3;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_connectTime = TimeSpan.FromSeconds(3);

    private readonly IPEndPoint _collector;
    private readonly TimeProvider _time;
    private Socket? _socket;

    /// <summary>Connects, waiting three seconds at most. Throws <see cref="SocketException"/> when the collector cannot be reached.</summary>
    public GelfTcp(IPEndPoint collector, TimeProvider time)
    {
        _collector = collector;
        _time = time;
        _socket = ConnectAtStart(collector);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TrySendAsync(byte[] record, CancellationToken cancellationToken)
    {
        if (await TrySendOnceAsync(record, cancellationToken).ConfigureAwait(false))
            return true;
        for (var i = 0; i < Reconnects; i++)
        {
            if (i > 0)
                await Task.Delay(s_pause, _time, cancellationToken).ConfigureAwait(false);
            if (await TryConnectAsync(cancellationToken).ConfigureAwait(false) && await TrySendOnceAsync(record, cancellationToken).ConfigureAwait(false))
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private async ValueTask<bool> TrySendOnceAsync(byte[] record, CancellationToken cancellationToken)
    {
        // A collector that closed the connection would take one more record into the void.
        if (_socket is null || (_socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0))
            return false;
        try
        {
            var message = new byte[record.Length + 1];
            record.CopyTo(message, 0);
            for (var sent = 0; sent < message.Length;)
                sent += await _socket.SendAsync(message.AsMemory(sent), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async ValueTask<bool> TryConnectAsync(CancellationToken cancellationToken)
    {
        _socket?.Dispose();
        _socket = null;
        var socket = new Socket(_collector.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_connectTime);
        try
        {
            await socket.ConnectAsync(_collector, limit.Token).ConfigureAwait(false);
            _socket = socket;
            return true;
        }
        catch (Exception exception) when (exception is SocketException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            socket.Dispose();
            return false;
        }
    }

    // The start has to know whether there is a collector; a configuration is loaded where waiting is allowed, but not for long.
    private static Socket ConnectAtStart(IPEndPoint collector)
    {
        var socket = new Socket(collector.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
        try
        {
            socket.Connect(collector);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(s_connectTime, SelectMode.SelectWrite))
                throw Failed(socket, SocketError.TimedOut);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
        if (socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int code and not 0)
            throw Failed(socket, (SocketError)code);
        socket.Blocking = true;
        return socket;
    }

    private static SocketException Failed(Socket socket, SocketError error)
    {
        socket.Dispose();
        return new SocketException((int)error);
    }
}
