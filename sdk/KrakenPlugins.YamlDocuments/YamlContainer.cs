using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.YamlDocuments;

/// <summary>A value with what it would cost to write out.</summary>
/// <param name="Node">The value.</param>
/// <param name="Weight">Values in it, itself included, aliases written out.</param>
/// <param name="Height">Containers inside one another, itself included.</param>
internal readonly record struct YamlValue(ConfigNode Node, long Weight, int Height);

/// <summary>A mapping or a list whose end has not been read.</summary>
internal sealed class YamlContainer(SourcePosition position, bool isMapping, string? anchor)
{
    private readonly List<ConfigMember>? _members = isMapping ? [] : null;
    private readonly List<ConfigNode>? _items = isMapping ? null : [];
    private OrderedDictionary<string, ConfigMember>? _merged;
    private string? _name;
    private SourcePosition _namePosition;
    private bool _isMerge;
    private long _weight = 1;
    private int _height;

    public string? Anchor => anchor;

    /// <summary>Whether the next value is a key.</summary>
    public bool AwaitsKey => isMapping && _name is null && !_isMerge;

    public void BeginMember(string name, YamlValue key)
    {
        _name = name;
        _namePosition = key.Node.Position;
        _weight += key.Weight;
    }

    public void BeginMerge(SourcePosition keyPosition)
    {
        _isMerge = true;
        _namePosition = keyPosition;
    }

    public void Add(YamlValue value)
    {
        _weight += value.Weight;
        _height = Math.Max(_height, value.Height);
        if (_isMerge)
            Merge(value.Node);
        else if (isMapping)
            _members!.Add(new ConfigMember(_name!, _namePosition, value.Node));
        else
            _items!.Add(value.Node);
        _name = null;
        _isMerge = false;
    }

    public YamlValue ToValue()
    {
        var node = isMapping ? ConfigNode.Object(position, Members()) : ConfigNode.Array(position, _items!.ToArray());
        return new YamlValue(node, _weight, _height + 1);
    }

    private void Merge(ConfigNode value)
    {
        _merged ??= new(StringComparer.Ordinal);
        if (value.Kind == ConfigKind.Object)
        {
            MergeMapping(value);
            return;
        }
        if (value.Kind != ConfigKind.Array)
            throw NoMerge();
        foreach (var item in value.Items)
        {
            if (item.Kind != ConfigKind.Object)
                throw NoMerge();
            MergeMapping(item);
        }
    }

    private void MergeMapping(ConfigNode mapping)
    {
        var last = new OrderedDictionary<string, ConfigMember>(StringComparer.Ordinal);
        foreach (var member in mapping.Members)
            last[member.Name] = member;
        foreach (var (name, member) in last)
            _merged!.TryAdd(name, member);
    }

    private YamlDocumentException NoMerge() =>
        new(_namePosition, "a merge key (<<) takes a mapping or a list of mappings; put it in quotes if it is a key of that name");

    /// <summary>Own members win over merged ones, and of those the mapping that was named first.</summary>
    private ConfigMember[] Members()
    {
        if (_merged is null)
            return _members!.ToArray();
        foreach (var member in _members!)
            _merged.Remove(member.Name);
        return [.. _merged.Values, .. _members];
    }
}
