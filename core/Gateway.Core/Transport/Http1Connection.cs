using System.Buffers;
using System.Net.Sockets;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

internal enum AbortReason
{
    None,
    /// <summary>The call's token fired.</summary>
    Cancelled,
    HeaderTimeout,
    /// <summary>The request's body failed on the client's side.</summary>
    RequestBody,
}

/// <summary>
/// One connection to a backend, its buffers and the call that is on it. One call at a time; between calls it lies in its pool without
/// a buffer. Everything a call needs is kept here and used again, so that a call on a warm connection allocates next to nothing.
/// </summary>
internal sealed partial class Http1Connection
{
    private const int ReceiveBufferSize = 16 << 10;

    private readonly Socket _socket;
    private readonly Stream? _stream;
    private readonly ConnectionPool _pool;
    private readonly ResponseHead _head;
    private readonly long _created;
    private ITimer? _headerTimer;
    private long _headerTimerArmed;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private ValueTask<int> _receive;
    private bool _isReceiving;

    private CancellationTokenRegistration _registration;
    private CancellationToken _callToken;
    private ProxyRequest? _request;
    private BackendHost? _host;
    private string _target = "";
    private RequestPump? _pump;
    private int _abort;

    public Http1Connection(ConnectionPool pool, Socket socket, Stream? stream)
    {
        _pool = pool;
        _socket = socket;
        _stream = stream;
        _head = new ResponseHead(pool.Owner.Transport.Limits);
        _created = pool.Owner.Transport.Time.GetTimestamp();
    }

    /// <summary>Timestamp of when the connection was put into the pool.</summary>
    public long IdleSince { get; set; }

    /// <summary>Whether a byte of the current call may have reached the backend.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Whether a byte of the current call's answer has arrived.</summary>
    public bool HasAnswer { get; private set; }

    public ResponseHead Head => _head;

    public ReadOnlySpan<byte> HeadBytes => _buffer.AsSpan(0, _head.Length);

    public string CurrentUrl => $"{_host}{_target}";

    public bool IsOlderThan(TimeSpan lifetime) => _pool.Owner.Transport.Time.GetElapsedTime(_created) >= lifetime;

    /// <summary>Whether a connection in the pool was closed or spoken to by the backend. Not for TLS, whose records are no answers.</summary>
    public bool IsIdleBroken() => _stream is null && _socket.Poll(0, SelectMode.SelectRead);

    /// <summary>
    /// Begins to receive before anything is sent. The receive is needed anyway, and if it completes at once the backend has closed
    /// the connection or sent what nobody asked for: so every reuse is checked without a system call of its own.
    /// </summary>
    /// <returns>Whether the connection can be used; if not, it is closed.</returns>
    public bool TryPrepare()
    {
        RentBuffer();
        try
        {
            _receive = Receive(_buffer);
            if (!_receive.IsCompleted)
            {
                _isReceiving = true;
                return true;
            }
            _ = _receive.Result;
        }
        catch (Exception exception) when (TransportErrors.IsConnectionFailure(exception))
        {
            // Whatever ended the connection while it lay idle concerns nobody: another one is used.
        }
        Close();
        return false;
    }

    /// <summary>Ends the current call from any thread: closes the socket at once, which ends what is pending on it.</summary>
    public void Abort(AbortReason reason)
    {
        if (Interlocked.CompareExchange(ref _abort, (int)reason, (int)AbortReason.None) != (int)AbortReason.None)
            return;
        _socket.Dispose();
        Volatile.Read(ref _pump)?.Stop();
    }

    /// <summary>Closes an idle or finished connection.</summary>
    public void Close()
    {
        _headerTimer?.Dispose();
        _stream?.Dispose();
        _socket.Dispose();
        ReleaseBuffer();
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_stream is not null)
            return _stream.WriteAsync(bytes, cancellationToken);
        var send = _socket.SendAsync(bytes, SocketFlags.None, cancellationToken);
        if (!send.IsCompletedSuccessfully)
            return SendRestAsync(send, bytes, cancellationToken);
        var sent = send.Result;
        return sent == bytes.Length ? ValueTask.CompletedTask : SendRestAsync(new ValueTask<int>(sent), bytes, cancellationToken);
    }

    /// <summary>The request is on its way: from here on the backend's time to answer runs.</summary>
    public void OnRequestSent()
    {
        var transport = _pool.Owner.Transport;
        if (transport.Config.ResponseHeaderTimeout <= TimeSpan.Zero)
            return;
        Volatile.Write(ref _headerTimerArmed, transport.Time.GetTimestamp());
        _headerTimer ??= transport.Time.CreateTimer(static state => ((Http1Connection)state!).OnHeaderTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _headerTimer.Change(transport.Config.ResponseHeaderTimeout, Timeout.InfiniteTimeSpan);
    }

    private void OnHeaderTimer()
    {
        var armed = Volatile.Read(ref _headerTimerArmed);
        if (armed == 0)
            return;
        // A callback may run late and meet the next call, which was armed later, and a timer may run a little early.
        var transport = _pool.Owner.Transport;
        var left = transport.Config.ResponseHeaderTimeout - transport.Time.GetElapsedTime(armed);
        if (left > TimeSpan.Zero)
            _headerTimer!.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        else
            Abort(AbortReason.HeaderTimeout);
    }

    private void DisarmHeaderTimer()
    {
        if (_headerTimer is null)
            return;
        Volatile.Write(ref _headerTimerArmed, 0);
        _headerTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private async ValueTask SendRestAsync(ValueTask<int> send, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            bytes = bytes[await send.ConfigureAwait(false)..];
            if (bytes.IsEmpty)
                return;
            send = _socket.SendAsync(bytes, SocketFlags.None, cancellationToken);
        }
    }

    private ValueTask<int> Receive(Memory<byte> buffer) =>
        _stream is null ? _socket.ReceiveAsync(buffer, SocketFlags.None) : _stream.ReadAsync(buffer);

    private void RentBuffer()
    {
        if (_buffer.Length == 0)
            _buffer = BufferPool<byte>.Shared.Rent(ReceiveBufferSize);
        _start = _end = 0;
    }

    private void ReleaseBuffer()
    {
        var buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        // A receive that nobody awaited may still write into the buffer; then the collector has to take it.
        if (buffer.Length > 0 && !_isReceiving)
            BufferPool<byte>.Shared.Return(buffer);
    }

    private void GrowBuffer()
    {
        var grown = BufferPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(grown);
        BufferPool<byte>.Shared.Return(_buffer);
        _buffer = grown;
    }
}
