using System.Buffers;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>Renames root keys (MAN-029..031). All sources are read before anything is written; entries apply in file order.</summary>
internal sealed class FieldMapping
{
    private readonly (string Source, string Target, int Name)[] _entries;
    private readonly FieldSet _sources;
    private readonly FieldSet _targets;
    private readonly int[] _entryOfSource;

    /// <summary>The entries of a configuration; a source that occurs again replaces the earlier entry.</summary>
    /// <param name="mapping">Old and new names; of the new ones only what is before the first dot counts.</param>
    /// <param name="firstName">Position of the first target among the shape's names.</param>
    public FieldMapping(IReadOnlyList<KeyValuePair<string, string>> mapping, int firstName)
    {
        var entries = new List<(string Source, string Target, int Name)>();
        foreach (var (source, target) in mapping)
        {
            entries.RemoveAll(e => string.Equals(e.Source, source, StringComparison.Ordinal));
            entries.Add((source, target.Split('.')[0], 0));
        }
        _entries = [.. entries.Select((e, i) => (e.Source, e.Target, firstName + i))];
        _sources = FieldSet.OfNames(_entries.Select(static e => e.Source));
        _targets = FieldSet.OfNames(_entries.Select(static e => e.Target));
        _entryOfSource = [.. _sources.Names.Select(name => Array.FindIndex(_entries, e => string.Equals(e.Source, name, StringComparison.Ordinal)))];
    }

    /// <summary>The new names, in the order of their positions.</summary>
    public IEnumerable<string> Targets => _entries.Select(static e => e.Target);

    /// <summary>Renames the keys of an object on a tape.</summary>
    public void Apply(ReadOnlySpan<byte> source, JsonToken[] tokens, int container, JsonNames names, int namesStart)
    {
        var rented = ArrayPool<int>.Shared.Rent(_entries.Length);
        var keyOf = rented.AsSpan(0, _entries.Length);
        keyOf.Clear();
        if (FindSources(source, tokens, container, keyOf))
        {
            DropOverwritten(source, tokens, container, keyOf);
            for (var i = 0; i < keyOf.Length; i++)
            {
                if (keyOf[i] == 0)
                    continue;
                ref var key = ref tokens[keyOf[i]];
                if (IsReplacedLater(i, keyOf))
                    key.Flags |= JsonFlags.Dropped;
                else
                    names.Assign(ref key, _entries[i].Name, namesStart);
            }
            tokens[container].Flags &= ~(JsonFlags.Canonical | JsonFlags.Ordered);
        }
        ArrayPool<int>.Shared.Return(rented);
    }

    /// <summary>Renames the members of a tree.</summary>
    public void Apply(DataObject data)
    {
        var values = new DataNode?[_entries.Length];
        for (var i = 0; i < values.Length; i++)
            data.Members.Remove(_entries[i].Source, out values[i]);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
                data[_entries[i].Target] = value;
        }
    }

    private bool FindSources(ReadOnlySpan<byte> source, JsonToken[] tokens, int container, Span<int> keyOf)
    {
        var isAny = false;
        var end = tokens[container].Next;
        for (var key = container + 1; key < end; key = tokens[key + 1].Next)
        {
            if (tokens[key].Has(JsonFlags.Dropped))
                continue;
            var found = _sources.Find(source, tokens[key]);
            if (found < 0)
                continue;
            ref var known = ref keyOf[_entryOfSource[found]];
            if (known != 0)
                tokens[known].Flags |= JsonFlags.Dropped;
            known = key;
            isAny = true;
        }
        return isAny;
    }

    private void DropOverwritten(ReadOnlySpan<byte> source, JsonToken[] tokens, int container, ReadOnlySpan<int> keyOf)
    {
        var end = tokens[container].Next;
        for (var key = container + 1; key < end; key = tokens[key + 1].Next)
        {
            var target = _targets.Find(source, tokens[key]);
            if (target < 0 || keyOf.Contains(key))
                continue;
            if (IsWritten(_targets.Names[target], keyOf))
                tokens[key].Flags |= JsonFlags.Dropped;
        }
    }

    private bool IsWritten(string target, ReadOnlySpan<int> keyOf)
    {
        for (var i = 0; i < keyOf.Length; i++)
        {
            if (keyOf[i] != 0 && string.Equals(_entries[i].Target, target, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private bool IsReplacedLater(int entry, ReadOnlySpan<int> keyOf)
    {
        for (var i = entry + 1; i < keyOf.Length; i++)
        {
            if (keyOf[i] != 0 && string.Equals(_entries[i].Target, _entries[entry].Target, StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
