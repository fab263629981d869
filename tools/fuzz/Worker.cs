using System.Diagnostics;
using System.Globalization;

namespace Gateway.Fuzz;

/// <summary>Runs one target in a process of its own: a stack overflow ends that, and its parent still knows the input.</summary>
internal static class Worker
{
    /// <summary>Status of a worker that found something and wrote it down.</summary>
    public const int Found = 3;

    private const long MostMemory = 1L << 30;

    /// <summary>Runs until the time is over; the input at work is always in <paramref name="current"/>.</summary>
    /// <param name="target">What to run.</param>
    /// <param name="seeds">What inputs are made of.</param>
    /// <param name="seed">First of the random numbers.</param>
    /// <param name="time">When to end.</param>
    /// <param name="slowest">What one input may take.</param>
    /// <param name="current">The file for the input.</param>
    public static int Run(Target target, IReadOnlyList<byte[]> seeds, int seed, TimeSpan time, TimeSpan slowest, string current)
    {
        var mutator = new Mutator(seeds, target.Tokens, seed);
        var clock = Stopwatch.StartNew();
        var count = 0;
        // In place of a seed's mutation the seeds themselves come first.
        using var file = new FileStream(current, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 1);
        var started = 0L;
        using var watch = new Timer(_ => EndWhenStuck(), null, 200, 200);
        for (; clock.Elapsed < time; count++)
        {
            var input = count < seeds.Count ? seeds[count] : mutator.Next();
            file.SetLength(0);
            file.Write(input);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Volatile.Write(ref started, Stopwatch.GetTimestamp());
            try
            {
                target.Run(input);
            }
            catch (Exception exception)
            {
                Console.WriteLine(exception);
                return Found;
            }
            Volatile.Write(ref started, 0);
            if (GC.GetAllocatedBytesForCurrentThread() - before is var allocated && allocated > MostMemory)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one input allocated {allocated >> 20} MiB"));
                return Found;
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} inputs"));
        return 0;

        void EndWhenStuck()
        {
            var since = Volatile.Read(ref started);
            if (since == 0 || Stopwatch.GetElapsedTime(since) < slowest)
                return;
            Console.WriteLine($"an input took more than {slowest.TotalSeconds} s");
            Console.Out.Flush();
            Environment.Exit(Found);
        }
    }
}
