namespace KrakenPlugins.BotDetector;

/// <summary>
/// The verdicts about the User-Agents that were seen last: a table of fixed size whose least recently used entry gives way (TRF-131). However
/// many different ones clients send, it holds no more than its capacity, and grows to it only as they come. Safe for concurrent use.
/// </summary>
/// <param name="capacity">Entries, at least 1.</param>
internal sealed class VerdictCache(int capacity)
{
    private const int None = -1;
    private const int FirstEntries = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private Entry[] _entries = new Entry[Math.Min(capacity, FirstEntries)];
    private int _count;
    private int _newest = None;
    private int _oldest = None;

    /// <summary>Entries that there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>Looks a verdict up; found, it counts as used now.</summary>
    public bool TryGet(string agent, out bool isBot)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(agent, out var place))
            {
                isBot = false;
                return false;
            }
            isBot = _entries[place].IsBot;
            if (place != _newest)
            {
                Unlink(place);
                LinkNewest(place);
            }
            return true;
        }
    }

    /// <summary>Remembers a verdict.</summary>
    public void Add(string agent, bool isBot)
    {
        lock (_gate)
        {
            // Two requests may have judged the same one.
            if (_places.ContainsKey(agent))
                return;
            var place = _count < capacity ? Grow() : Evict();
            _entries[place].Agent = agent;
            _entries[place].IsBot = isBot;
            _places.Add(agent, place);
            LinkNewest(place);
        }
    }

    private int Grow()
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, (int)Math.Min(capacity, _entries.Length * 2L));
        return _count++;
    }

    private int Evict()
    {
        var place = _oldest;
        _places.Remove(_entries[place].Agent);
        Unlink(place);
        return place;
    }

    private void Unlink(int place)
    {
        var (older, newer) = (_entries[place].Older, _entries[place].Newer);
        if (older == None)
            _oldest = newer;
        else
            _entries[older].Newer = newer;
        if (newer == None)
            _newest = older;
        else
            _entries[newer].Older = older;
    }

    private void LinkNewest(int place)
    {
        (_entries[place].Older, _entries[place].Newer) = (_newest, None);
        if (_newest == None)
            _oldest = place;
        else
            _entries[_newest].Newer = place;
        _newest = place;
    }

    private struct Entry
    {
        public string Agent;
        public int Older;
        public int Newer;
        public bool IsBot;
    }
}
