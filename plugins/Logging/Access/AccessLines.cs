using KrakenPlugins.Logging.Formatting;
using KrakenPlugins.Logging.Sinks;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Logging.Access;

/// <summary>The access log: lines of a pattern, or of the built-in form, on standard output or to a GELF collector (OBS-041).</summary>
/// <param name="pattern">The pattern; <see langword="null"/> for the built-in form.</param>
/// <param name="output">Standard output; unused with a collector.</param>
/// <param name="gelf">The collector, or <see langword="null"/>.</param>
/// <param name="time">Clock.</param>
internal sealed class AccessLines(AccessPattern? pattern, ILogOutput output, Gelf? gelf, TimeProvider time) : IAccessLog
{
    /// <inheritdoc/>
    public void Write(in AccessRecord record)
    {
        var access = new AccessEvent(record, time.GetLocalNow());
        var line = Utf8Line.Take();
        if (pattern is null)
            BuiltInLine.Write(line, access);
        else
            pattern.Write(line, access);
        if (gelf is null)
            output.Write(line.Span);
        else
            gelf.WriteAccess(line.Span, access.Time, access.Activity);
        line.Return();
    }
}
