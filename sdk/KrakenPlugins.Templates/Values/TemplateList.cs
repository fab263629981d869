namespace KrakenPlugins.Templates;

/// <summary>A list that functions build. Not safe for changes from several threads.</summary>
public sealed class TemplateList : ITemplateList
{
    private readonly List<TemplateValue> _values;

    /// <summary>An empty list.</summary>
    public TemplateList() => _values = [];

    /// <summary>An empty list with room for so many elements.</summary>
    public TemplateList(int capacity) => _values = new List<TemplateValue>(capacity);

    /// <summary>A list of copies of these elements.</summary>
    public TemplateList(ReadOnlySpan<TemplateValue> values)
    {
        _values = new List<TemplateValue>(values.Length);
        _values.AddRange(values);
    }

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public string TypeName { get; init; } = "[]interface {}";

    /// <summary>The element at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public TemplateValue this[int index]
    {
        get => _values[index];
        set => _values[index] = value;
    }

    /// <summary>Appends an element.</summary>
    public void Add(TemplateValue value) => _values.Add(value);
}
