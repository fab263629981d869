using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Gateway.Testing;

/// <summary>A way to a server of this machine on which every byte travels for some time, without less of them getting through.</summary>
public sealed class SlowLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _port;
    private readonly Task _accepting;
    private long _delayTicks;

    /// <summary>A link to a port.</summary>
    public SlowLink(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its own port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How long answers travel.</summary>
    public TimeSpan Delay
    {
        get => new(Volatile.Read(ref _delayTicks));
        set => Volatile.Write(ref _delayTicks, value.Ticks);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var links = new List<Task>();
        try
        {
            while (true)
                links.Add(LinkAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(links);
        }
    }

    private async Task LinkAsync(TcpClient near)
    {
        using var far = new TcpClient();
        using (near)
        {
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
                var ends = new[] { near.GetStream().CopyToAsync(far.GetStream(), _stop.Token), PumpAsync(far.GetStream(), near.GetStream()) };
                await await Task.WhenAny(ends);
            }
            catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One end is gone, and the other one goes with it.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var travelling = Channel.CreateUnbounded<(byte[] Bytes, DateTime Due)>();
        var arriving = ArriveAsync(travelling.Reader, to);
        var buffer = new byte[64 << 10];
        int count;
        while ((count = await from.ReadAsync(buffer, _stop.Token)) > 0)
            travelling.Writer.TryWrite((buffer[..count], DateTime.UtcNow + Delay));
        travelling.Writer.Complete();
        await arriving;
    }

    private async Task ArriveAsync(ChannelReader<(byte[] Bytes, DateTime Due)> travelling, NetworkStream to)
    {
        await foreach (var (bytes, due) in travelling.ReadAllAsync(_stop.Token))
        {
            if (due - DateTime.UtcNow is { Ticks: > 0 } rest)
                await Task.Delay(rest, _stop.Token);
            await to.WriteAsync(bytes, _stop.Token);
        }
    }
}
