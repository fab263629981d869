using KrakenPlugins.JsonSchema;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.JsonSchemaValidation.Values;

/// <summary>A node of the data tree as an instance; nothing is copied.</summary>
internal readonly struct DataInstance(DataNode node) : IJsonInstance<DataInstance, DataChildren>
{
    public JsonInstanceKind Kind => node.Kind switch
    {
        DataKind.Boolean => ((DataBoolean)node).Value ? JsonInstanceKind.True : JsonInstanceKind.False,
        DataKind.Number => JsonInstanceKind.Number,
        DataKind.String => JsonInstanceKind.String,
        DataKind.Array => JsonInstanceKind.Array,
        DataKind.Object => JsonInstanceKind.Object,
        _ => JsonInstanceKind.Null,
    };

    public int Count => node is DataArray array ? array.Count : ((DataObject)node).Count;

    public ReadOnlySpan<char> GetText(JsonTextBuffer buffer) => node is DataString text ? text.Value : ((DataNumber)node).Text;

    public DataChildren GetChildren() => new(node);
}

/// <summary>The cursor over the children of a list or an object.</summary>
internal struct DataChildren : IJsonChildren<DataInstance>
{
    private readonly DataArray? _array;
    private int _index = -1;
    private Dictionary<string, DataNode>.Enumerator _members;

    public DataChildren(DataNode parent)
    {
        if (parent is DataObject members)
            _members = members.Members.GetEnumerator();
        else
            _array = (DataArray)parent;
    }

    public readonly DataInstance Current => new(_array is null ? _members.Current.Value : _array[_index]);

    public bool MoveNext() => _array is null ? _members.MoveNext() : ++_index < _array.Count;

    public readonly ReadOnlySpan<char> GetName(JsonTextBuffer buffer) => _members.Current.Key;
}
