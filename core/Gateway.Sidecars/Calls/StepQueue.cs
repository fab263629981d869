namespace Gateway.Sidecars.Calls;

/// <summary>Steps of a call that nobody has taken yet: mostly none or one. Not thread-safe.</summary>
internal struct StepQueue
{
    private CallStep _first;
    private int _firstSize;
    private Queue<(CallStep Step, int Size)>? _more;

    /// <summary>Steps that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of their messages.</summary>
    public long Bytes { get; private set; }

    public void Add(in CallStep step, int size)
    {
        if (Count == 0)
            (_first, _firstSize) = (step, size);
        else
            (_more ??= []).Enqueue((step, size));
        Count++;
        Bytes += size;
    }

    public bool TryTake(out CallStep step)
    {
        step = _first;
        if (Count == 0)
            return false;
        Count--;
        Bytes -= _firstSize;
        (_first, _firstSize) = Count > 0 ? _more!.Dequeue() : default;
        return true;
    }

    public void Clear()
    {
        _more?.Clear();
        (_first, _firstSize, Count, Bytes) = (default, 0, 0, 0);
    }
}
