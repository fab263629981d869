using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Plugins;

/// <summary>The log of a sidecar, which outlives configurations: that of the newest configuration that uses it.</summary>
/// <param name="first">The log until there is one.</param>
internal sealed class SidecarLog(ILogger first) : ILogger
{
    private readonly Lock _gate = new();
    private readonly List<ILogger> _logs = [];
    private volatile ILogger _current = first;

    /// <summary>Turns to the log of a configuration.</summary>
    public void Add(ILogger logger)
    {
        lock (_gate)
        {
            _logs.Add(logger);
            _current = logger;
        }
    }

    /// <summary>Turns away from the log of a configuration that ends; the last one stays.</summary>
    public void Remove(ILogger logger)
    {
        lock (_gate)
        {
            _logs.Remove(logger);
            if (_logs.Count > 0)
                _current = _logs[^1];
        }
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => _current.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _current.Log(logLevel, eventId, state, exception, formatter);
}
