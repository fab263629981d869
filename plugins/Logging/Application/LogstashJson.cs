using System.Globalization;
using System.Text;
using KrakenPlugins.Logging.Formatting;

namespace KrakenPlugins.Logging.Application;

/// <summary>The two JSON forms of Logstash: a layout of lines (OBS-046) and a form of messages (OBS-047).</summary>
internal static class LogstashJson
{
    private static readonly string[] s_reserved = ["@timestamp", "@version", "host", "level", "message", "module", "span_id", "trace_id"];

    /// <summary>Writes the line of <c>format: logstash</c>: fixed keys in a fixed order, time in UTC.</summary>
    public static void WriteLine(Utf8Line line, in ApplicationRecord record, string message)
    {
        line.Append("{\"@timestamp\":\""u8);
        line.Append(record.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture));
        line.Append("+00:00\", \"@version\": 1, \"level\": \""u8);
        line.Append(LogLevels.Name(record.Level));
        line.Append("\", \"message\": \""u8);
        line.AppendEscaped(message);
        line.Append("\", \"module\": \"KRAKEND\""u8);
        if (record.Activity is { } activity)
        {
            line.Append(", \"trace_id\": \""u8);
            line.Append(activity.TraceId.ToHexString());
            line.Append("\", \"span_id\": \""u8);
            line.Append(activity.SpanId.ToHexString());
            line.Append('"');
        }
        line.Append("}\n"u8);
    }

    /// <summary>The message of <c>telemetry/logstash</c>: an object with sorted keys, structured fields of the record among them.</summary>
    /// <param name="record">The record.</param>
    /// <param name="module">The prefix, or <c>KRAKEND</c>.</param>
    /// <param name="fields">Structured fields; the template is not one of them.</param>
    public static string Message(in ApplicationRecord record, string module, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        var members = new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["@timestamp"] = record.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture),
            ["@version"] = 1,
            ["host"] = Environment.MachineName,
            ["level"] = LogLevels.Name(record.Level),
            ["message"] = record.FullText,
            ["module"] = module,
        };
        if (record.Activity is { } activity)
        {
            members["trace_id"] = activity.TraceId.ToHexString();
            members["span_id"] = activity.SpanId.ToHexString();
        }
        for (var i = 0; i < fields?.Count; i++)
        {
            var (name, value) = fields[i];
            if (name != "{OriginalFormat}" && Array.IndexOf(s_reserved, name) < 0)
                members[name] = value;
        }
        return Write(members);
    }

    private static string Write(SortedDictionary<string, object?> members)
    {
        var line = Utf8Line.Take();
        var separator = '{';
        foreach (var (name, value) in members)
        {
            line.Append(separator);
            separator = ',';
            line.Append('"');
            line.AppendEscaped(name);
            line.Append("\":"u8);
            WriteValue(line, value);
        }
        line.Append('}');
        var text = Encoding.UTF8.GetString(line.Span);
        line.Return();
        return text;
    }

    private static void WriteValue(Utf8Line line, object? value)
    {
        switch (value)
        {
            case null:
                line.Append("null"u8);
                break;
            case bool flag:
                line.Append(flag ? "true"u8 : "false"u8);
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal:
                line.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                line.Append(number.ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                line.Append('"');
                line.AppendEscaped(Convert.ToString(value, CultureInfo.InvariantCulture));
                line.Append('"');
                break;
        }
    }
}
