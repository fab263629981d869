using System.Buffers;
using System.IO.Pipelines;
using Gateway.Core.Configuration;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Core.Server;

/// <summary>
/// The server's four timers (CFG-159 to 163). Kestrel answers a late header block with 408 and knows no write limit; the language
/// closes the connection without a byte. Connections register here when a limit is set; one timer looks at all of them.
/// </summary>
internal sealed class ConnectionDeadlines : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);

    private readonly ServerConfig _config;
    private readonly TimeProvider _time;
    private readonly HashSet<ConnectionWatch> _watches = [];
    private readonly ITimer _timer;

    public ConnectionDeadlines(ServerConfig config, TimeProvider time)
    {
        _config = config;
        _time = time;
        _timer = time.CreateTimer(static state => ((ConnectionDeadlines)state!).Sweep(), this, s_tick, s_tick);
    }

    /// <summary>Whether any limit needs this watch.</summary>
    public static bool IsNeeded(ServerConfig config) =>
        config.ReadTimeout > TimeSpan.Zero || config.ReadHeaderTimeout > TimeSpan.Zero || config.WriteTimeout > TimeSpan.Zero || config.IdleTimeout > TimeSpan.Zero;

    /// <summary>Serves a connection under watch; goes around everything that speaks HTTP.</summary>
    public async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var watch = new ConnectionWatch(connection, _config, _time);
        connection.Features.Set(watch);
        var transport = connection.Transport;
        connection.Transport = new WatchedTransport(new WatchedReader(transport.Input, watch), transport.Output);
        lock (_watches)
            _watches.Add(watch);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            lock (_watches)
                _watches.Remove(watch);
            connection.Transport = transport;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        var now = _time.GetTimestamp();
        lock (_watches)
        {
            foreach (var watch in _watches)
                watch.AbortIfLate(now);
        }
    }

    private sealed class WatchedTransport(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;
        public PipeWriter Output { get; } = output;
    }

    /// <summary>Tells the watch when the first bytes of a request arrive.</summary>
    private sealed class WatchedReader(PipeReader inner, ConnectionWatch watch) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);
        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);
        public override void CancelPendingRead() => inner.CancelPendingRead();
        public override void Complete(Exception? exception = null) => inner.Complete(exception);
        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await inner.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (!result.Buffer.IsEmpty)
                watch.BytesArrived();
            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            if (!inner.TryRead(out result))
                return false;
            if (!result.Buffer.IsEmpty)
                watch.BytesArrived();
            return true;
        }
    }
}

/// <summary>
/// Where one connection stands and until when. The states follow each other: waiting for a request, reading its headers, reading its
/// body, answering.
/// </summary>
internal sealed class ConnectionWatch
{
    private readonly ConnectionContext _connection;
    private readonly ServerConfig _config;
    private readonly TimeProvider _time;
    private readonly object _gate = new();
    private State _state;
    private long _requestStart;
    private long _readDeadline = long.MaxValue;
    private long _writeDeadline = long.MaxValue;
    private bool _aborted;

    public ConnectionWatch(ConnectionContext connection, ServerConfig config, TimeProvider time)
    {
        _connection = connection;
        _config = config;
        _time = time;
        _state = State.Headers;
        _requestStart = time.GetTimestamp();
        _readDeadline = After(_requestStart, config.ReadHeaderTimeout);
    }

    private enum State { Idle, Headers, Request }

    /// <summary>Bytes came in; the first ones after a response begin the next request.</summary>
    public void BytesArrived()
    {
        if (_state != State.Idle)
            return;
        lock (_gate)
        {
            _state = State.Headers;
            _requestStart = _time.GetTimestamp();
            _readDeadline = After(_requestStart, _config.ReadHeaderTimeout);
        }
    }

    /// <summary>The headers are complete.</summary>
    /// <param name="hasBody">Whether a body follows.</param>
    public void RequestBegan(bool hasBody)
    {
        lock (_gate)
        {
            if (_state == State.Idle)
                _requestStart = _time.GetTimestamp();
            _state = State.Request;
            _readDeadline = hasBody ? After(_requestStart, _config.ReadTimeout) : long.MaxValue;
            _writeDeadline = After(_time.GetTimestamp(), _config.WriteTimeout);
        }
    }

    /// <summary>The body was read to its end.</summary>
    public void BodyRead()
    {
        lock (_gate)
            _readDeadline = long.MaxValue;
    }

    /// <summary>The response is complete.</summary>
    public void RequestEnded()
    {
        lock (_gate)
        {
            _state = State.Idle;
            _writeDeadline = long.MaxValue;
            _readDeadline = After(_time.GetTimestamp(), _config.IdleTimeout);
        }
    }

    /// <summary>Closes the connection without a word when a limit has passed.</summary>
    public void AbortIfLate(long now)
    {
        lock (_gate)
        {
            if (_aborted || (now < _readDeadline && now < _writeDeadline))
                return;
            _aborted = true;
        }
        _connection.Abort(new ConnectionAbortedException("a time limit of the server passed"));
    }

    private long After(long start, TimeSpan limit) =>
        limit <= TimeSpan.Zero ? long.MaxValue : start + (long)(limit.TotalSeconds * _time.TimestampFrequency);
}
