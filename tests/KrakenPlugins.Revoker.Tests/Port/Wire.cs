using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Revoker.Port;
using Microsoft.Extensions.Logging.Abstractions;

namespace KrakenPlugins.Revoker.Tests.Port;

/// <summary>A port of its own with a small filter, and bytes for it.</summary>
internal sealed class Wire : IAsyncDisposable
{
    public static readonly FilterSettings Settings = new(1000, 0.0001, 100, HashName.Optimal);

    private readonly PortServer _server;
    private readonly IPAddress _ip;

    public Wire(byte[]? key = null, TimeProvider? time = null, FilterSettings? settings = null, string address = "127.0.0.1")
    {
        Time = time ?? TimeProvider.System;
        Filter = new RotatingFilter(settings ?? Settings, Time);
        _ip = IPAddress.Parse(address);
        _server = new PortServer(_ip, 0, Time);
        Attach(key);
    }

    /// <summary>Another configuration of the same filter takes over, as by a reload.</summary>
    public void Attach(byte[]? key) => _server.Attach(new PortTarget(Filter, key, NullLogger.Instance));

    public TimeProvider Time { get; }

    public RotatingFilter Filter { get; }

    public IPEndPoint Address => new(_ip, _server.Port);

    /// <summary>Bytes out of hexadecimal digits and 'texts'.</summary>
    public static byte[] Bytes(string notation)
    {
        var bytes = new List<byte>();
        foreach (var token in notation.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (token[0] == '\'')
                bytes.AddRange(Encoding.UTF8.GetBytes(token[1..^1]));
            else
                bytes.AddRange(Convert.FromHexString(token));
        }
        return [.. bytes];
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Address);
        return socket;
    }

    /// <summary>Sends bytes and gives as many back, or those that came before the connection was closed.</summary>
    public static async Task<byte[]> CallAsync(Socket socket, byte[] request, int length)
    {
        await socket.SendAsync(request);
        var answer = new byte[length];
        var read = 0;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            while (read < length && await socket.ReceiveAsync(answer.AsMemory(read), limit.Token) is > 0 and var count)
                read += count;
        }
        catch (SocketException)
        {
            // Closed with bytes that nobody read.
        }
        return answer[..read];
    }

    /// <summary>Whether the other side has closed, or does so soon.</summary>
    public static async Task<bool> IsClosedAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            var rest = new byte[4096];
            while (await socket.ReceiveAsync(rest, limit.Token) > 0)
            {
            }
            return true;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public Task<PortClient> ClientAsync(string key = "") => PortClient.ConnectAsync(Address, Encoding.UTF8.GetBytes(key), Time, CancellationToken.None);

    public static byte[] Element(string claim, int value) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{claim}-{value}"));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Filter.Dispose();
    }
}
