using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Diagnostics;

/// <summary>
/// The default application log (OBS-001): one line per record on a sink, <c>yyyy/mm/dd hh:mm:ss KRAKEND LEVEL: message</c>, level
/// DEBUG and up. An exception follows its message on lines of its own.
/// </summary>
/// <param name="sink">Where lines go; not disposed.</param>
/// <param name="minimum">Least severe level written.</param>
public sealed class ConsoleLoggerFactory(LogSink sink, LogLevel minimum = LogLevel.Debug) : ILoggerFactory
{
    private readonly ConsoleLogger _logger = new(sink, minimum);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => _logger;

    /// <summary>Not supported: sinks are added by plugins, not by providers.</summary>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the default logger takes no providers");

    /// <inheritdoc/>
    public void Dispose() { }

    /// <summary>Local time as the default format prints it.</summary>
    internal static string Timestamp() => DateTime.Now.ToString("yyyy/MM/dd HH:mm:ss", CultureInfo.InvariantCulture);

    private sealed class ConsoleLogger(LogSink sink, LogLevel minimum) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var line = new StringBuilder(128);
            line.Append(Timestamp()).Append(" KRAKEND ").Append(Name(logLevel)).Append(": ");
            AppendEscaped(line, formatter(state, exception));
            line.Append('\n');
            if (exception is not null)
                line.Append(exception).Append('\n');
            sink.Write(Encoding.UTF8.GetBytes(line.ToString()));
        }

        // What a client sent must not be able to forge a line of its own.
        private static void AppendEscaped(StringBuilder line, string message)
        {
            foreach (var c in message)
            {
                if (c is >= ' ' and not '\u007f' || c == '\t')
                    line.Append(c);
                else if (c == '\n')
                    line.Append("\\n");
                else
                    line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            }
        }

        private static string Name(LogLevel level) => level switch
        {
            LogLevel.Trace or LogLevel.Debug => "DEBUG",
            LogLevel.Information => "INFO",
            LogLevel.Warning => "WARNING",
            LogLevel.Error => "ERROR",
            _ => "CRITICAL",
        };
    }
}
