using System.Diagnostics;
using System.Globalization;
using KrakenPlugins.RateLimiting;
using KrakenPlugins.RateLimiting.Clients;

namespace Gateway.Micro;

/// <summary>What a rate limit costs a request, the time stamp included: the shared bucket, a known client, and what a second thread adds.</summary>
internal static class LimitsMicro
{
    private const int Rounds = 100;
    private const int CallsPerRound = 20_000;
    private const int Clients = 10_000;

    public static void Run()
    {
        var clock = new MonotonicClock(TimeProvider.System);
        var bucket = new TokenBucket(Rate(1e9, 1_000_000_000));
        var empty = new TokenBucket(Rate(1e-3, 1));
        empty.TryTake(clock.Now, out _);
        using var table = new ClientTable(Rate(1e3, 2_000_000_000_000), new ClientTableOptions(), clock, TimeProvider.System);
        var random = new Random(1);
        var clients = Enumerable.Range(0, Clients).Select(_ => new UInt128((ulong)random.NextInt64(long.MinValue, long.MaxValue), (ulong)random.NextInt64(long.MinValue, long.MaxValue))).ToArray();

        Console.WriteLine($"{"decision",-34} {"ns",8} {"bytes",6}");
        Print("time stamp", _ => clock.Now > 0);
        Print("shared bucket, admitted", _ => bucket.TryTake(clock.Now, out var _));
        Print("shared bucket, refused", _ => !empty.TryTake(clock.Now, out var _));
        Print("one known client", _ => table.TryTake(clients[0], clock.Now, out var _));
        Print("10000 known clients in turn", i => table.TryTake(clients[i % Clients], clock.Now, out var _));
        Scale("time stamp", (_, _) => clock.Now > 0);
        Scale("shared bucket", (_, _) => bucket.TryTake(clock.Now, out var _));
        Scale("a client of each", (thread, _) => table.TryTake(clients[thread], clock.Now, out var _));
    }

    private static void Print(string name, Func<int, bool> decide)
    {
        var best = double.MaxValue;
        double bytes = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < CallsPerRound; i++)
            {
                if (!decide(i))
                    throw new InvalidOperationException($"{name}: another decision was expected");
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalNanoseconds / CallsPerRound);
            bytes = Math.Min(bytes, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / CallsPerRound);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34} {best,8:F1} {bytes,6:F1}"));
    }

    private static void Scale(string name, Func<int, int, bool> decide)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name + ", two threads",-34} {TwoThreads.Gain(decide),8:F2} times the decisions of one"));
    }

    private static TokenRate Rate(double perSecond, long capacity) =>
        TokenRate.TryCreate(perSecond, TimeSpan.FromSeconds(1), capacity, out var rate) ? rate : throw new InvalidOperationException("no rate");
}
