using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Logging.Application;

/// <summary>Where records of the application log go. A sink never blocks and never throws.</summary>
internal interface IRecordSink
{
    /// <summary>Takes a record.</summary>
    void Write(in ApplicationRecord record);
}

/// <summary>The application log: one level for all sinks, every record to each of them (OBS-002, OBS-004).</summary>
/// <param name="minimum">Least severe level written.</param>
/// <param name="sinks">Where records go.</param>
/// <param name="time">Clock.</param>
/// <param name="logstashModule"><c>module</c> of the messages that <c>telemetry/logstash</c> makes; <see langword="null"/> without it.</param>
internal sealed class ApplicationLogger(LogLevel minimum, IReadOnlyList<IRecordSink> sinks, TimeProvider time, string? logstashModule) : ILogger
{
    private static long s_records;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum && logLevel != LogLevel.None && sinks.Count > 0;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (!IsEnabled(logLevel))
            return;
        var record = new ApplicationRecord
        {
            Id = Interlocked.Increment(ref s_records),
            Time = time.GetLocalNow(),
            Level = logLevel,
            Message = formatter(state, exception),
            Exception = exception,
            Activity = Activity.Current,
        };
        if (logstashModule is not null)
        {
            record = record with
            {
                Message = LogstashJson.Message(record, logstashModule, state as IReadOnlyList<KeyValuePair<string, object?>>),
                Exception = null,
            };
        }
        foreach (var sink in sinks)
            sink.Write(record);
    }
}
