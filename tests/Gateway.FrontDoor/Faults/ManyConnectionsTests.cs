using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Faults;

/// <summary>Thousands of open connections.</summary>
[Collection("memory")]
public sealed partial class ManyConnectionsTests
{
    [Fact, Spec("CFG-159")]
    public async Task Thousands_of_open_connections_do_not_slow_a_new_one_down()
    {
        var count = Environment.GetEnvironmentVariable("TEST_FULL") == "1" ? 8000 : 1000;
        // Both ends of every connection are in this process.
        RaiseFileLimit((ulong)(2 * count) + 1000);
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"use_h2c":true}""");
        var sockets = new List<Socket>(count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, gateway.Port);
                // Slow ones, idle ones after a request, and silent ones.
                if (i % 3 == 0)
                    await socket.SendAsync("GET /__health HTTP/1.1\r\nHost: a\r\nX-Slow: "u8.ToArray());
                else if (i % 3 == 1)
                    await socket.SendAsync("GET /__health HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            }
            var watch = Stopwatch.StartNew();

            using var connection = await gateway.ConnectAsync();
            await connection.WriteAsync("GET /__health HTTP/1.1\r\nHost: a\r\n\r\n");

            Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
            Assert.InRange(watch.ElapsedMilliseconds, 0, 5000);
            await FinishAsync(sockets);
        }
        finally
        {
            foreach (var socket in sockets)
                socket.Dispose();
        }
    }

    // Every connection was accepted and is still served: the slow ones end their request, the idle and silent ones send another.
    private static async Task FinishAsync(List<Socket> sockets)
    {
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var i = 0; i < sockets.Count; i++)
        {
            if (i % 3 == 1)
                Assert.NotEqual(0, await sockets[i].ReceiveAsync(buffer, limit.Token));
            await sockets[i].SendAsync(i % 3 == 0 ? "x\r\n\r\n"u8.ToArray() : "GET /__health HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
            var read = await sockets[i].ReceiveAsync(buffer, limit.Token);
            Assert.StartsWith("HTTP/1.1 200 ", System.Text.Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
        }
    }

    private static void RaiseFileLimit(ulong wanted)
    {
        if (!OperatingSystem.IsLinux())
            return;
        Assert.Equal(0, GetLimit(OpenFiles, out var limit));
        if (limit.Current >= wanted)
            return;
        Assert.True(limit.Maximum >= wanted, $"{wanted} files must be openable for this test, and the hard limit is {limit.Maximum}");
        limit.Current = wanted;
        Assert.Equal(0, SetLimit(OpenFiles, in limit));
    }

    private const int OpenFiles = 7;

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Current;
        public ulong Maximum;
    }
}
