using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace Gateway.Sidecars.Faults.Testing;

/// <summary>Counts what came of requests.</summary>
internal sealed class Tally
{
    private readonly int[] _counts = new int[Enum.GetValues<Outcome>().Length];
    private readonly ConcurrentQueue<Reading> _samples = [];
    private int _sent;

    /// <summary>Requests.</summary>
    public int Sent => _sent;

    /// <summary>The longest time that a request took.</summary>
    public TimeSpan Slowest { get; private set; }

    public int this[Outcome outcome] => Volatile.Read(ref _counts[(int)outcome]);

    public void Send() => Interlocked.Increment(ref _sent);

    public void Add(Reading reading, TimeSpan took)
    {
        if (Interlocked.Increment(ref _counts[(int)reading.Outcome]) <= 3)
            _samples.Enqueue(reading);
        lock (_samples)
            Slowest = took > Slowest ? took : Slowest;
    }

    /// <summary>Every request has one answer, its own, in time.</summary>
    public void HasLostNothing()
    {
        Assert.True(_counts.Sum() == Sent && this[Outcome.Mixed] + this[Outcome.Hanging] + this[Outcome.Lost] + this[Outcome.Other] == 0, ToString());
    }

    /// <summary>Every request has its own answer, and no answer is of another kind than these.</summary>
    public void HasOnly(params Outcome[] expected)
    {
        HasLostNothing();
        Assert.True(Sent > 0 && expected.Sum(outcome => this[outcome]) == Sent, $"expected only {string.Join(", ", expected)}: {this}");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Sent} sent: {string.Join(", ", Enum.GetValues<Outcome>().Where(o => this[o] > 0).Select(o => $"{this[o]} {o}"))}; slowest {Slowest.TotalSeconds:F2} s\n{string.Join('\n', _samples.Select(static s => $"{s.Outcome}: {s.Text}"))}");
}
