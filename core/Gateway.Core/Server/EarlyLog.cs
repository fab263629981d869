using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>How the log of a configuration begins.</summary>
/// <param name="Console">The default log, for what concerns the log itself.</param>
/// <param name="Early">Keeps what is said before there is a log.</param>
/// <param name="Begin">Writes the first lines of a log.</param>
internal sealed record LogStart(ILogger Console, EarlyLog Early, Action<ILogger> Begin);

/// <summary>
/// Stands for a log that is not there yet, because plugins are loaded before one of them makes it: keeps the records and hands them on, in
/// their order; later ones go straight through.
/// </summary>
internal sealed class EarlyLog : ILogger
{
    private readonly object _gate = new();
    private readonly List<(LogLevel Level, EventId Id, string Message, Exception? Exception)> _waiting = [];
    private ILogger? _target;

    /// <summary>Hands the records to a log.</summary>
    public void HandTo(ILogger target)
    {
        lock (_gate)
        {
            foreach (var (level, id, message, exception) in _waiting)
                target.Log(level, id, message, exception, static (text, _) => text);
            _waiting.Clear();
            _target = target;
        }
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => Volatile.Read(ref _target)?.IsEnabled(logLevel) ?? true;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var target = Volatile.Read(ref _target);
        if (target is null)
        {
            lock (_gate)
            {
                if (_target is null)
                {
                    _waiting.Add((logLevel, eventId, formatter(state, exception), exception));
                    return;
                }
                target = _target;
            }
        }
        target.Log(logLevel, eventId, state, exception, formatter);
    }
}
