using KrakenPlugins.Logging.Formatting;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Logging.Application;

/// <summary>The application log on standard output, in its <c>format</c>.</summary>
/// <param name="output">The gateway's queue in front of standard output.</param>
/// <param name="pattern">The layout; <see langword="null"/> for that of Logstash.</param>
/// <param name="stackBelow">Whether an exception follows on lines of its own, as with the default layout.</param>
internal sealed class StandardOutputSink(ILogOutput output, ApplicationPattern? pattern, bool stackBelow) : IRecordSink
{
    /// <inheritdoc/>
    public void Write(in ApplicationRecord record)
    {
        var line = Utf8Line.Take();
        if (pattern is null)
        {
            LogstashJson.WriteLine(line, record, record.FullText);
        }
        else
        {
            pattern.Write(line, record, ApplicationRecord.OneLine(stackBelow ? record.Message : record.FullText));
            if (stackBelow && record.Exception is not null)
            {
                line.Append(record.Exception.ToString());
                line.Append('\n');
            }
        }
        output.Write(line.Span);
        line.Return();
    }
}
