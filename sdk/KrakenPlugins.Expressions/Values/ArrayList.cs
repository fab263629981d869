namespace KrakenPlugins.Expressions.Values;

internal sealed class ArrayList : CelList
{
    private readonly CelValue[] _elements;

    public ArrayList(CelValue[] elements) : this(elements, elements.Length) { }

    /// <summary>A list of the first elements of an array that is its own from here on.</summary>
    public ArrayList(CelValue[] elements, int count)
    {
        ArgumentNullException.ThrowIfNull(elements);
        _elements = elements;
        Count = count;
    }

    public static ArrayList Empty { get; } = new([]);

    public override int Count { get; }

    public override CelValue this[int index] => _elements[index];
}
