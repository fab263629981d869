using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace KrakenPlugins.Logging.Tests;

/// <summary>A syslog daemon on a Unix datagram socket.</summary>
internal sealed class SyslogDaemon : IDisposable
{
    private readonly ConcurrentQueue<string> _records = new();
    private Socket? _socket;

    private SyslogDaemon(string path) => Path = path;

    /// <summary>Its socket.</summary>
    public string Path { get; }

    /// <summary>What came, one record each.</summary>
    public IReadOnlyList<string> Records => [.. _records];

    /// <summary>Starts one that reads, or one that only listens.</summary>
    public static SyslogDaemon Start(bool reads = true)
    {
        var daemon = new SyslogDaemon(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"syslog-{Guid.NewGuid():N}"));
        daemon.Open(reads);
        return daemon;
    }

    /// <summary>Comes back after <see cref="Dispose"/>.</summary>
    public void Open(bool reads = true)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path));
        _socket = socket;
        if (reads)
            _ = ReadAsync(socket);
    }

    /// <summary>Goes away; its socket file too.</summary>
    public void Dispose()
    {
        _socket?.Dispose();
        File.Delete(Path);
    }

    private async Task ReadAsync(Socket socket)
    {
        var buffer = new byte[256 * 1024];
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer);
                _records.Enqueue(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The daemon went away.
        }
    }
}

/// <summary>A GELF input over UDP: puts chunks together and inflates.</summary>
internal sealed class GelfUdpInput : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentQueue<JsonElement> _messages = new();
    private readonly ConcurrentQueue<byte[]> _datagrams = new();
    private readonly Dictionary<string, byte[]?[]> _chunks = [];

    public GelfUdpInput()
    {
        _socket.ReceiveBufferSize = 4 << 20;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = $"127.0.0.1:{((IPEndPoint)_socket.LocalEndPoint!).Port}";
        _ = ReadAsync();
    }

    /// <summary><c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>Messages that are complete.</summary>
    public IReadOnlyList<JsonElement> Messages => [.. _messages];

    /// <summary>What came over the wire.</summary>
    public IReadOnlyList<byte[]> Datagrams => [.. _datagrams];

    /// <summary>Texts of the messages.</summary>
    public IReadOnlyList<string> Texts => [.. Messages.Select(static m => m.GetProperty("short_message").GetString()!)];

    public void Dispose() => _socket.Dispose();

    private async Task ReadAsync()
    {
        var buffer = new byte[65536];
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer);
                var datagram = buffer[..read];
                _datagrams.Enqueue(datagram);
                if (datagram is [0x1e, 0x0f, ..])
                    TakeChunk(datagram);
                else
                    Take(datagram);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The input was closed.
        }
    }

    private void TakeChunk(byte[] datagram)
    {
        var id = Convert.ToHexString(datagram, 2, 8);
        if (!_chunks.TryGetValue(id, out var parts))
            _chunks[id] = parts = new byte[datagram[11]][];
        parts[datagram[10]] = datagram[12..];
        if (parts.All(static part => part is not null))
            Take([.. parts.SelectMany(static part => part!)]);
    }

    private void Take(byte[] message)
    {
        using var gzip = new GZipStream(new MemoryStream(message), CompressionMode.Decompress);
        _messages.Enqueue(JsonDocument.Parse(gzip).RootElement);
    }
}

/// <summary>A GELF input over TCP that can be stuck, die and come back on its port.</summary>
internal sealed class GelfTcpInput : IDisposable
{
    private readonly ConcurrentQueue<JsonElement> _messages = new();
    private readonly ConcurrentBag<Socket> _connections = [];
    private readonly bool _reads;
    private TcpListener? _listener;
    private int _port;

    public GelfTcpInput(bool reads = true)
    {
        _reads = reads;
        Open();
    }

    /// <summary><c>host:port</c>.</summary>
    public string Address => $"127.0.0.1:{_port}";

    /// <summary>What came.</summary>
    public IReadOnlyList<JsonElement> Messages => [.. _messages];

    /// <summary>Texts of the messages.</summary>
    public IReadOnlyList<string> Texts => [.. Messages.Select(static m => m.GetProperty("short_message").GetString()!)];

    /// <summary>Connections that were accepted so far.</summary>
    public int Connections => _connections.Count;

    /// <summary>Comes back on the port it had.</summary>
    public void Open()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener);
    }

    /// <summary>Stops listening and cuts every connection.</summary>
    public void Dispose()
    {
        _listener?.Stop();
        foreach (var connection in _connections)
            connection.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync();
                _connections.Add(socket);
                if (_reads)
                    _ = ReadAsync(socket);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ReadAsync(Socket socket)
    {
        var pending = new List<byte>();
        var buffer = new byte[65536];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
            {
                foreach (var b in buffer.AsSpan(0, read))
                {
                    if (b != 0)
                    {
                        pending.Add(b);
                        continue;
                    }
                    _messages.Enqueue(JsonDocument.Parse(pending.ToArray()).RootElement);
                    pending.Clear();
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
