using System.Collections.Concurrent;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Store;

/// <summary>A place for one answer, which is replaced as answers come.</summary>
internal sealed class Slot(Resource resource, string variant, Entry entry)
{
    private volatile Entry _entry = entry;
    private long _usedAt;

    public Resource Resource { get; } = resource;

    /// <summary>Text of the values that select it; empty where nothing varies.</summary>
    public string Variant { get; } = variant;

    public Entry Entry
    {
        get => _entry;
        set => _entry = value;
    }

    /// <summary>Time stamp of the last use.</summary>
    public long UsedAt
    {
        get => Volatile.Read(ref _usedAt);
        set => Volatile.Write(ref _usedAt, value);
    }

    /// <summary>Whether it was dropped; read and written by those who hold the bucket's lock.</summary>
    public bool IsDead { get; set; }

    /// <summary>Bytes of the texts that lead to it.</summary>
    public long KeyMemory => 2L * (Resource.Key.Length + Variant.Length);
}

/// <summary>The answers of one key: one, or one per combination of the values of the headers that their <c>Vary</c> names.</summary>
internal sealed class Resource(string key)
{
    private volatile State _state = State.Empty;

    public string Key { get; } = key;

    /// <summary>The headers whose values select an answer; empty for none.</summary>
    public string[] Rule => _state.Rule;

    /// <summary>All answers.</summary>
    public ICollection<Slot> Slots => _state.Slots is { } slots ? slots.Values : _state.Single is { } single ? [single] : [];

    /// <summary>The answer that a request selects.</summary>
    public Slot? Find(NameValueList headers)
    {
        var state = _state;
        if (state.Slots is not { } slots)
            return state.Single;
        var variant = new KeyText(stackalloc char[256]);
        try
        {
            CacheKeys.WriteVariant(ref variant, state.Rule, headers);
            return slots.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(variant.Text, out var slot) ? slot : null;
        }
        finally
        {
            variant.Dispose();
        }
    }

    /// <summary>
    /// Makes the rule cover that of a new answer. It only ever grows, so that no answer is selected by less than its own rule names; answers
    /// that were filed by a smaller one go.
    /// </summary>
    public bool Adapt(string[] rule, out ICollection<Slot> outdated)
    {
        outdated = [];
        var state = _state;
        if (rule.All(state.Rule.Contains))
            return false;
        outdated = Slots;
        _state = new State([.. state.Rule.Union(rule).Order(StringComparer.Ordinal)], null, new(StringComparer.Ordinal));
        return true;
    }

    /// <summary>Files an answer where a request selects it.</summary>
    public Slot Slot(NameValueList headers, Entry entry, out bool isNew, out Entry? before)
    {
        var text = "";
        if (_state.Slots is not null)
        {
            var variant = new KeyText(stackalloc char[256]);
            CacheKeys.WriteVariant(ref variant, _state.Rule, headers);
            text = variant.Text.ToString();
            variant.Dispose();
        }
        var known = Find(headers);
        isNew = known is null;
        before = known?.Entry;
        if (known is not null)
        {
            known.Entry = entry;
            return known;
        }
        var slot = new Slot(this, text, entry);
        if (_state.Slots is { } slots)
            slots[text] = slot;
        else
            _state = new State([], slot, null);
        return slot;
    }

    /// <summary>Takes an answer out; returns whether none is left.</summary>
    public bool Remove(Slot slot)
    {
        if (_state.Slots is not { } slots)
        {
            if (_state.Single == slot)
                _state = State.Empty;
            return _state.Single is null;
        }
        slots.TryRemove(KeyValuePair.Create(slot.Variant, slot));
        return slots.IsEmpty;
    }

    private sealed record State(string[] Rule, Slot? Single, ConcurrentDictionary<string, Slot>? Slots)
    {
        public static State Empty { get; } = new([], null, null);
    }
}
