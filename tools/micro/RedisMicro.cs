using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KrakenPlugins.Resp;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Micro;

/// <summary>Decisions of a token bucket in Lua through one connection, with Debian's redis-server beside it.</summary>
internal static class RedisMicro
{
    private const int CallsPerCaller = 2_000;

    private static readonly RedisScript s_bucket = new("""
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local free = tonumber(redis.call('GET', KEYS[1]) or '0')
        if free < now then free = now end
        local wait = free + ARGV[1] - now
        if wait > tonumber(ARGV[2]) then return wait end
        redis.call('SET', KEYS[1], string.format('%.0f', free + ARGV[1]), 'PX', ARGV[3])
        return 0
        """);

    public static void Run() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var server = Process.Start(new ProcessStartInfo("redis-server", ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"]))!;
        try
        {
            await using var client = RespClient.Connect(new RespAddress("127.0.0.1", port), new RespOptions { Name = "micro" });
            while (!client.IsReady)
                await Task.Delay(10).ConfigureAwait(false);
            Console.WriteLine($"{"callers",8} {"decisions/s",12} {"bytes",7} {"mean us",9}");
            await MeasureAsync(client, 50).ConfigureAwait(false);
            foreach (var callers in (int[])[1, 10, 50, 200])
                await MeasureAsync(client, callers).ConfigureAwait(false);
        }
        finally
        {
            server.Kill();
        }
    }

    private static async Task MeasureAsync(RespClient client, int callers)
    {
        var (allocated, start) = (GC.GetTotalAllocatedBytes(true), Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => DecideAsync(client, caller)))).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(start);
        double calls = callers * CallsPerCaller;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{callers,8} {calls / took.TotalSeconds,12:F0} {(GC.GetTotalAllocatedBytes(true) - allocated) / calls,7:F0} {took.TotalMicroseconds / CallsPerCaller,9:F0}"));
    }

    private static async Task DecideAsync(RespClient client, int caller)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"bucket:{caller}");
        for (var i = 0; i < CallsPerCaller; i++)
        {
            var reply = await client.EvaluateAsync(s_bucket, [key], [10, 1000, 60_000], new RedisCall(TimeSpan.FromSeconds(2))).ConfigureAwait(false);
            if (reply.IsFailed)
                throw new InvalidOperationException($"{reply.Failure}: {reply.Error}");
        }
    }
}
