using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary>Connections of clients between their requests.</summary>
public sealed class ClientConnectionTests
{
    [Fact, Spec("RTE-198")]
    public async Task An_idle_connection_stays_open_without_an_idle_timeout()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"a":1}""");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]}]}
            """, upstream.Host);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, gateway.Port);
        await socket.SendAsync("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        Assert.NotEqual(0, await socket.ReceiveAsync(new byte[4096]));

        // The server looks at its connections once a second.
        using var watch = new CancellationTokenSource(TimeSpan.FromSeconds(3.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await socket.ReceiveAsync(new byte[1], watch.Token));
    }
}
