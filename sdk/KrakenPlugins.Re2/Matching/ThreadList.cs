namespace KrakenPlugins.Re2.Matching;

/// <summary>Threads of the Pike machine by priority, at most one per instruction, each with the positions it remembers.</summary>
internal sealed class ThreadList(int instructions, int slots)
{
    private readonly int[] _threads = new int[instructions];
    private readonly int[] _index = new int[instructions];
    private readonly int[] _positions = new int[instructions * slots];

    public int Count { get; private set; }

    public int this[int i] => _threads[i];

    public Span<int> Slots(int i) => _positions.AsSpan(i * slots, slots);

    public void Clear() => Count = 0;

    public bool Contains(int instruction)
    {
        var i = _index[instruction];
        return (uint)i < (uint)Count && _threads[i] == instruction;
    }

    /// <summary>Adds an instruction and returns its place.</summary>
    public int Add(int instruction)
    {
        _threads[Count] = instruction;
        _index[instruction] = Count;
        return Count++;
    }
}
