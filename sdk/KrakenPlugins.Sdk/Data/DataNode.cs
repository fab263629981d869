using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace KrakenPlugins.Sdk.Data;

/// <summary>What a <see cref="DataNode"/> is.</summary>
public enum DataKind
{
    /// <summary>JSON <c>null</c>.</summary>
    Null,
    /// <summary>A boolean.</summary>
    Boolean,
    /// <summary>A number, kept as its source text.</summary>
    Number,
    /// <summary>A text.</summary>
    String,
    /// <summary>A list.</summary>
    Array,
    /// <summary>Named members.</summary>
    Object,
}

/// <summary>
/// A node of the one data tree that every manipulation edits. Numbers keep their text, keys compare ordinally, a key occurs
/// once (last write wins), scalars are immutable and may be shared; containers belong to one response and are copied with
/// <see cref="DeepClone"/> before they go into another.
/// </summary>
public abstract class DataNode
{
    private protected DataNode() { }

    /// <summary>What the node is.</summary>
    public abstract DataKind Kind { get; }

    /// <summary>A copy that shares no mutable node with this one; scalars return themselves.</summary>
    public abstract DataNode DeepClone();
}

/// <summary>JSON <c>null</c>.</summary>
public sealed class DataNull : DataNode
{
    private DataNull() { }

    /// <summary>The only instance.</summary>
    public static DataNull Instance { get; } = new();

    /// <inheritdoc/>
    public override DataKind Kind => DataKind.Null;

    /// <inheritdoc/>
    public override DataNode DeepClone() => this;
}

/// <summary>A boolean.</summary>
public sealed class DataBoolean : DataNode
{
    private DataBoolean(bool value) => Value = value;

    /// <summary><c>true</c>.</summary>
    public static DataBoolean True { get; } = new(true);

    /// <summary><c>false</c>.</summary>
    public static DataBoolean False { get; } = new(false);

    /// <summary>The value.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override DataKind Kind => DataKind.Boolean;

    /// <summary>The shared instance of a value.</summary>
    public static DataBoolean Of(bool value) => value ? True : False;

    /// <inheritdoc/>
    public override DataNode DeepClone() => this;
}

/// <summary>A number, kept as the text it was written with, so that no digit is ever lost.</summary>
public sealed class DataNumber(string text) : DataNode
{
    /// <summary>The number in JSON grammar: <c>12345678901234567890</c>, <c>1.0</c>, <c>1e400</c>.</summary>
    public string Text { get; } = text;

    /// <summary>A whole number.</summary>
    public static DataNumber Of(long value) => new(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>The number as a whole number of 64 bits; <see langword="false"/> when it has decimals, an exponent or too many digits.</summary>
    public bool TryGetInt64(out long value) => long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>The nearest double; <see langword="false"/> when there is none but an infinite one.</summary>
    public bool TryGetDouble(out double value) =>
        double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <inheritdoc/>
    public override DataKind Kind => DataKind.Number;

    /// <inheritdoc/>
    public override DataNode DeepClone() => this;
}

/// <summary>A text.</summary>
public sealed class DataString(string value) : DataNode
{
    /// <summary>The unescaped text.</summary>
    public string Value { get; } = value;

    /// <inheritdoc/>
    public override DataKind Kind => DataKind.String;

    /// <inheritdoc/>
    public override DataNode DeepClone() => this;
}

/// <summary>A mutable list.</summary>
public sealed class DataArray : DataNode
{
    /// <summary>The elements.</summary>
    public List<DataNode> Items { get; } = [];

    /// <summary>Number of elements.</summary>
    public int Count => Items.Count;

    /// <summary>An element; throws <see cref="ArgumentOutOfRangeException"/> past the end.</summary>
    public DataNode this[int index]
    {
        get => Items[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Items[index] = value;
        }
    }

    /// <summary>Adds an element at the end.</summary>
    public void Add(DataNode item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Items.Add(item);
    }

    /// <inheritdoc/>
    public override DataKind Kind => DataKind.Array;

    /// <inheritdoc/>
    public override DataNode DeepClone()
    {
        var copy = new DataArray();
        copy.Items.Capacity = Items.Count;
        foreach (var item in Items)
            copy.Items.Add(item.DeepClone());
        return copy;
    }
}

/// <summary>A mutable object. Members are held unordered; every writer sorts keys by UTF-8 byte order.</summary>
public sealed class DataObject : DataNode
{
    /// <summary>The members; keys compare ordinally.</summary>
    public Dictionary<string, DataNode> Members { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override DataKind Kind => DataKind.Object;

    /// <summary>Number of members.</summary>
    public int Count => Members.Count;

    /// <summary>The value of a member, or <see langword="null"/> when absent; setting replaces.</summary>
    public DataNode? this[string name]
    {
        get => Members.GetValueOrDefault(name);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Members[name] = value;
        }
    }

    /// <summary>Whether there is such a member.</summary>
    public bool Contains(string name) => Members.ContainsKey(name);

    /// <summary>The value of a member; <see langword="false"/> when absent.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out DataNode? value) => Members.TryGetValue(name, out value);

    /// <summary>Removes a member; <see langword="false"/> when absent.</summary>
    public bool Remove(string name) => Members.Remove(name);

    /// <inheritdoc/>
    public override DataNode DeepClone()
    {
        var copy = new DataObject();
        copy.Members.EnsureCapacity(Members.Count);
        foreach (var (name, value) in Members)
            copy.Members.Add(name, value.DeepClone());
        return copy;
    }
}
