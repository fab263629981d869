using System.Diagnostics.Metrics;
using Gateway.Core;
using Gateway.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Calls;

/// <summary>Counts frames for calls that there are not, and says so once a minute. Some of them are the normal end of a call that both sides ended at once.</summary>
internal sealed partial class LostFrames(string name, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);
    private static readonly Meter s_meter = new(Telemetry.MeterName, Product.Version);
    private static readonly Counter<long> s_frames =
        s_meter.CreateCounter<long>("gateway.sidecar.dropped_frames", "{frame}", "Frames that a sidecar sent for calls that had ended or never began");

    private readonly KeyValuePair<string, object?> _tag = new("plugin", name);
    private long _count;
    private long _told;
    private long _toldAt;

    /// <summary>Frames so far.</summary>
    public long Count => Volatile.Read(ref _count);

    public void Add()
    {
        Interlocked.Increment(ref _count);
        s_frames.Add(1, _tag);
    }

    /// <summary>Writes the line when it is due. One caller at a time.</summary>
    public void Tell()
    {
        var count = Count;
        if (count == _told || (_toldAt != 0 && time.GetElapsedTime(_toldAt) < s_pause))
            return;
        Log.Dropped(logger, name, count - _told);
        _told = count;
        _toldAt = time.GetTimestamp();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[PLUGIN: {Plugin}] {Count} frames of the sidecar were dropped: their calls have ended, or never began")]
        public static partial void Dropped(ILogger logger, string plugin, long count);
    }
}
