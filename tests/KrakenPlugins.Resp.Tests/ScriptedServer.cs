using System.Net;
using System.Net.Sockets;
using System.Text;
using KrakenPlugins.Resp.Wire;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Tests;

/// <summary>A server that speaks RESP and answers what a test says, right or wrong.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string[], Socket, Task> _answer;
    private readonly Task _accepting;
    private int _connections;

    public ScriptedServer(Func<string[], Socket, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Answers every command with these bytes.</summary>
    public ScriptedServer(Func<string[], string> answer)
        : this((command, socket) => SendAsync(socket, answer(command)))
    {
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What is sent in answer to HELLO.</summary>
    public string Hello { get; init; } = "%0\r\n";

    public static async Task SendAsync(Socket socket, string text)
    {
        if (text.Length > 0)
            await socket.SendAsync(Encoding.Latin1.GetBytes(text));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var _ = socket;
        var reader = new RespReader(1 << 20);
        try
        {
            while (await socket.ReceiveAsync(reader.Free(), _stop.Token) is var count and > 0)
            {
                reader.Add(count);
                while (reader.TryRead(out var command))
                {
                    var parts = command.Items.ToArray().Select(static part => part.Text).ToArray();
                    await (parts[0] == "HELLO" ? SendAsync(socket, Hello) : _answer(parts, socket));
                }
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
            // The client has gone.
        }
    }
}
