using System.Net;
using System.Net.Sockets;

namespace Gateway.Sidecars.Tests.Calls;

/// <summary>A way to a server of this machine on which at some point nothing moves any more, though both ends stay connected.</summary>
internal sealed class ClosedRoad : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _carrying;
    private readonly TaskCompletionSource _end = new();

    public ClosedRoad(int port)
    {
        _listener.Start();
        _carrying = CarryAsync(port);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Close() => _closed.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _end.SetResult();
        _listener.Stop();
        await _carrying;
        _closed.Dispose();
    }

    private async Task CarryAsync(int port)
    {
        using var near = await _listener.AcceptTcpClientAsync();
        using var far = new TcpClient();
        await far.ConnectAsync(IPAddress.Loopback, port);
        try
        {
            await Task.WhenAll(near.GetStream().CopyToAsync(far.GetStream(), _closed.Token), far.GetStream().CopyToAsync(near.GetStream(), _closed.Token));
        }
        catch (OperationCanceledException)
        {
            await _end.Task;
        }
    }
}
