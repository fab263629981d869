using KrakenPlugins.Sdk.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace KrakenPlugins.YamlDocuments;

/// <summary>Builds the tree from the parser's events, with a stack of its own, and counts what the document costs.</summary>
internal sealed class YamlTreeBuilder(string file, YamlLimits limits)
{
    private const int CharactersPerNode = 64;

    private readonly Stack<YamlContainer> _open = new();
    private readonly Dictionary<string, YamlValue> _anchors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private long _nodes;
    private long _aliased;
    private bool _hasDocument;

    /// <summary>The root, once it is complete.</summary>
    public ConfigNode? Root { get; private set; }

    public void Take(ParsingEvent token)
    {
        switch (token)
        {
            case DocumentStart when _hasDocument:
                throw new YamlDocumentException(Position(token), "a second document: a file holds one, remove the \"---\" or the \"...\" before it");
            case DocumentStart:
                _hasDocument = true;
                break;
            case Scalar scalar:
                TakeScalar(scalar);
                break;
            case AnchorAlias alias:
                TakeAlias(alias);
                break;
            case MappingStart or SequenceStart:
                Open((NodeEvent)token);
                break;
            case MappingEnd or SequenceEnd:
                var container = _open.Pop();
                Add(container.Anchor, container.ToValue());
                break;
        }
    }

    private void TakeScalar(Scalar scalar)
    {
        Count(scalar);
        var position = Position(scalar);
        var isPlain = scalar.Style == ScalarStyle.Plain;
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        if (isPlain && scalar.Value == "<<" && tag is "" or "tag:yaml.org,2002:merge" && _open.TryPeek(out var mapping) && mapping.AwaitsKey)
        {
            mapping.BeginMerge(position);
            return;
        }
        var node = YamlTags.Scalar(position, tag, scalar.Value, isPlain, limits);
        Add(Anchor(scalar), new YamlValue(node, 1 + (scalar.Value.Length / CharactersPerNode), 0), scalar.Value);
    }

    private void TakeAlias(AnchorAlias alias)
    {
        Count(alias);
        var position = Position(alias);
        var name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out var value))
        {
            var isOpen = _open.Any(container => container.Anchor == name);
            throw new YamlDocumentException(position, isOpen
                ? $"*{ConfigText.Inline(name)} stands inside of the value that it stands for"
                : $"*{ConfigText.Inline(name)} has no anchor &{ConfigText.Inline(name)} before it");
        }
        _aliased += value.Weight;
        if (_aliased > limits.MaxAliasedNodes)
            throw new YamlDocumentException(position, $"aliases stand for more than {limits.MaxAliasedNodes} values");
        CheckDepth(position, _open.Count + value.Height);
        Add(null, value);
    }

    private void Open(NodeEvent token)
    {
        Count(token);
        var position = Position(token);
        CheckDepth(position, _open.Count + 1);
        if (_open.TryPeek(out var parent) && parent.AwaitsKey)
            throw NoKey(position);
        var isMapping = token is MappingStart;
        YamlTags.CheckContainer(position, token.Tag.IsEmpty ? "" : token.Tag.Value, isMapping, limits);
        var container = new YamlContainer(position, isMapping, Anchor(token));
        if (container.Anchor is not null)
            _anchors.Remove(container.Anchor);
        _open.Push(container);
    }

    /// <summary>Puts a finished value where it belongs: the root, an element, a key or a member.</summary>
    private void Add(string? anchor, YamlValue value, string? source = null)
    {
        if (anchor is not null)
            _anchors[anchor] = value;
        if (!_open.TryPeek(out var container))
            Root = value.Node;
        else if (container.AwaitsKey)
            container.BeginMember(Key(value.Node, source), value);
        else
            container.Add(value);
    }

    /// <summary>The text of a key; numbers in JSON's spelling, so that 0x194 and 404 are one.</summary>
    private string Key(ConfigNode node, string? source)
    {
        if (node.Kind is ConfigKind.Array or ConfigKind.Object)
            throw NoKey(node.Position);
        var name = node.Kind == ConfigKind.Null ? string.IsNullOrEmpty(source) ? "null" : source : node.Text;
        return _names.TryAdd(name, name) ? name : _names[name];
    }

    private static YamlDocumentException NoKey(SourcePosition position) =>
        new(position, "a mapping or a list cannot be a key; a text that begins with \"{\" or \"[\" needs quotes");

    private void Count(ParsingEvent token)
    {
        if (++_nodes > limits.MaxNodes)
            throw new YamlDocumentException(Position(token), $"more than {limits.MaxNodes} values");
    }

    private void CheckDepth(SourcePosition position, int depth)
    {
        if (depth > limits.MaxDepth)
            throw new YamlDocumentException(position, $"more than {limits.MaxDepth} levels of nesting");
    }

    private static string? Anchor(NodeEvent token) => token.Anchor.IsEmpty ? null : token.Anchor.Value;

    private SourcePosition Position(ParsingEvent token) => new(file, (int)token.Start.Line, (int)token.Start.Column);
}
