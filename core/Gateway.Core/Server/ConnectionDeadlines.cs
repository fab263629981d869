using System.IO.Pipelines;
using Gateway.Core.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Gateway.Core.Server;

/// <summary>
/// The server's four timers (CFG-159 to 163). Kestrel answers a late header block with 408 and knows no write limit; the language
/// closes the connection without a byte. Connections, and the streams of HTTP/2, register here when a limit is set; one timer looks
/// at all of them.
/// </summary>
internal sealed class ConnectionDeadlines : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly HashSet<RequestWatch> _watches = [];
    private readonly ITimer _timer;

    public ConnectionDeadlines(ServerConfig config, TimeProvider time)
    {
        Config = config;
        _time = time;
        _timer = time.CreateTimer(static state => ((ConnectionDeadlines)state!).Sweep(), this, s_tick, s_tick);
    }

    /// <summary>The limits.</summary>
    public ServerConfig Config { get; }

    /// <summary>Whether any limit needs this watch.</summary>
    public static bool IsNeeded(ServerConfig config) =>
        config.ReadTimeout > TimeSpan.Zero || config.ReadHeaderTimeout > TimeSpan.Zero || config.WriteTimeout > TimeSpan.Zero || config.IdleTimeout > TimeSpan.Zero;

    /// <summary>Serves a connection under watch; goes around everything that speaks HTTP.</summary>
    public async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var watch = new ConnectionWatch(connection, this);
        connection.Features.Set(watch);
        var transport = connection.Transport;
        connection.Transport = new WatchedTransport(new WatchedReader(transport.Input, watch), transport.Output);
        if (connection.Features.Get<ITlsApplicationProtocolFeature>() is { } tls && tls.ApplicationProtocol.Span.SequenceEqual("h2"u8))
            watch.BecameHttp2();
        Add(watch);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Remove(watch);
            connection.Transport = transport;
        }
    }

    /// <summary>Looks at a watch from now on.</summary>
    public void Add(RequestWatch watch)
    {
        lock (_watches)
            _watches.Add(watch);
    }

    /// <summary>Looks at it no more.</summary>
    public void Remove(RequestWatch watch)
    {
        lock (_watches)
            _watches.Remove(watch);
    }

    /// <summary>Now, on the clock of <see cref="After"/>.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>When a limit passes; never for a limit of zero.</summary>
    public long After(long start, TimeSpan limit) =>
        limit <= TimeSpan.Zero ? long.MaxValue : start + (long)(limit.TotalSeconds * _time.TimestampFrequency);

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        var now = Now;
        RequestWatch[] watches;
        lock (_watches)
            watches = [.. _watches];
        foreach (var watch in watches)
            watch.EndIfLate(now);
    }

    private sealed class WatchedTransport(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;
        public PipeWriter Output { get; } = output;
    }
}

/// <summary>Tells a watch when somebody waits for the client, and when bytes arrive.</summary>
internal sealed class WatchedReader(PipeReader inner, RequestWatch watch) : PipeReader
{
    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);
    public override void CancelPendingRead() => inner.CancelPendingRead();
    public override void Complete(Exception? exception = null) => inner.Complete(exception);
    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully ? new(Seen(read.Result)) : WaitAsync(read);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;
        Seen(result);
        return true;
    }

    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> read)
    {
        watch.IsReading = true;
        try
        {
            return Seen(await read.ConfigureAwait(false));
        }
        finally
        {
            watch.IsReading = false;
        }
    }

    private ReadResult Seen(ReadResult result)
    {
        if (!result.Buffer.IsEmpty)
            watch.BytesArrived();
        return result;
    }
}
