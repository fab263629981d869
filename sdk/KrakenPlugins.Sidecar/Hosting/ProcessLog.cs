using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Sidecar.Hosting;

/// <summary>
/// The log of the process: lines with their level on standard error, from where the gateway takes them. Writing never blocks; what does not fit
/// into the queue is dropped and counted.
/// </summary>
internal sealed class ProcessLog : ILogger, IDisposable
{
    private const int QueuedLines = 4_096;
    // The time that a reader who has stopped reading may cost at the end.
    private static readonly TimeSpan s_lastLines = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _lines;
    private readonly Stream _output;
    private readonly Thread _writer;
    private int _dropped;

    /// <summary>Writes to a stream.</summary>
    public ProcessLog(Stream output)
    {
        _output = output;
        _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(QueuedLines) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _writer = new Thread(WriteLines) { IsBackground = true, Name = "plugin log" };
        _writer.Start();
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <summary>All levels: the gateway decides what it shows.</summary>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (IsEnabled(logLevel))
            Write(logLevel, formatter(state, exception), exception);
    }

    /// <summary>Writes a line, and the exception behind it as further ones.</summary>
    public void Write(LogLevel level, string message, Exception? exception = null)
    {
        var prefix = PrefixOf(level);
        var text = new StringBuilder(prefix.Length + message.Length + 1);
        Append(text, prefix, message);
        if (exception is not null)
            Append(text, prefix, exception.ToString());
        if (!_lines.Writer.TryWrite(text.ToString()))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Writes what waits, for a second at most.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writer.Join(s_lastLines);
    }

    private static string PrefixOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG ",
        LogLevel.Information => "INFO ",
        LogLevel.Warning => "WARNING ",
        LogLevel.Error => "ERROR ",
        _ => "CRITICAL ",
    };

    // The gateway reads line by line: each says its level.
    private static void Append(StringBuilder text, string prefix, string message)
    {
        foreach (var line in message.AsSpan().EnumerateLines())
        {
            if (!line.IsWhiteSpace())
                text.Append(prefix).Append(line).Append('\n');
        }
    }

    private void WriteLines()
    {
        var lines = _lines.Reader;
        try
        {
            while (true)
            {
                while (lines.TryRead(out var line))
                    _output.Write(Encoding.UTF8.GetBytes(line));
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                    _output.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"WARNING {dropped} lines of the log were dropped\n")));
                _output.Flush();
                if (!lines.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                    return;
            }
        }
        catch (IOException)
        {
            // Nobody listens any more; the queue fills up and drops.
        }
    }
}

/// <summary>Tells faults of a component's code: with their stack once a second, and how many there were.</summary>
/// <param name="log">Where.</param>
/// <param name="prefix">What lines begin with.</param>
internal sealed class FaultLog(ProcessLog log, string prefix)
{
    private const long Interval = 1_000;

    private long _last = -Interval;
    private int _silent;

    /// <summary>Tells a fault, or counts it.</summary>
    public void Note(Exception exception, string what)
    {
        var now = Environment.TickCount64;
        var last = Interlocked.Read(ref _last);
        if (now - last < Interval || Interlocked.CompareExchange(ref _last, now, last) != last)
        {
            Interlocked.Increment(ref _silent);
            return;
        }
        var silent = Interlocked.Exchange(ref _silent, 0);
        log.Write(LogLevel.Error, silent == 0
            ? $"{prefix} {what} failed"
            : string.Create(CultureInfo.InvariantCulture, $"{prefix} {what} failed, and {silent} others before it"), exception);
    }
}
