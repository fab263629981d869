using System.Text.Json;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.JsonSchema.Tests;

/// <summary>The SDK's data tree as an instance.</summary>
internal readonly struct DataInstance(DataNode node) : IJsonInstance<DataInstance, DataInstance.Children>
{
    public JsonInstanceKind Kind => node.Kind switch
    {
        DataKind.Null => JsonInstanceKind.Null,
        DataKind.Boolean => ((DataBoolean)node).Value ? JsonInstanceKind.True : JsonInstanceKind.False,
        DataKind.Number => JsonInstanceKind.Number,
        DataKind.String => JsonInstanceKind.String,
        DataKind.Array => JsonInstanceKind.Array,
        _ => JsonInstanceKind.Object,
    };

    public int Count => node is DataArray array ? array.Items.Count : ((DataObject)node).Count;

    public ReadOnlySpan<char> GetText(JsonTextBuffer buffer) => node is DataString text ? text.Value : ((DataNumber)node).Text;

    public Children GetChildren() => new(node);

    public struct Children(DataNode parent) : IJsonChildren<DataInstance>
    {
        private readonly bool _isArray = parent is DataArray;
        private List<DataNode>.Enumerator _items = parent is DataArray array ? array.Items.GetEnumerator() : default;
        private Dictionary<string, DataNode>.Enumerator _members = parent is DataObject members ? members.Members.GetEnumerator() : default;

        public readonly DataInstance Current => new(_isArray ? _items.Current : _members.Current.Value);

        public bool MoveNext() => _isArray ? _items.MoveNext() : _members.MoveNext();

        public readonly ReadOnlySpan<char> GetName(JsonTextBuffer buffer) => _members.Current.Key;
    }
}

/// <summary>The SDK's configuration tree as an instance; a member knows where its name stands.</summary>
internal readonly struct ConfigInstance(ConfigNode node, SourcePosition position) : IJsonInstance<ConfigInstance, ConfigInstance.Children>
{
    public SourcePosition Position => position;

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
        private int _index = -1;

        public readonly ConfigInstance Current => parent.Kind == ConfigKind.Array
            ? new(parent.Items[_index], parent.Items[_index].Position)
            : new(parent.Members[_index].Value, parent.Members[_index].NamePosition);

        public bool MoveNext() => ++_index < (parent.Kind == ConfigKind.Array ? parent.Items.Count : parent.Members.Count);

        public readonly ReadOnlySpan<char> GetName(JsonTextBuffer buffer) => parent.Members[_index].Name;
    }
}

/// <summary>Short ways to write schemas and values.</summary>
internal static class Written
{
    internal static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1_000_000 });
        return document.RootElement.Clone();
    }

    internal static DataNode Tree(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new DataObject();
                foreach (var member in element.EnumerateObject())
                    members[member.Name] = Tree(member.Value);
                return members;
            case JsonValueKind.Array:
                var items = new DataArray();
                items.Items.AddRange(element.EnumerateArray().Select(Tree));
                return items;
            case JsonValueKind.String: return new DataString(element.GetString()!);
            case JsonValueKind.Number: return new DataNumber(element.GetRawText());
            case JsonValueKind.Null: return DataNull.Instance;
            default: return DataBoolean.Of(element.ValueKind == JsonValueKind.True);
        }
    }

    internal static JsonSchema Schema(string text, JsonSchemaOptions? options = null) => JsonSchema.Compile(Json(text), options);

    internal static string Nested(string open, string core, string close, int depth) =>
        new System.Text.StringBuilder().Insert(0, open, depth).Append(core).ToString() + new System.Text.StringBuilder().Insert(0, close, depth);
}
