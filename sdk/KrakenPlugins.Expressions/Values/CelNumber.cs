namespace KrakenPlugins.Expressions.Values;

/// <summary>Numbers of different types compared by their value.</summary>
internal static class CelNumber
{
    private const double TwoTo63 = 9223372036854775808.0;
    private const double TwoTo64 = 18446744073709551616.0;

    /// <summary>What a comparison says when one of them is NaN.</summary>
    public const int Unordered = 2;

    public static bool IsNumber(CelKind kind) => kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    public static bool AreEqual(in CelValue left, in CelValue right) => Compare(left, right) == 0;

    /// <summary>-1, 0, 1 or <see cref="Unordered"/>.</summary>
    public static int Compare(in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => left.Bits.CompareTo(right.Bits),
        (CelKind.Uint, CelKind.Uint) => ((ulong)left.Bits).CompareTo((ulong)right.Bits),
        (CelKind.Double, CelKind.Double) => Compare(left.RawDouble, right.RawDouble),
        (CelKind.Int, CelKind.Uint) => Compare(left.Bits, (ulong)right.Bits),
        (CelKind.Uint, CelKind.Int) => -Compare(right.Bits, (ulong)left.Bits),
        (CelKind.Int, CelKind.Double) => Compare(left.Bits, right.RawDouble),
        (CelKind.Double, CelKind.Int) => Reverse(Compare(right.Bits, left.RawDouble)),
        (CelKind.Uint, CelKind.Double) => Compare((ulong)left.Bits, right.RawDouble),
        _ => Reverse(Compare((ulong)right.Bits, left.RawDouble)),
    };

    public static int Hash(in CelValue value)
    {
        if (value.Kind != CelKind.Double)
            return value.Bits.GetHashCode();
        var number = value.RawDouble;
        if (number >= -TwoTo63 && number < TwoTo63)
            return ((long)number).GetHashCode();
        return number >= TwoTo63 && number < TwoTo64 ? ((ulong)number).GetHashCode() : number.GetHashCode();
    }

    /// <summary>The number as a whole one of 64 bits; <see langword="false"/> when it is not one.</summary>
    public static bool TryGetInt(in CelValue value, out long whole)
    {
        whole = value.Bits;
        switch (value.Kind)
        {
            case CelKind.Int:
                return true;
            case CelKind.Uint:
                return whole >= 0;
            case CelKind.Double:
                var number = value.RawDouble;
                if (!(number >= -TwoTo63 && number < TwoTo63))
                    return false;
                whole = (long)number;
                return whole == number;
            default:
                return false;
        }
    }

    private static int Compare(double left, double right) => left < right ? -1 : left > right ? 1 : left == right ? 0 : Unordered;

    private static int Compare(long left, ulong right) => left < 0 ? -1 : ((ulong)left).CompareTo(right);

    // As the public suite has it: whole numbers compare to doubles as the nearest double.
    private static int Compare(long left, double right) => Compare((double)left, right);

    private static int Compare(ulong left, double right) => Compare((double)left, right);

    private static int Reverse(int order) => order == Unordered ? order : -order;
}
