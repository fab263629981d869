namespace KrakenPlugins.Expressions;

/// <summary>A map. What an input brings is best a view of what is there already; it must not change while an expression is evaluated.</summary>
public abstract class CelMap
{
    /// <summary>Number of entries.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// The value of a key; <see langword="false"/> when there is none. Keys may be of any kind: a map of texts answers
    /// <see langword="false"/> for others. Whole numbers that are equal are one key, whatever their types (<c>1</c>, <c>1u</c>, <c>1.0</c>).
    /// </summary>
    public abstract bool TryGet(in CelValue key, out CelValue value);

    /// <summary>Writes all keys into <paramref name="keys"/>, which has room for <see cref="Count"/> of them.</summary>
    public abstract void CopyKeysTo(Span<CelValue> keys);
}
