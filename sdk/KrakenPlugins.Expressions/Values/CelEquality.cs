namespace KrakenPlugins.Expressions.Values;

/// <summary>CEL's <c>==</c> and the hash that fits it.</summary>
internal static class CelEquality
{
    private const int MaxDepth = 500;

    public static bool AreEqual(in CelValue left, in CelValue right)
    {
        var context = new CelContext(CelInput.Empty, long.MaxValue, default);
        return AreEqual(ref context, left, right, 0);
    }

    /// <summary>The comparison at the evaluation's expense; when its limit is exceeded, the answer means nothing.</summary>
    public static bool AreEqual(ref CelContext context, in CelValue left, in CelValue right) => AreEqual(ref context, left, right, 0);

    private static bool AreEqual(ref CelContext context, in CelValue left, in CelValue right, int depth)
    {
        if (left.Kind != right.Kind)
            return CelNumber.IsNumber(left.Kind) && CelNumber.IsNumber(right.Kind) && CelNumber.AreEqual(left, right);
        switch (left.Kind)
        {
            case CelKind.String:
                var text = left.RawString;
                return text.Length == right.RawString.Length && context.TryChargeText(text.Length) && string.Equals(text, right.RawString);
            case CelKind.Null:
                return true;
            case CelKind.Bool or CelKind.Int or CelKind.Uint:
                return left.Bits == right.Bits;
            case CelKind.Double:
                return left.RawDouble == right.RawDouble;
            case CelKind.Duration or CelKind.Timestamp:
                return left.Bits == right.Bits && left.RawNanos == right.RawNanos;
            case CelKind.Bytes:
                return context.TryChargeText(left.AsBytes.Length) && left.AsBytes.AsSpan().SequenceEqual(right.AsBytes);
            case CelKind.List:
                return AreEqual(ref context, left.RawList, right.RawList, depth + 1);
            case CelKind.Map:
                return AreEqual(ref context, left.RawMap, right.RawMap, depth + 1);
            case CelKind.Type:
                return left.AsType.Kind == right.AsType.Kind && left.AsType.Name == right.AsType.Name;
            case CelKind.Optional:
                return left.TryGetOptional(out var a) == right.TryGetOptional(out var b) && (depth < MaxDepth ? AreEqual(ref context, a, b, depth + 1) : context.Exceed());
            case CelKind.Opaque:
                return left.AsOpaque.Equals(right.AsOpaque);
            default:
                return false;
        }
    }

    private static bool AreEqual(ref CelContext context, CelList left, CelList right, int depth)
    {
        if (left.Count != right.Count)
            return false;
        if (depth > MaxDepth)
            return context.Exceed();
        for (var i = 0; i < left.Count; i++)
        {
            if (!context.TryCharge(1) || !AreEqual(ref context, left[i], right[i], depth))
                return false;
        }
        return true;
    }

    private static bool AreEqual(ref CelContext context, CelMap left, CelMap right, int depth)
    {
        if (left.Count != right.Count)
            return false;
        if (depth > MaxDepth)
            return context.Exceed();
        if (!context.TryCharge(left.Count * 2L))
            return false;
        using var keys = new MapKeys(left);
        foreach (ref readonly var key in keys.Span)
        {
            if (!right.TryGet(key, out var other) || !left.TryGet(key, out var own) || !AreEqual(ref context, own, other, depth))
                return false;
        }
        return true;
    }

    public static int Hash(in CelValue value) => value.Kind switch
    {
        CelKind.Int or CelKind.Uint or CelKind.Double => CelNumber.Hash(value),
        CelKind.Bool => value.IsTrue ? 1 : 2,
        CelKind.String => value.RawString.GetHashCode(StringComparison.Ordinal),
        CelKind.Duration or CelKind.Timestamp => HashCode.Combine(value.Kind, value.Bits, value.RawNanos),
        CelKind.Type => value.AsType.Name.GetHashCode(StringComparison.Ordinal),
        CelKind.Bytes => value.AsBytes.Length,
        CelKind.List => value.RawList.Count,
        CelKind.Map => value.RawMap.Count,
        CelKind.Opaque => value.AsOpaque.GetHashCode(),
        _ => (int)value.Kind,
    };
}
