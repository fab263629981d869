using System.IO.Pipelines;
using Gateway.Core.Configuration;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Core.Server;

/// <summary>
/// One stream of HTTP/2, whose neighbours on the connection have limits of their own: what is late is reset alone. It belongs to an
/// exchange and is used again with it.
/// </summary>
internal sealed class StreamWatch(ConnectionWatch connection, ConnectionDeadlines deadlines) : RequestWatch
{
    private readonly ServerConfig _config = deadlines.Config;
    private readonly object _gate = new();
    private IHttpRequestLifetimeFeature? _lifetime;
    private long _readDeadline;
    private long _writeDeadline;

    /// <summary>The connection of the stream.</summary>
    public ConnectionWatch Connection => connection;

    public override void BytesArrived() { }

    public override void RequestBegan(IFeatureCollection features)
    {
        connection.StreamBegan();
        lock (_gate)
        {
            var now = deadlines.Now;
            _lifetime = features.Get<IHttpRequestLifetimeFeature>();
            _readDeadline = deadlines.After(now, _config.ReadTimeout);
            _writeDeadline = deadlines.After(now, _config.WriteTimeout);
        }
        if (_config.ReadTimeout > TimeSpan.Zero && HasBody(features))
            features.Set<IRequestBodyPipeFeature>(new WatchedBody(new WatchedReader(features.Get<IRequestBodyPipeFeature>()!.Reader, this)));
        deadlines.Add(this);
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
        deadlines.Remove(this);
        lock (_gate)
            _lifetime = null;
        connection.StreamEnded();
    }

    public override void EndIfLate(long now)
    {
        // Under the lock, so that the reset cannot hit the next request on the same exchange.
        lock (_gate)
        {
            if (_lifetime is null || ((now < _readDeadline || !IsReading) && now < _writeDeadline))
                return;
            _lifetime.Abort();
            _lifetime = null;
        }
    }

    private sealed class WatchedBody(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = reader;
    }
}
