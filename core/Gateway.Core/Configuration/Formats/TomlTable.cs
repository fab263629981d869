using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>How a table came into being, which decides who may add to it.</summary>
internal enum TomlOrigin
{
    /// <summary>On the way of a header; a header of its own may still follow.</summary>
    Implied,
    /// <summary>By its header.</summary>
    Header,
    /// <summary>By a dotted key.</summary>
    DottedKey,
    /// <summary>In braces; complete.</summary>
    Inline,
}

/// <summary>A value while the document is read: a table, an array of tables, or anything else, which is complete.</summary>
internal abstract class TomlValue
{
    public abstract ConfigNode ToNode();
}

/// <summary>A complete value.</summary>
internal sealed class TomlLeaf(ConfigNode node) : TomlValue
{
    public ConfigNode Node => node;

    public override ConfigNode ToNode() => node;
}

/// <summary>The tables of <c>[[headers]]</c>.</summary>
internal sealed class TomlTableArray(SourcePosition position) : TomlValue
{
    private readonly List<TomlTable> _tables = [];

    public TomlTable Last => _tables[^1];

    public void Add(TomlTable table) => _tables.Add(table);

    public override ConfigNode ToNode() => ConfigNode.Array(position, [.. _tables.Select(static table => table.ToNode())]);
}

/// <summary>A table that may still grow.</summary>
internal sealed class TomlTable(SourcePosition position, TomlOrigin origin, int depth) : TomlValue
{
    private readonly OrderedDictionary<string, (SourcePosition Position, TomlValue Value)> _members = new(StringComparer.Ordinal);

    public TomlOrigin Origin { get; set; } = origin;

    /// <summary>Levels of nesting, 1 for the document.</summary>
    public int Depth => depth;

    /// <summary>Where the table was defined.</summary>
    public SourcePosition Position { get; set; } = position;

    public TomlValue? Find(string name) => _members.TryGetValue(name, out var member) ? member.Value : null;

    /// <summary>Line of a member that is there.</summary>
    public int LineOf(string name) => _members[name].Position.Line;

    public void Add(TomlKey key, TomlValue value) => _members.Add(key.Name, (key.Position, value));

    public override ConfigNode ToNode()
    {
        var members = new ConfigMember[_members.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var (name, (namePosition, value)) = _members.GetAt(i);
            members[i] = new ConfigMember(name, namePosition, value.ToNode());
        }
        return ConfigNode.Object(Position, members);
    }
}

/// <summary>One part of a key.</summary>
internal readonly record struct TomlKey(string Name, SourcePosition Position);
