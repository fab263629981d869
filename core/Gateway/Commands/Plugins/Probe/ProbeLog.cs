using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>Keeps the beginning of what is logged while a plugin is tested, with the stacks of exceptions.</summary>
internal sealed class ProbeLog : ILogger
{
    private const int Most = 50;
    private readonly List<string> _lines = [];

    /// <summary>Whether nothing is logged, as while calls are measured.</summary>
    public bool IsMuted { get; set; }

    /// <summary>What was logged since the last call.</summary>
    public JsonArray Take()
    {
        lock (_lines)
        {
            var taken = new JsonArray([.. _lines.Select(static l => (JsonNode)l)]);
            _lines.Clear();
            return taken;
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => !IsMuted;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            if (!IsMuted && _lines.Count < Most)
                _lines.Add($"{logLevel.ToString().ToUpperInvariant()} {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}");
        }
    }
}
