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
    private readonly RespClient _client;
    private readonly RespNode _node;
    private readonly Stream _stream;
    private readonly RespReader _reader;
    private readonly Lock _gate = new();
    private readonly Queue<RespCall?> _pending = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RespBuffer _next = new();
    private RespBuffer _current = new();
    private int _unsent;
    private bool _isWriting;
    private bool _isClosed;
    private long _lastProgress;

    private RespConnection(RespNode node, Stream stream)
    {
        _node = node;
        _client = node.Client;
        _stream = stream;
        _reader = new RespReader(_client.Options.MaxReplyBytes);
    }

    /// <summary>Ends with the reason when the connection does.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Connects and authenticates.</summary>
    /// <exception cref="IOException">The server cannot be reached, or refuses.</exception>
    public static async Task<RespConnection> OpenAsync(RespNode node, CancellationToken cancellationToken)
    {
        var options = node.Client.Options;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(node.Address.Host, node.Address.Port, cancellationToken).ConfigureAwait(false);
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
                Volatile.Write(ref _lastProgress, _client.Now);
                _reader.Add(count);
                while (_reader.TryRead(out var reply))
                    GiveOut(reply);
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or InvalidOperationException)
        {
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
                _lastProgress = _client.Now;
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
            isStalled = _client.Options.Time.GetElapsedTime(Volatile.Read(ref _lastProgress), now) > _client.Options.StallTimeout;
        }
        if (isStalled)
            Close("the server does not answer");
        return true;
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    /// <summary>Closes it; whoever waits is told.</summary>
    public void Dispose() => Close("the connection was closed");

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
        catch (Exception failure) when (failure is IOException or SocketException or InvalidOperationException)
        {
            Close(failure.Message);
        }
    }

    private void GiveOut(RedisReply reply)
    {
        RespCall? call;
        lock (_gate)
        {
            if (!_pending.TryDequeue(out call))
            {
                if (_isClosed)
                    return;
                throw new RespProtocolException("the server sent a reply that nobody asked for");
            }
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
