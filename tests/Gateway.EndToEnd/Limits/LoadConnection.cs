using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.EndToEnd.Limits;

/// <summary>One connection that asks for a path again and again and notes when which status came back.</summary>
internal sealed class LoadConnection(int port) : IDisposable
{
    private static readonly byte[] s_request = Encoding.ASCII.GetBytes("GET /__health HTTP/1.1\r\nHost: load\r\n\r\n");

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[4096];

    /// <summary>Time stamp and status of every answer.</summary>
    public List<(long At, int Status)> Answers { get; } = [];

    /// <summary>Asks until the time is over.</summary>
    public async Task RunAsync(TimeSpan duration)
    {
        Answers.Clear();
        if (!_socket.Connected)
            await _socket.ConnectAsync(IPAddress.Loopback, port);
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            await _socket.SendAsync(s_request);
            var status = await ReadStatusAsync();
            Answers.Add((Stopwatch.GetTimestamp(), status));
        }
    }

    public void Dispose() => _socket.Dispose();

    // Answers are small, have a length, and none is behind another.
    private async Task<int> ReadStatusAsync()
    {
        var received = 0;
        while (true)
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(received));
            if (count == 0)
                throw new IOException("the gateway closed the connection");
            received += count;
            if (IsWhole(_buffer.AsSpan(0, received)))
                return int.Parse(_buffer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        var field = answer[..(head + 2)].IndexOf("Content-Length: "u8);
        if (field < 0)
            throw new IOException($"an answer without length: {Encoding.ASCII.GetString(answer)}");
        var value = answer[(field + 16)..];
        return answer.Length >= head + 4 + int.Parse(value[..value.IndexOf((byte)'\r')], System.Globalization.CultureInfo.InvariantCulture);
    }
}
