using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>
/// The log that a component made, over the default one: what the component cannot take goes there, so that neither the record nor the
/// request that wrote it is lost.
/// </summary>
/// <param name="component">The component's.</param>
/// <param name="console">The default one, which throws nothing.</param>
internal sealed partial class FallbackLogger(ILogger component, ILogger console) : ILogger
{
    private int _faults;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull
    {
        try
        {
            return component.BeginScope(state);
        }
        catch (Exception exception)
        {
            Report(exception);
            return null;
        }
    }

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return component.IsEnabled(logLevel);
        }
        catch (Exception exception)
        {
            Report(exception);
            return console.IsEnabled(logLevel);
        }
    }

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            component.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception fault)
        {
            Report(fault);
            console.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    // Once: the records themselves show that it goes on.
    private void Report(Exception exception)
    {
        if (Interlocked.Exchange(ref _faults, 1) == 0)
            Lines.Failed(console, exception);
    }

    private static partial class Lines
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Logging] the log failed; what it does not take is written here")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
