using System.Diagnostics;

namespace Gateway.Micro;

/// <summary>
/// What a second thread adds to a decision. Both begin at once and decide for a tenth of a millisecond, turn about with one thread alone. Rounds count
/// in which nobody was interrupted, and of each kind the fastest tenth decides: a busy machine makes it take longer, and says the same.
/// </summary>
internal static class TwoThreads
{
    private const int Batch = 16;
    private const int NumbersPerRound = 4096;
    private const int WantedRounds = 1_000;
    private const int LeastRounds = 100;
    private static readonly long s_window = Stopwatch.Frequency / 10_000;
    private static readonly long s_interruption = Stopwatch.Frequency / 50_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Decisions per second of two threads, as a multiple of those of one; no number where too few rounds counted.</summary>
    /// <param name="decide">The decision, given the thread and a number.</param>
    public static double Gain(Func<int, int, bool> decide)
    {
        var turn = new Turn();
        var second = default(Round);
        var helper = new Thread(() =>
        {
            for (var round = 1; turn.Wait(round); round++)
            {
                second = Run(decide, 1, round);
                turn.Done(round);
            }
        });
        helper.Start();
        var (alone, both) = (new List<double>(), new List<double>());
        var watch = Stopwatch.StartNew();
        for (var n = 1; both.Count < WantedRounds && watch.Elapsed < s_patience; n++)
        {
            var single = Run(decide, 0, n);
            if (!single.IsInterrupted)
                alone.Add(single.Rate);
            turn.Begin();
            var first = Run(decide, 0, n);
            turn.WaitForSecond();
            if (!first.IsInterrupted && !second.IsInterrupted && Math.Abs(first.From - second.From) < s_interruption)
                both.Add(first.Rate + second.Rate);
        }
        turn.End();
        helper.Join();
        return both.Count < LeastRounds ? double.NaN : Fast(both) / Fast(alone);
    }

    private static double Fast(List<double> rates)
    {
        rates.Sort();
        return rates[rates.Count * 9 / 10];
    }

    private static Round Run(Func<int, int, bool> decide, int thread, int round)
    {
        var from = Stopwatch.GetTimestamp();
        var number = round * NumbersPerRound;
        var (now, longest, decisions) = (from, 0L, 0);
        do
        {
            for (var i = 0; i < Batch; i++)
                decide(thread, number++ & int.MaxValue);
            decisions += Batch;
            var then = Stopwatch.GetTimestamp();
            longest = Math.Max(longest, then - now);
            now = then;
        }
        while (now - from < s_window);
        return new(from, decisions / (double)(now - from), longest > s_interruption);
    }

    private readonly record struct Round(long From, double Rate, bool IsInterrupted);

    /// <summary>Lets two threads begin at once. They spin: who sleeps comes late.</summary>
    private sealed class Turn
    {
        private volatile int _asked;
        private volatile int _ready;
        private volatile int _done;
        private volatile bool _isOver;

        /// <summary>The first thread begins a round when the second is there.</summary>
        public void Begin()
        {
            var round = _asked + 1;
            while (_ready != round)
                Thread.SpinWait(1);
            _asked = round;
        }

        /// <summary>The second waits for the next round; returns false when there is none any more.</summary>
        public bool Wait(int round)
        {
            _ready = round;
            while (_asked != round)
            {
                if (_isOver)
                    return false;
                Thread.SpinWait(1);
            }
            return true;
        }

        public void Done(int round) => _done = round;

        public void WaitForSecond()
        {
            while (_done != _asked)
                Thread.SpinWait(1);
        }

        public void End() => _isOver = true;
    }
}
