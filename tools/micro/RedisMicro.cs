using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KrakenPlugins.RateLimit.Redis;
using KrakenPlugins.RateLimiting;
using KrakenPlugins.Resp;

namespace Gateway.Micro;

/// <summary>Decisions of the limits in Redis through one connection, with Debian's redis-server beside it.</summary>
internal static class RedisMicro
{
    private const int CallsPerCaller = 2_000;

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
            Console.WriteLine($"{"buckets",18} {"callers",8} {"decisions/s",12} {"bytes",7} {"mean us",9}");
            foreach (var (name, buckets) in Limits(client))
            {
                await MeasureAsync(buckets, 50).ConfigureAwait(false);
                foreach (var callers in (int[])[1, 10, 50, 200])
                    Print(name, callers, await MeasureAsync(buckets, callers).ConfigureAwait(false));
            }
        }
        finally
        {
            server.Kill();
        }
    }

    private static IEnumerable<(string Name, RedisBuckets Buckets)> Limits(RespClient client)
    {
        if (!TokenRate.TryCreate(1000, TimeSpan.FromSeconds(1), 200, out var rate))
            throw new InvalidOperationException("no rate");
        yield return ("shared", new RedisBuckets(client, new BucketKeys("a:", "GET /orders", hasShared: true, isHashed: true), rate, null, null));
        yield return ("client", new RedisBuckets(client, new BucketKeys("b:", "GET /orders", hasShared: false, isHashed: true), null, rate, null));
        yield return ("client and shared", new RedisBuckets(client, new BucketKeys("c:", "GET /orders", hasShared: true, isHashed: true), rate, rate, null));
    }

    private static async Task<(TimeSpan Took, long Allocated)> MeasureAsync(RedisBuckets buckets, int callers)
    {
        var (allocated, start) = (GC.GetTotalAllocatedBytes(true), Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => DecideAsync(buckets, caller)))).ConfigureAwait(false);
        return (Stopwatch.GetElapsedTime(start), GC.GetTotalAllocatedBytes(true) - allocated);
    }

    private static void Print(string name, int callers, (TimeSpan Took, long Allocated) measured)
    {
        double calls = callers * CallsPerCaller;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,18} {callers,8} {calls / measured.Took.TotalSeconds,12:F0} {measured.Allocated / calls,7:F0} {measured.Took.TotalMicroseconds / CallsPerCaller,9:F0}"));
    }

    private static async Task DecideAsync(RedisBuckets buckets, int caller)
    {
        var client = buckets.Client is null ? null : string.Create(CultureInfo.InvariantCulture, $"client {caller}");
        for (var i = 0; i < CallsPerCaller; i++)
        {
            var reply = await buckets.TakeAsync(client, tells: false, TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            if (!BucketDecision.TryRead(reply, out _))
                throw new InvalidOperationException($"{reply.Failure}: {reply.Error}");
        }
    }
}
