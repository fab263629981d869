namespace Gateway.Testing;

/// <summary>Threads that do something at the same moment, again and again, without being made anew each time.</summary>
public sealed class Crew : IDisposable
{
    // Threads wake one after the other; those that are awake wait for the rest, but not for ever on a machine that is busy.
    private const int LongestWait = 3000;

    private readonly Thread[] _threads;
    private readonly Barrier _barrier;
    private Action<int>? _work;
    private int _awake;
    private Exception? _fault;

    /// <summary>A crew.</summary>
    /// <param name="size">Its threads.</param>
    public Crew(int size)
    {
        _barrier = new Barrier(size + 1);
        _threads = new Thread[size];
        for (var i = 0; i < size; i++)
        {
            var index = i;
            _threads[i] = new Thread(() => Serve(index)) { IsBackground = true };
            _threads[i].Start();
        }
    }

    /// <summary>Has every thread do it at the same moment; returns when all have, and throws what one of them threw.</summary>
    /// <param name="work">Given the number of the thread, from 0.</param>
    public void Run(Action<int> work)
    {
        (_work, _awake) = (work, 0);
        _barrier.SignalAndWait();
        _barrier.SignalAndWait();
        if (Interlocked.Exchange(ref _fault, null) is { } fault)
            throw new InvalidOperationException("a thread of the crew failed", fault);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _work = null;
        _barrier.SignalAndWait();
        foreach (var thread in _threads)
            thread.Join();
        _barrier.Dispose();
    }

    private void Serve(int index)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_work is not { } work)
                return;
            Interlocked.Increment(ref _awake);
            for (var i = 0; i < LongestWait && Volatile.Read(ref _awake) < _threads.Length; i++)
                Thread.SpinWait(10);
            try
            {
                work(index);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _fault, exception, null);
            }
            _barrier.SignalAndWait();
        }
    }
}
