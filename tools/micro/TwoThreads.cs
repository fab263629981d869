using System.Diagnostics;

namespace Gateway.Micro;

/// <summary>
/// What a second thread adds to a decision. Rounds of a tenth of a millisecond that both threads begin at once, turn about with rounds of one thread. Only
/// rounds count in which both ran nearly all the time, and of each kind the tenth fastest of a hundred, so that a busy machine makes it take longer and
/// says the same.
/// </summary>
internal static class TwoThreads
{
    private const int Calls = 2_000;
    private const int WantedRounds = 1_000;
    private const double LeastOverlap = 0.7;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Decisions per second of two threads, as a multiple of those of one.</summary>
    /// <param name="decide">The decision, given the thread and a number.</param>
    /// <param name="rounds">How many rounds counted.</param>
    public static double Gain(Func<int, int, bool> decide, out int rounds)
    {
        var turn = new Turn();
        var spans = new (long From, long To)[2];
        var helper = new Thread(() =>
        {
            for (var round = 1; turn.Wait(round); round++)
            {
                spans[1] = Run(decide, 1, round);
                turn.Done(round);
            }
        });
        helper.Start();
        var ones = new List<double>();
        var pairs = new List<double>();
        var watch = Stopwatch.StartNew();
        for (var n = 1; pairs.Count < WantedRounds && watch.Elapsed < s_patience; n++)
        {
            var alone = Run(decide, 0, n);
            ones.Add(alone.To - alone.From);
            turn.Begin();
            spans[0] = Run(decide, 0, n);
            turn.WaitForSecond();
            var all = (double)(Math.Max(spans[0].To, spans[1].To) - Math.Min(spans[0].From, spans[1].From));
            if (Math.Min(spans[0].To, spans[1].To) - Math.Max(spans[0].From, spans[1].From) >= LeastOverlap * all)
                pairs.Add(all);
        }
        turn.End();
        helper.Join();
        pairs.Sort();
        ones.Sort();
        rounds = pairs.Count;
        return rounds == 0 ? double.NaN : 2 * ones[ones.Count / 10] / pairs[rounds / 10];
    }

    private static (long From, long To) Run(Func<int, int, bool> decide, int thread, int round)
    {
        var from = Stopwatch.GetTimestamp();
        for (var i = 0; i < Calls; i++)
            decide(thread, (round * Calls) + i);
        return (from, Stopwatch.GetTimestamp());
    }

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
