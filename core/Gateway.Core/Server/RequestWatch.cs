using Gateway.Core.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Core.Server;

/// <summary>Where a request stands and until when: a connection of HTTP/1.1, or one stream of HTTP/2.</summary>
internal abstract class RequestWatch
{
    private volatile bool _isReading;

    /// <summary>
    /// Whether somebody waits for bytes of the client. A body's deadline counts only then: a body that is here, or that nobody
    /// wants, is not late.
    /// </summary>
    public bool IsReading
    {
        get => _isReading;
        set => _isReading = value;
    }

    /// <summary>Bytes came in.</summary>
    public abstract void BytesArrived();

    /// <summary>The headers are complete.</summary>
    /// <param name="features">The request.</param>
    public abstract void RequestBegan(IFeatureCollection features);

    /// <summary>No limit holds any more for the request in progress: a plugin serves it for as long as it likes.</summary>
    public abstract void Release();

    /// <summary>The response is complete.</summary>
    public abstract void RequestEnded();

    /// <summary>Ends what has passed its limit.</summary>
    public abstract void EndIfLate(long now);

    protected static bool HasBody(IFeatureCollection features) => features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
}

/// <summary>
/// One connection. With HTTP/1.1 the states follow each other: waiting for a request, reading its headers, reading its body and
/// answering. With HTTP/2 only the time without any stream counts here; every stream has a <see cref="StreamWatch"/>.
/// </summary>
internal sealed class ConnectionWatch : RequestWatch
{
    private readonly ConnectionContext _connection;
    private readonly ConnectionDeadlines _deadlines;
    private readonly ServerConfig _config;
    private readonly object _gate = new();
    private State _state = State.Headers;
    private long _requestStart;
    private long _readDeadline;
    private long _writeDeadline = long.MaxValue;
    private int _streams;
    private bool _isEnding;

    public ConnectionWatch(ConnectionContext connection, ConnectionDeadlines deadlines)
    {
        _connection = connection;
        _deadlines = deadlines;
        _config = deadlines.Config;
        _requestStart = deadlines.Now;
        _readDeadline = deadlines.After(_requestStart, _config.ReadHeaderTimeout);
    }

    private enum State { Idle, Headers, Request, Http2 }

    /// <summary>What watches the next request on this connection.</summary>
    /// <param name="last">What watched the one before on the same exchange, to be used again.</param>
    public RequestWatch ForRequest(RequestWatch? last)
    {
        if (_state != State.Http2)
            return this;
        return last is StreamWatch stream && ReferenceEquals(stream.Connection, this) ? last : new StreamWatch(this, _deadlines);
    }

    /// <summary>The connection began with the preface of HTTP/2.</summary>
    public void BecameHttp2()
    {
        lock (_gate)
        {
            _state = State.Http2;
            _readDeadline = _deadlines.After(_deadlines.Now, _config.IdleTimeout);
        }
    }

    public void StreamBegan()
    {
        lock (_gate)
        {
            _streams++;
            _readDeadline = long.MaxValue;
        }
    }

    public void StreamEnded()
    {
        lock (_gate)
        {
            if (--_streams == 0)
                _readDeadline = _deadlines.After(_deadlines.Now, _config.IdleTimeout);
        }
    }

    /// <summary>The first bytes after a response begin the next request.</summary>
    public override void BytesArrived()
    {
        if (_state != State.Idle)
            return;
        lock (_gate)
        {
            _state = State.Headers;
            _requestStart = _deadlines.Now;
            _readDeadline = _deadlines.After(_requestStart, _config.ReadHeaderTimeout);
        }
    }

    public override void RequestBegan(IFeatureCollection features)
    {
        lock (_gate)
        {
            if (_state == State.Idle)
                _requestStart = _deadlines.Now;
            _state = State.Request;
            _readDeadline = HasBody(features) ? _deadlines.After(_requestStart, _config.ReadTimeout) : long.MaxValue;
            _writeDeadline = _deadlines.After(_deadlines.Now, _config.WriteTimeout);
        }
    }

    public override void Release()
    {
        lock (_gate)
        {
            _readDeadline = long.MaxValue;
            _writeDeadline = long.MaxValue;
        }
    }

    public override void RequestEnded()
    {
        lock (_gate)
        {
            _state = State.Idle;
            _writeDeadline = long.MaxValue;
            _readDeadline = _deadlines.After(_deadlines.Now, _config.IdleTimeout);
        }
    }

    /// <summary>Closes the connection without a word; one that is only idle in an orderly way, so that no request is lost.</summary>
    public override void EndIfLate(long now)
    {
        bool isIdle;
        lock (_gate)
        {
            var isReadLate = now >= _readDeadline && (_state != State.Request || IsReading);
            if (_isEnding || (!isReadLate && now < _writeDeadline))
                return;
            isIdle = _state is State.Idle or State.Http2;
            _isEnding = !isIdle;
            if (isIdle)
                _readDeadline = long.MaxValue;
        }
        if (isIdle && _connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
            lifetime.RequestClose();
        else
            _connection.Abort(new ConnectionAbortedException("a time limit of the server passed"));
    }
}
