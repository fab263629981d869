using System.Net.Security;
using System.Net.Sockets;
using KrakenPlugins.Resp.Wire;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Connections;

/// <summary>What became of a command that was to be sent.</summary>
internal enum SendResult
{
    Queued,
    /// <summary>Too much waits already.</summary>
    Full,
    /// <summary>The connection is closed.</summary>
    Closed,
    /// <summary>The first attempt to connect has not ended.</summary>
    Connecting,
}

/// <summary>
/// One connection to a server. Callers put commands behind each other into a buffer that is sent as a whole; replies are given out in
/// the same order.
/// </summary>
internal sealed class RespConnection : IThreadPoolWorkItem, IDisposable
{
    private static readonly TimeSpan s_renewal = TimeSpan.FromMilliseconds(500);

    private readonly RespClient _client;
    private readonly RespNode _node;
    private readonly Stream _stream;
    private readonly RespReader _reader;
    private readonly Lock _gate = new();
    private readonly Queue<RespCall?> _pending = new();
    private readonly long _opened;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RespBuffer _next = new();
    private RespBuffer _current = new();
    private int _unsent;
    private bool _isWriting;
    private bool _isClosed;
    private long _lastBytes;
    private long _lastReply;

    private RespConnection(RespNode node, Stream stream)
    {
        _node = node;
        _client = node.Client;
        _stream = stream;
        _opened = _client.Now;
        _reader = new RespReader(_client.Options.MaxReplyBytes);
    }

    /// <summary>Ends with the reason when the connection does.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Whether it ended because the server answered no more.</summary>
    public bool IsStalled { get; private set; }

    /// <summary>How many commands wait for answers, those included whose caller went away.</summary>
    public int Waiting => _pending.Count;

    /// <summary>Connects and authenticates.</summary>
    /// <param name="node">The server.</param>
    /// <param name="reach">How long it may take to reach it, before TLS and credentials.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="IOException">The server cannot be reached, or refuses.</exception>
    public static async Task<RespConnection> OpenAsync(RespNode node, TimeSpan reach, CancellationToken cancellationToken)
    {
        var options = node.Client.Options;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            using (var reaching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                reaching.CancelAfter(reach);
                await socket.ConnectAsync(node.Address.Host, node.Address.Port, reaching.Token).ConfigureAwait(false);
            }
            KeepAlive(socket);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls is { } tls)
            {
                var secure = new SslStream(stream);
                stream = secure;
                await secure.AuthenticateAsClientAsync(tls(node.Address.Host), cancellationToken).ConfigureAwait(false);
            }
            var connection = new RespConnection(node, stream);
            await RespHandshake.RunAsync(stream, connection._reader, options, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins to give out replies. The task ends with the connection and does not fail.</summary>
    public async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                var count = await _stream.ReadAsync(_reader.Free()).ConfigureAwait(false);
                if (count == 0)
                    throw new IOException("the server closed the connection");
                var now = _client.Now;
                Volatile.Write(ref _lastBytes, now);
                var awaited = Awaited();
                _reader.Add(count);
                while (_reader.TryRead(out var reply))
                {
                    Volatile.Write(ref _lastReply, now);
                    GiveOut(reply, awaited--);
                }
                if (_reader.HasBegun && awaited == 0)
                    throw OutOfStep();
            }
        }
        catch (Exception failure)
        {
            // Whatever it is, answers can no longer be told from each other.
            Close(failure.Message);
        }
    }

    /// <summary>Puts a command into the queue, behind <c>ASKING</c> where a cluster wants that.</summary>
    public SendResult Send(RespCall call, bool isAsking)
    {
        var options = _client.Options;
        lock (_gate)
        {
            if (_isClosed)
                return SendResult.Closed;
            if (_pending.Count >= options.MaxPending || _next.Length + call.Bytes.Length > options.MaxUnsentBytes)
                return SendResult.Full;
            if (_pending.Count == 0)
                _lastBytes = _lastReply = _client.Now;
            if (isAsking)
            {
                _next.Raw("*1\r\n$6\r\nASKING\r\n"u8);
                _pending.Enqueue(null);
                _unsent++;
            }
            call.Share();
            _next.Raw(call.Bytes.Span);
            _pending.Enqueue(call);
            _unsent++;
            if (_isWriting)
                return SendResult.Queued;
            _isWriting = true;
        }
        // Not by the caller itself: what others add until it runs goes with the same packet.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return SendResult.Queued;
    }

    /// <summary>Collects calls whose time is over, each shared; closes the connection when nothing comes any more.</summary>
    /// <returns>Whether anything waits.</returns>
    public bool Expire(long now, List<RespCall> expired)
    {
        bool isStalled;
        lock (_gate)
        {
            if (_pending.Count == 0)
                return false;
            foreach (var call in _pending)
            {
                if (call is null || call.IsDone || call.Deadline > now)
                    continue;
                call.Share();
                expired.Add(call);
            }
            isStalled = IsLongSince(ref _lastBytes, now) || (_pending.Peek() is null or { IsDone: true } && IsLongSince(ref _lastReply, now));
        }
        if (isStalled)
        {
            IsStalled = true;
            Close("the server does not answer");
        }
        return true;
    }

    /// <summary>
    /// Ends the connection to a server that takes no writes any more: after a fail-over the same name leads to the one that does. A new one stays
    /// for a moment, because then the name has not changed yet.
    /// </summary>
    public void Renew()
    {
        if (_client.Options.Time.GetElapsedTime(_opened, _client.Now) > s_renewal)
            Close("the server has become a replica");
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    /// <summary>Closes it; whoever waits is told.</summary>
    public void Dispose() => Close("the connection was closed");

    // So that a server is missed that vanished while nobody asked it anything.
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    if (_next.Length == 0)
                    {
                        _isWriting = false;
                        return;
                    }
                    (_current, _next) = (_next, _current);
                    _unsent = 0;
                }
                await _stream.WriteAsync(_current.Written).ConfigureAwait(false);
                _current.Clear();
            }
        }
        catch (Exception failure)
        {
            Close(failure.Message);
        }
    }

    // A server that sends a byte now and then is no better than one that sends none: whole answers count once the caller of the next has gone.
    private bool IsLongSince(ref long moment, long now) => _client.Options.Time.GetElapsedTime(Volatile.Read(ref moment), now) > _client.Options.StallTimeout;

    /// <summary>How many answers there can be in what has come: a command that is sent from now on is not answered by it.</summary>
    private int Awaited()
    {
        lock (_gate)
            return _pending.Count - _unsent;
    }

    private static RespProtocolException OutOfStep() => new("the server sends a reply that nobody asked for");

    private void GiveOut(RedisReply reply, int awaited)
    {
        RespCall? call;
        lock (_gate)
        {
            if (_isClosed)
                return;
            if (awaited <= 0)
                throw OutOfStep();
            call = _pending.Dequeue();
        }
        if (call is null)
            return;
        _client.Answer(call, _node, reply);
        call.Release();
    }

    private void Close(string reason)
    {
        RespCall?[] waiting;
        int unsent;
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            waiting = [.. _pending];
            unsent = _unsent;
            _pending.Clear();
        }
        _stream.Dispose();
        _ended.SetResult(reason);
        for (var i = 0; i < waiting.Length; i++)
        {
            if (waiting[i] is not { } call)
                continue;
            _client.Interrupt(call, wasSent: i < waiting.Length - unsent, reason);
            call.Release();
        }
    }
}
