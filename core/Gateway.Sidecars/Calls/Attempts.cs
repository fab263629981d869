namespace Gateway.Sidecars.Calls;

/// <summary>The attempts of one call: mostly one, with the number 1. Not thread-safe.</summary>
internal struct Attempts
{
    private uint _first;
    private bool _isFirstAnswered;
    private Dictionary<uint, bool>? _others;

    /// <summary>Attempts that wait for their result.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Attempts in all.</summary>
    public int Total { get; private set; }

    /// <summary>Notes one more; <see langword="false"/> when the number was used before.</summary>
    public bool TryAdd(uint number)
    {
        if (_first == 0)
            _first = number;
        else if (_first == number || !(_others ??= []).TryAdd(number, false))
            return false;
        Outstanding++;
        Total++;
        return true;
    }

    /// <summary>Notes a result; <see langword="false"/> when there is no such attempt or it has one.</summary>
    public bool TryAnswer(uint number)
    {
        if (number == _first && number != 0)
        {
            if (_isFirstAnswered)
                return false;
            _isFirstAnswered = true;
        }
        else if (_others is null || !_others.TryGetValue(number, out var isAnswered) || isAnswered)
        {
            return false;
        }
        else
        {
            _others[number] = true;
        }
        Outstanding--;
        return true;
    }

    /// <summary>Whether there is a result of the attempt.</summary>
    public readonly bool IsAnswered(uint number) =>
        number == _first ? _isFirstAnswered : _others is not null && _others.TryGetValue(number, out var isAnswered) && isAnswered;
}
