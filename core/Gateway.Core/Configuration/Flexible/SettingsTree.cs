using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// The settings of all files as one tree. Objects merge; of two values for one place the later one is taken, or the clash is an
/// error that names both (CFG-117 to 121).
/// </summary>
internal sealed class SettingsTree(bool allowOverwrite, SettingsFindings findings, FlexibleLimits limits)
{
    private readonly Branch _root = new();

    /// <summary>Lays a value into the tree.</summary>
    /// <param name="keys">Where: names from the root; none for the root itself, which takes an object.</param>
    /// <param name="value">The value.</param>
    public void Add(IReadOnlyList<string> keys, ConfigNode value)
    {
        if (NodeDepth.FirstBelow(value, limits.Depth - keys.Count) is { } deep)
        {
            findings.Add(deep.Position, string.Create(CultureInfo.InvariantCulture, $"more than {limits.Depth} levels of nesting"));
            return;
        }
        if (keys.Count == 0 && value.Kind != ConfigKind.Object)
        {
            findings.Add(value.Position, "a file listed by its name becomes the root of the tree, which is an object");
            return;
        }
        var whole = value;
        for (var i = keys.Count - 1; i >= 0; i--)
            whole = ConfigNode.Object(value.Position with { Line = 0, Column = 0 }, [new(keys[i], whole.Position, whole)]);
        Merge(_root, whole, ConfigPath.Root);
    }

    /// <summary>The tree as one object.</summary>
    public ConfigNode ToNode() => _root.ToNode();

    private void Merge(Branch branch, ConfigNode source, ConfigPath path)
    {
        foreach (var member in LastOfEach(source))
        {
            if (!branch.Entries.TryGetValue(member.Name, out var have))
            {
                branch.Entries.Add(member.Name, new Entry(member.NamePosition, member.Value));
                continue;
            }
            var place = path.Member(member.Name);
            if (member.Value.Kind == ConfigKind.Object && have.Open() is { } inner)
                Merge(inner, member.Value, place);
            else if (allowOverwrite)
                branch.Entries[member.Name] = new Entry(member.NamePosition, member.Value);
            else
                findings.Add(member.NamePosition, $"{place} has a value already, from {have.NamePosition}; \"allow_overwrite\" in settings lets the later one win");
        }
    }

    // Within one file the last of equal names counts, as everywhere in the language.
    private static IEnumerable<ConfigMember> LastOfEach(ConfigNode source)
    {
        var last = new Dictionary<string, int>(source.Members.Count, StringComparer.Ordinal);
        for (var i = 0; i < source.Members.Count; i++)
            last[source.Members[i].Name] = i;
        return last.Count == source.Members.Count ? source.Members : last.Values.Order().Select(i => source.Members[i]);
    }

    private sealed class Branch
    {
        public OrderedDictionary<string, Entry> Entries { get; } = new(StringComparer.Ordinal);

        public ConfigNode ToNode() => ConfigNode.Object(default, [.. Entries.Select(static e => new ConfigMember(e.Key, e.Value.NamePosition, e.Value.ToNode()))]);
    }

    /// <summary>A value as it was read, until something has to be merged into it.</summary>
    private sealed class Entry(SourcePosition namePosition, ConfigNode value)
    {
        private Branch? _branch;

        public SourcePosition NamePosition => namePosition;

        public Branch? Open()
        {
            if (_branch is not null || value.Kind != ConfigKind.Object)
                return _branch;
            _branch = new Branch();
            foreach (var member in value.Members)
                _branch.Entries[member.Name] = new Entry(member.NamePosition, member.Value);
            return _branch;
        }

        public ConfigNode ToNode() => _branch?.ToNode() ?? value;
    }
}
