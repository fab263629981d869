using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using KrakenPlugins.Logging.Application;

namespace KrakenPlugins.Logging.Sinks;

/// <summary>Records and access lines as GELF 1.1 messages (OBS-040 to 042).</summary>
/// <param name="queue">In front of the collector.</param>
/// <param name="facility">Sent as <c>facility</c>; <see langword="null"/> over TCP.</param>
/// <param name="prefix">In front of every application record.</param>
internal sealed class Gelf(DeliveryQueue queue, string? facility, string prefix) : IRecordSink
{
    private const int Level = 6;

    private static readonly JsonWriterOptions s_options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public void Write(in ApplicationRecord record) => Send(prefix + record.FullText, record.Time, record.Activity);

    /// <summary>Sends an access line.</summary>
    /// <param name="line">UTF-8, with or without break.</param>
    /// <param name="time">When it was written.</param>
    /// <param name="activity">Its trace, or <see langword="null"/>.</param>
    public void WriteAccess(ReadOnlySpan<byte> line, DateTimeOffset time, Activity? activity) => Send(Encoding.UTF8.GetString(line), time, activity);

    private void Send(string text, DateTimeOffset time, Activity? activity)
    {
        text = text.Trim();
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var buffer = new ArrayBufferWriter<byte>(256 + text.Length);
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.1");
            json.WriteString("host", Environment.MachineName);
            json.WriteString("short_message", end < 0 ? text : text.AsSpan(0, end).Trim());
            if (end >= 0)
                json.WriteString("full_message", text);
            json.WriteNumber("timestamp", time.ToUnixTimeMilliseconds() / 1000m);
            json.WriteNumber("level", Level);
            if (facility is not null)
                json.WriteString("facility", facility);
            if (activity is not null)
            {
                json.WriteString("_trace_id", activity.TraceId.ToHexString());
                json.WriteString("_span_id", activity.SpanId.ToHexString());
            }
            json.WriteEndObject();
        }
        queue.Enqueue(buffer.WrittenSpan.ToArray());
    }
}
