using System.Globalization;
using System.Net.Sockets;
using System.Text;
using KrakenPlugins.Logging.Application;
using KrakenPlugins.Logging.Formatting;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Logging.Sinks;

/// <summary>
/// The application log in the local syslog daemon: <c>&lt;priority&gt;Jan _2 15:04:05 tag[pid]: LEVEL &gt; message</c> (OBS-036, OBS-037;
/// RFC 3164 as daemons take it from their local socket, without host name).
/// </summary>
internal sealed class Syslog : IRecordSink
{
    // What daemons and sockets take in one piece is larger, but not by much everywhere.
    private const int LongestRecord = 64 * 1024;

    private static readonly GoTime s_stamp = GoTime.Parse("Jan _2 15:04:05");

    private readonly DeliveryQueue _queue;
    private readonly byte[] _head;
    private readonly byte[] _tag;

    /// <param name="queue">In front of the socket.</param>
    /// <param name="facility">0 to 7: <c>local0</c> to <c>local7</c>.</param>
    /// <param name="level">The log's level, which decides the severity of every record.</param>
    /// <param name="tag">What the daemon files records under.</param>
    public Syslog(DeliveryQueue queue, int facility, LogLevel level, string tag)
    {
        _queue = queue;
        var priority = ((16 + facility) << 3) | LogLevels.SyslogSeverity(level);
        _head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<{priority}>"));
        _tag = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {ApplicationRecord.OneLine(tag)}[{Environment.ProcessId}]: "));
    }

    /// <inheritdoc/>
    public void Write(in ApplicationRecord record)
    {
        var line = Utf8Line.Take();
        line.Append(_head);
        s_stamp.Write(line, record.Time);
        line.Append(_tag);
        line.Append(LogLevels.Name(record.Level));
        line.Append(" > "u8);
        line.Append(ApplicationRecord.OneLine(record.FullText));
        var length = Math.Min(line.Length, LongestRecord - 1);
        var bytes = new byte[length + 1];
        line.Span[..length].CopyTo(bytes);
        bytes[length] = (byte)'\n';
        line.Return();
        _queue.Enqueue(bytes);
    }
}

/// <summary>The local socket of a syslog daemon; each record gets one reconnect (OBS-038).</summary>
internal sealed class SyslogSocket : IDelivery
{
    /// <summary>Where daemons listen, in the order in which they are tried.</summary>
    public static readonly IReadOnlyList<string> Paths = ["/dev/log", "/var/run/syslog", "/var/run/log"];

    private readonly IReadOnlyList<string> _paths;
    private Socket? _socket;

    /// <summary>Connects to the first daemon found. Throws <see cref="IOException"/> when there is none.</summary>
    public SyslogSocket(IReadOnlyList<string> paths)
    {
        _paths = paths;
        _socket = Connect() ?? throw new IOException($"no syslog daemon listens on {string.Join(", ", paths)}");
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TrySendAsync(byte[] record, CancellationToken cancellationToken)
    {
        if (await TrySendOnceAsync(record, cancellationToken).ConfigureAwait(false))
            return true;
        _socket?.Dispose();
        _socket = Connect();
        return await TrySendOnceAsync(record, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private async ValueTask<bool> TrySendOnceAsync(byte[] record, CancellationToken cancellationToken)
    {
        if (_socket is null)
            return false;
        try
        {
            for (var sent = 0; sent < record.Length;)
                sent += await _socket.SendAsync(record.AsMemory(sent), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Socket? Connect()
    {
        foreach (var type in (ReadOnlySpan<SocketType>)[SocketType.Dgram, SocketType.Stream])
        {
            foreach (var path in _paths)
            {
                var socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
                try
                {
                    // Local: it succeeds or fails at once.
                    socket.Connect(new UnixDomainSocketEndPoint(path));
                    return socket;
                }
                catch (SocketException)
                {
                    socket.Dispose();
                }
            }
        }
        return null;
    }
}
