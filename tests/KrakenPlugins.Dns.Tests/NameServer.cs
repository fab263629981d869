using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KrakenPlugins.Dns.Protocol;
using KrakenPlugins.Dns.Resolving;

namespace KrakenPlugins.Dns.Tests;

/// <summary>A name server on a free loopback port, UDP and TCP, whose answers a test scripts.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _tcp;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(string Name, bool IsTcp, bool HasExtension, int Port)> _asked = new();
    private readonly Task _serving;

    public NameServer()
    {
        while (true)
        {
            _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            EndPoint = (IPEndPoint)_udp.LocalEndPoint!;
            _tcp = new TcpListener(EndPoint);
            try
            {
                _tcp.Start();
                break;
            }
            catch (SocketException)
            {
                // Taken for TCP.
                _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            }
        }
        _serving = Task.WhenAll(ServeUdpAsync(), ServeTcpAsync());
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>What it says to a question; several datagrams are sent one after another. The default: the records of the name.</summary>
    public Func<byte[], string, bool, IReadOnlyList<byte[]>>? Script { get; set; }

    /// <summary>Records by name; a name that is missing does not exist.</summary>
    public ConcurrentDictionary<string, SrvRecord[]> Records { get; } = new();

    /// <summary>The questions so far.</summary>
    public IReadOnlyList<(string Name, bool IsTcp, bool HasExtension, int Port)> Asked => [.. _asked];

    public ResolverSettings Settings => new() { Servers = [EndPoint], Timeout = TimeSpan.FromSeconds(5), Attempts = 1 };

    public static SrvRecord Srv(string target, int port, int weight = 1, int priority = 1) => new(priority, weight, port, target);

    /// <summary>An answer to a question.</summary>
    /// <param name="question">The question as it came.</param>
    /// <param name="code">Response code.</param>
    /// <param name="records">Type, owner (empty for a pointer to the question) and content of each record.</param>
    public static byte[] Answer(byte[] question, int code, params (int Type, string Owner, byte[] Content)[] records)
    {
        var end = 12;
        while (question[end] != 0)
            end += question[end] + 1;
        var message = new MemoryStream();
        message.Write(question.AsSpan(0, end + 5));
        foreach (var (type, owner, content) in records)
        {
            message.Write(owner.Length == 0 ? [0xc0, 12] : Name(owner));
            message.Write([0, (byte)type, 0, 1, 0, 0, 0, 30, (byte)(content.Length >> 8), (byte)content.Length]);
            message.Write(content);
        }
        var bytes = message.ToArray();
        bytes[2] = 0x81;
        bytes[3] = (byte)(0x80 | code);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)records.Length);
        bytes[10] = bytes[11] = 0;
        return bytes;
    }

    public static (int Type, string Owner, byte[] Content) Record(SrvRecord record, string owner = "")
    {
        var content = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(content, (ushort)record.Priority);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(2), (ushort)record.Weight);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(4), (ushort)record.Port);
        return (33, owner, [.. content, .. Name(record.Target)]);
    }

    public static byte[] Name(string name)
    {
        var bytes = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.Latin1.GetBytes(label));
        }
        bytes.Add(0);
        return [.. bytes];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Stop();
        await _serving.WaitAsync(TimeSpan.FromSeconds(10));
        _stop.Dispose();
    }

    private IReadOnlyList<byte[]> Answers(byte[] question, bool isTcp, int port)
    {
        var at = 12;
        DnsName.TryRead(question, ref at, out var name);
        _asked.Enqueue((name, isTcp, question[11] == 1, port));
        if (Script is { } script)
            return script(question, name, isTcp);
        return [Records.TryGetValue(name, out var records) ? Answer(question, 0, [.. records.Select(static record => Record(record))]) : Answer(question, 3)];
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                foreach (var answer in Answers(buffer[..received.ReceivedBytes], isTcp: false, ((IPEndPoint)received.RemoteEndPoint).Port))
                    await _udp.SendToAsync(answer, SocketFlags.None, received.RemoteEndPoint, _stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The end of the test, or a client that has gone.
            }
        }
    }

    private async Task ServeTcpAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _tcp.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length, _stop.Token);
                var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(question, _stop.Token);
                foreach (var answer in Answers(question, isTcp: true, 0))
                    await stream.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer], _stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
            {
                // The end of the test, or a client that has gone.
            }
        }
    }
}
