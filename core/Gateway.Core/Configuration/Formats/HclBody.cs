using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>Attributes and blocks between braces, or of a whole document.</summary>
/// <param name="position">Where it begins.</param>
/// <param name="isImplied">Whether it stands for the labels of blocks: <c>extra_config "router" { … }</c>.</param>
internal sealed class HclBody(SourcePosition position, bool isImplied = false)
{
    private readonly OrderedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    private bool IsImplied => isImplied;

    public void AddAttribute(string name, SourcePosition namePosition, ConfigNode value)
    {
        if (_entries.TryGetValue(name, out var present))
            throw Twice(name, namePosition, present);
        _entries.Add(name, new Entry(namePosition, value, null));
    }

    /// <summary>Adds a block; each label is one more object around it, which blocks of the same type share.</summary>
    public void AddBlock(IReadOnlyList<(string Name, SourcePosition Position)> path, HclBody block)
    {
        var body = this;
        for (var i = 0; i < path.Count; i++)
        {
            var (name, namePosition) = path[i];
            if (!body._entries.TryGetValue(name, out var entry))
                body._entries.Add(name, entry = new Entry(namePosition, null, []));
            if (entry.Blocks is not { } blocks)
                throw Twice(name, namePosition, entry);
            if (i == path.Count - 1)
            {
                blocks.Add(block);
                return;
            }
            if (blocks.Count == 0 || !blocks[^1].IsImplied)
                blocks.Add(new HclBody(namePosition, isImplied: true));
            body = blocks[^1];
        }
    }

    /// <summary>An object; a block that occurs once is an object in it, one that is repeated a list.</summary>
    public ConfigNode ToNode()
    {
        var members = new List<ConfigMember>(_entries.Count);
        foreach (var (name, entry) in _entries)
            members.Add(new ConfigMember(name, entry.Position, entry.ToNode()));
        return ConfigNode.Object(position, members.ToArray());
    }

    private static SourceTextException Twice(string name, SourcePosition position, Entry present) =>
        new(position, $"{ConfigText.Quote(name)} was set in line {present.Position.Line} already; only blocks may be repeated");

    private sealed record Entry(SourcePosition Position, ConfigNode? Value, List<HclBody>? Blocks)
    {
        public ConfigNode ToNode() => Value
            ?? (Blocks!.Count == 1 ? Blocks[0].ToNode() : ConfigNode.Array(Position, [.. Blocks.Select(static block => block.ToNode())]));
    }
}
