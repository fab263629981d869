using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Lint;

/// <summary>A node of a configuration as the validator sees it; findings lead back to its position.</summary>
/// <param name="node">The node.</param>
/// <param name="namePosition">Where its name stands; the node's own position where it has none.</param>
internal readonly struct ConfigInstance(ConfigNode node, SourcePosition namePosition) : IJsonInstance<ConfigInstance, ConfigInstance.Children>
{
    public ConfigNode Node => node;

    public SourcePosition NamePosition => namePosition;

    public JsonInstanceKind Kind => node.Kind switch
    {
        ConfigKind.Null => JsonInstanceKind.Null,
        ConfigKind.Boolean => node.Text == "true" ? JsonInstanceKind.True : JsonInstanceKind.False,
        ConfigKind.Number => JsonInstanceKind.Number,
        ConfigKind.String => JsonInstanceKind.String,
        ConfigKind.Array => JsonInstanceKind.Array,
        _ => JsonInstanceKind.Object,
    };

    public int Count => node.Kind == ConfigKind.Array ? node.Items.Count : node.Members.Count;

    public ReadOnlySpan<char> GetText(JsonTextBuffer buffer) => node.Text;

    public Children GetChildren() => new(node);

    public struct Children(ConfigNode parent) : IJsonChildren<ConfigInstance>
    {
        private readonly bool _isArray = parent.Kind == ConfigKind.Array;
        private int _index = -1;

        public readonly ConfigInstance Current => _isArray
            ? new(parent.Items[_index], parent.Items[_index].Position)
            : new(parent.Members[_index].Value, parent.Members[_index].NamePosition);

        public bool MoveNext() => ++_index < (_isArray ? parent.Items.Count : parent.Members.Count);

        public readonly ReadOnlySpan<char> GetName(JsonTextBuffer buffer) => parent.Members[_index].Name;
    }
}
