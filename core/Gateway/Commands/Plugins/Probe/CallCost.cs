using System.Diagnostics;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>Time and allocations of a call after warm-up, without what the test itself costs.</summary>
/// <param name="Nanoseconds">Mean time of a call.</param>
/// <param name="Bytes">Mean allocation of a call.</param>
internal readonly record struct CallCost(double Nanoseconds, long Bytes)
{
    private const int Batches = 6;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_batch = TimeSpan.FromMilliseconds(50);

    /// <summary>Measures a call with the component, and the same without it, in turns; the fastest batch of each counts.</summary>
    public static async Task<CallCost> MeasureAsync(Func<Task> with, Func<Task> without)
    {
        await RunAsync(with, s_warmUp).ConfigureAwait(false);
        await RunAsync(without, s_warmUp).ConfigureAwait(false);
        var (cost, floor) = (new CallCost(double.MaxValue, long.MaxValue), new CallCost(double.MaxValue, long.MaxValue));
        for (var i = 0; i < Batches; i++)
        {
            cost = cost.Least(await RunAsync(with, s_batch).ConfigureAwait(false));
            floor = floor.Least(await RunAsync(without, s_batch).ConfigureAwait(false));
        }
        return new(Math.Max(0, cost.Nanoseconds - floor.Nanoseconds), Math.Max(0, cost.Bytes - floor.Bytes));
    }

    private CallCost Least(CallCost other) => new(Math.Min(Nanoseconds, other.Nanoseconds), Math.Min(Bytes, other.Bytes));

    private static async Task<CallCost> RunAsync(Func<Task> call, TimeSpan limit)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        var calls = 0;
        do
        {
            await call().ConfigureAwait(false);
            calls++;
        }
        while (Stopwatch.GetElapsedTime(started) < limit);
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new(elapsed.TotalNanoseconds / calls, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / calls);
    }
}
