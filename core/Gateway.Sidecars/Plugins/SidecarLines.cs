using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Plugins;

/// <summary>
/// What a sidecar prints, in the gateway's log. A line has the level that it begins with; one that prints more than the log takes loses lines, which
/// are counted, and not the gateway's disk. Safe for concurrent use.
/// </summary>
/// <param name="id">Id of the plugin.</param>
/// <param name="time">Clock of the limit.</param>
/// <param name="logger">Application log.</param>
internal sealed partial class SidecarLines(string id, TimeProvider time, ILogger logger)
{
    /// <summary>Bytes that it may print in a second (characters are counted).</summary>
    public const int BytesPerSecond = 64 << 10;

    private const int MostLast = 10;
    private const int MostLastLength = 500;

    private static readonly (string Prefix, LogLevel Level)[] s_levels =
    [
        ("DEBUG ", LogLevel.Debug), ("INFO ", LogLevel.Information), ("WARNING ", LogLevel.Warning), ("ERROR ", LogLevel.Error), ("CRITICAL ", LogLevel.Critical),
    ];

    private readonly Lock _gate = new();
    private readonly Queue<string> _last = [];
    private double _room = BytesPerSecond;
    private long _seen = time.GetTimestamp();
    private long _dropped;

    /// <summary>The last lines of its error output since its process was started, on one line.</summary>
    public string Last
    {
        get
        {
            lock (_gate)
                return string.Join(" | ", _last);
        }
    }

    /// <summary>Forgets what an earlier process said.</summary>
    public void Begin()
    {
        lock (_gate)
            _last.Clear();
    }

    /// <summary>A line of the standard output.</summary>
    public void Output(string line) => Write(line, LogLevel.Information);

    /// <summary>A line of the standard error output.</summary>
    public void Error(string line)
    {
        lock (_gate)
        {
            if (_last.Count == MostLast)
                _last.Dequeue();
            _last.Enqueue(line.Length <= MostLastLength ? line : line[..MostLastLength] + "…");
        }
        Write(line, LogLevel.Warning);
    }

    private void Write(string line, LogLevel level)
    {
        long dropped;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _room = Math.Min(BytesPerSecond, _room + time.GetElapsedTime(_seen, now).TotalSeconds * BytesPerSecond);
            _seen = now;
            if (_room < line.Length)
            {
                _dropped++;
                return;
            }
            _room -= line.Length;
            (dropped, _dropped) = (_dropped, 0);
        }
        if (dropped > 0)
            Log.Dropped(logger, id, dropped, BytesPerSecond >> 10);
        foreach (var (prefix, its) in s_levels)
        {
            if (!line.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            (level, line) = (its, line[prefix.Length..]);
            break;
        }
        Log.Line(logger, level, id, line);
    }

    private static partial class Log
    {
        [LoggerMessage(Message = "[PLUGIN: {Plugin}] {Line}")]
        public static partial void Line(ILogger logger, LogLevel level, string plugin, string line);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[PLUGIN: {Plugin}] {Count} lines of the sidecar were left out: it prints more than {Limit} KiB in a second")]
        public static partial void Dropped(ILogger logger, string plugin, long count, int limit);
    }
}
