using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Diagnostics;

/// <summary>
/// The queue in front of a log stream: producers append whole lines to a buffer and never wait for the stream, one thread writes
/// what has gathered. When the stream is stuck and the buffer is full, lines are dropped and their number is reported as soon as
/// writing resumes (OBS-012).
/// </summary>
public sealed class LogSink : ILogOutput, IDisposable
{
    private readonly object _gate = new();
    private readonly Stream _stream;
    private readonly int _capacity;
    private readonly Thread _writer;
    private PooledBytes _pending = new(16 * 1024);
    private PooledBytes _writing = new(16 * 1024);
    private long _dropped;
    private bool _idle;
    private bool _closed;

    /// <summary>Starts the writer thread.</summary>
    /// <param name="stream">Where lines go; not disposed.</param>
    /// <param name="capacity">Bytes that may wait.</param>
    public LogSink(Stream stream, int capacity)
    {
        _stream = stream;
        _capacity = capacity;
        _writer = new Thread(Run) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    /// <summary>Appends one line, its line break included.</summary>
    public void Write(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            if (_pending.Length + line.Length > _capacity)
            {
                _dropped++;
                return;
            }
            _pending.Write(line);
            if (_idle)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what waits and ends the thread; waits two seconds at most for a stuck stream.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            Monitor.Pulse(_gate);
        }
        _writer.Join(TimeSpan.FromSeconds(2));
    }

    private void Run()
    {
        while (true)
        {
            long dropped;
            lock (_gate)
            {
                while (_pending.Length == 0 && !_closed)
                {
                    _idle = true;
                    Monitor.Wait(_gate);
                    _idle = false;
                }
                if (_pending.Length == 0)
                    return;
                (_pending, _writing) = (_writing, _pending);
                dropped = _dropped;
                _dropped = 0;
            }
            if (!TryWrite(_writing.Span) || (dropped > 0 && !TryWrite(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{ConsoleLoggerFactory.Timestamp()} KRAKEND WARNING: {dropped} log records were dropped because standard output was stuck\n")))))
            {
                return;
            }
            _writing.Clear();
        }
    }

    // Standard output that was closed, by its reader or before the start, ends logging, never the gateway.
    private bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
            _stream.Flush();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            lock (_gate)
                _closed = true;
            return false;
        }
    }
}
