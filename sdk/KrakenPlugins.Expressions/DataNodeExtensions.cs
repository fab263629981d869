using KrakenPlugins.Expressions.Values;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Expressions;

/// <summary>What the numbers of JSON are.</summary>
public enum CelNumbers
{
    /// <summary>Whole numbers that fit into 64 bits are int, others double.</summary>
    WholeAsInt,
    /// <summary>All are double.</summary>
    Double,
}

/// <summary>Documents as values of expressions.</summary>
public static class DataNodeExtensions
{
    // The longest exact text of a double is shorter; each look at a number reads it anew.
    private const int MaxDigits = 1100;

    /// <summary>The node as a value; lists and maps are views, nothing is copied.</summary>
    public static CelValue ToCel(this DataNode node, CelNumbers numbers = CelNumbers.WholeAsInt)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node switch
        {
            DataString text => CelValue.Of(text.Value),
            DataNumber number => Number(number, numbers),
            DataBoolean boolean => CelValue.Of(boolean.Value),
            DataObject members => CelValue.OfMap(new DataObjectMap(members, numbers)),
            DataArray items => CelValue.OfList(new DataArrayList(items, numbers)),
            _ => CelValue.Null,
        };
    }

    private static CelValue Number(DataNumber number, CelNumbers numbers)
    {
        if (number.Text.Length > MaxDigits)
            return CelValue.Error(CelErrorCode.Overflow, $"a number of the document has more than {MaxDigits} characters");
        if (numbers == CelNumbers.WholeAsInt && number.TryGetInt64(out var whole))
            return CelValue.Of(whole);
        return number.TryGetDouble(out var value)
            ? CelValue.Of(value)
            : CelValue.Error(CelErrorCode.Overflow, "a number of the document is beyond the range of double");
    }
}
