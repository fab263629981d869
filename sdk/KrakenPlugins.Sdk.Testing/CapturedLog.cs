using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>A logger that keeps what it gets. Thread-safe.</summary>
public sealed class CapturedLog : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary><c>Level: message</c> of each record, an exception's type and message behind it.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Records below it are dropped.</summary>
    public LogLevel MinimumLevel { get; set; } = LogLevel.Trace;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= MinimumLevel && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (IsEnabled(logLevel))
            _lines.Enqueue(exception is null ? $"{logLevel}: {formatter(state, exception)}" : $"{logLevel}: {formatter(state, exception)} {exception.GetType().Name}: {exception.Message}");
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;
}
