using System.Runtime.InteropServices;
using System.Text.Json;

namespace KrakenPlugins.JsonSchema;

/// <summary>A <see cref="JsonElement"/> as an instance.</summary>
/// <param name="element">The element; its document must outlive the validation.</param>
public readonly struct JsonElementInstance(JsonElement element) : IJsonInstance<JsonElementInstance, JsonElementInstance.Children>
{
    /// <summary>The element.</summary>
    public JsonElement Element => element;

    /// <inheritdoc/>
    public JsonInstanceKind Kind => element.ValueKind switch
    {
        JsonValueKind.Object => JsonInstanceKind.Object,
        JsonValueKind.Array => JsonInstanceKind.Array,
        JsonValueKind.String => JsonInstanceKind.String,
        JsonValueKind.Number => JsonInstanceKind.Number,
        JsonValueKind.True => JsonInstanceKind.True,
        JsonValueKind.False => JsonInstanceKind.False,
        JsonValueKind.Null => JsonInstanceKind.Null,
        _ => throw new ArgumentException("The element is undefined: it belongs to no document."),
    };

    /// <inheritdoc/>
    public int Count => element.ValueKind == JsonValueKind.Array ? element.GetArrayLength() : element.GetPropertyCount();

    /// <inheritdoc/>
    public ReadOnlySpan<char> GetText(JsonTextBuffer buffer)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element);
        return JsonUtf8Text.Decode(element.ValueKind == JsonValueKind.String ? raw[1..^1] : raw, buffer);
    }

    /// <inheritdoc/>
    public Children GetChildren() => new(element);

    /// <summary>The cursor over an element's children.</summary>
    public struct Children : IJsonChildren<JsonElementInstance>
    {
        private readonly bool _isArray;
        private JsonElement.ArrayEnumerator _items;
        private JsonElement.ObjectEnumerator _members;

        internal Children(JsonElement parent)
        {
            _isArray = parent.ValueKind == JsonValueKind.Array;
            if (_isArray)
                _items = parent.EnumerateArray();
            else
                _members = parent.EnumerateObject();
        }

        /// <inheritdoc/>
        public readonly JsonElementInstance Current => new(_isArray ? _items.Current : _members.Current.Value);

        /// <inheritdoc/>
        public bool MoveNext() => _isArray ? _items.MoveNext() : _members.MoveNext();

        /// <inheritdoc/>
        public readonly ReadOnlySpan<char> GetName(JsonTextBuffer buffer) =>
            JsonUtf8Text.Decode(JsonMarshal.GetRawUtf8PropertyName(_members.Current), buffer);
    }
}
