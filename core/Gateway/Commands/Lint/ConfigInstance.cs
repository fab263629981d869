using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Lint;

/// <summary>A node of a configuration as the validator sees it; findings lead back to its position.</summary>
/// <param name="node">The node.</param>
internal readonly struct ConfigInstance(ConfigNode node) : IJsonInstance<ConfigInstance, ConfigInstance.Children>
{
    public ConfigNode Node => node;

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

        public readonly ConfigInstance Current => new(_isArray ? parent.Items[_index] : parent.Members[_index].Value);

        public bool MoveNext() => ++_index < (_isArray ? parent.Items.Count : parent.Members.Count);

        public readonly ReadOnlySpan<char> GetName(JsonTextBuffer buffer) => parent.Members[_index].Name;
    }
}
