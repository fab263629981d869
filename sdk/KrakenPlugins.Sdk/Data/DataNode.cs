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
