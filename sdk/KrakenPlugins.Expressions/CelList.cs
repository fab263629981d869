namespace KrakenPlugins.Expressions;

/// <summary>A list. What an input brings is best a view of what is there already; it must not change while an expression is evaluated.</summary>
public abstract class CelList
{
    /// <summary>Number of elements.</summary>
    public abstract int Count { get; }

    /// <summary>An element; the index is within bounds when the engine asks.</summary>
    public abstract CelValue this[int index] { get; }
}
