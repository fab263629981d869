namespace KrakenPlugins.Expressions.Values;

/// <summary>The order of values that have one.</summary>
internal static class CelOrder
{
    /// <summary>-1, 0, 1 or <see cref="CelNumber.Unordered"/>; <see langword="false"/> when the two have no order.</summary>
    public static bool TryCompare(ref CelContext context, in CelValue left, in CelValue right, out int order)
    {
        order = 0;
        if (CelNumber.IsNumber(left.Kind) && CelNumber.IsNumber(right.Kind))
        {
            order = CelNumber.Compare(left, right);
            return true;
        }
        if (left.Kind != right.Kind)
            return false;
        switch (left.Kind)
        {
            case CelKind.Bool:
                order = left.Bits.CompareTo(right.Bits);
                return true;
            case CelKind.String:
                context.TryChargeText(Math.Min(left.RawString.Length, right.RawString.Length));
                order = CompareText(left.RawString, right.RawString);
                return true;
            case CelKind.Bytes:
                context.TryChargeText(Math.Min(left.AsBytes.Length, right.AsBytes.Length));
                order = Math.Sign(left.AsBytes.AsSpan().SequenceCompareTo(right.AsBytes));
                return true;
            case CelKind.Timestamp or CelKind.Duration:
                order = CelTime.Compare(left, right);
                return true;
            default:
                return false;
        }
    }

    /// <summary>By code points, which UTF-16 units alone do not give.</summary>
    public static int CompareText(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        return Rank(left[common]).CompareTo(Rank(right[common]));
    }

    // Surrogates stand for code points beyond all others.
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
