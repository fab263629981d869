namespace KrakenPlugins.Cryptography;

/// <summary>
/// A point of edwards25519, −x² + y² = 1 + d·x²·y², in extended coordinates: x = X/Z, y = Y/Z, T = X·Y/Z (RFC 8032 section 5.1.4). The
/// formulas are complete: they hold for every pair of points.
/// </summary>
internal readonly struct EdwardsPoint(FieldElement x, FieldElement y, FieldElement z, FieldElement t)
{
    private static readonly FieldElement s_d = -(FieldElement.Small(121665) * FieldElement.Small(121666).Invert());
    private static readonly FieldElement s_rootOfMinusOne = FieldElement.Small(2).PowerForRoot().Square() * FieldElement.Small(2);

    public readonly FieldElement X = x, Y = y, Z = z, T = t;

    public static FieldElement TwoD { get; } = s_d + s_d;

    public static EdwardsPoint Neutral { get; } = new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    /// <summary>The base point: y = 4/5, x even.</summary>
    public static EdwardsPoint Base { get; } = MakeBase();

    public bool IsNeutral => X.IsZero && FieldElement.AreEqual(Y, Z);

    /// <summary>Reads a point (RFC 8032 section 5.1.3), and only in the one form in which points are written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EdwardsPoint point)
    {
        point = default;
        var y = FieldElement.Read(bytes);
        Span<byte> canonical = stackalloc byte[32];
        y.Write(canonical);
        var isOdd = (bytes[31] & 0x80) != 0;
        if (isOdd)
            canonical[31] |= 0x80;
        if (!canonical.SequenceEqual(bytes))
            return false;

        var square = y.Square();
        if (!TryRoot(square - FieldElement.One, square * s_d + FieldElement.One, out var x) || (x.IsZero && isOdd))
            return false;
        if (x.IsOdd != isOdd)
            x = -x;
        point = new(x, y, FieldElement.One, x * y);
        return true;
    }

    public void Write(Span<byte> bytes)
    {
        var inverse = Z.Invert();
        (Y * inverse).Write(bytes);
        if ((X * inverse).IsOdd)
            bytes[31] |= 0x80;
    }

    public EdwardsPoint Negate() => new(-X, Y, Z, -T);

    public EdwardsPoint Double()
    {
        var xx = X.Square();
        var yy = Y.Square();
        var zz = Z.Square();
        var sum = xx + yy;
        var difference = yy - xx;
        var cross = (X + Y).Square() - sum;
        var rest = zz + zz - difference;
        return new(cross * rest, sum * difference, difference * rest, cross * sum);
    }

    public EdwardsPoint Add(in CachedPoint other)
    {
        var a = (Y + X) * other.YPlusX;
        var b = (Y - X) * other.YMinusX;
        return Complete(a, b, T * other.TwoDT, Z * other.Z);
    }

    public EdwardsPoint Subtract(in CachedPoint other)
    {
        var a = (Y + X) * other.YMinusX;
        var b = (Y - X) * other.YPlusX;
        return Complete(a, b, -(T * other.TwoDT), Z * other.Z);
    }

    private static EdwardsPoint Complete(in FieldElement a, in FieldElement b, in FieldElement c, in FieldElement zz)
    {
        var d = zz + zz;
        var (e, f, g, h) = (a - b, d - c, d + c, a + b);
        return new(e * f, g * h, f * g, e * h);
    }

    /// <summary>A square root of u/v, when there is one (RFC 8032 section 5.1.3).</summary>
    private static bool TryRoot(in FieldElement u, in FieldElement v, out FieldElement root)
    {
        var v3 = v.Square() * v;
        root = u * v3 * (u * v3.Square() * v).PowerForRoot();
        var check = root.Square() * v;
        if (FieldElement.AreEqual(check, u))
            return true;
        root *= s_rootOfMinusOne;
        return FieldElement.AreEqual(check, -u);
    }

    private static EdwardsPoint MakeBase()
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(0x66);
        bytes[0] = 0x58;
        return TryRead(bytes, out var point) ? point : throw new InvalidOperationException("the base point is no point of the curve");
    }
}

/// <summary>A point as additions like it.</summary>
internal readonly struct CachedPoint
{
    public readonly FieldElement YPlusX, YMinusX, Z, TwoDT;

    private CachedPoint(FieldElement yPlusX, FieldElement yMinusX, FieldElement z, FieldElement twoDT)
    {
        YPlusX = yPlusX;
        YMinusX = yMinusX;
        Z = z;
        TwoDT = twoDT;
    }

    public static CachedPoint Of(in EdwardsPoint point) =>
        new(point.Y + point.X, point.Y - point.X, point.Z, point.T * EdwardsPoint.TwoD);

    /// <summary>The negative where the mask is all ones, else the point itself (mask zero).</summary>
    public CachedPoint NegateIf(ulong mask) => new(
        FieldElement.Select(mask, YMinusX, YPlusX), FieldElement.Select(mask, YPlusX, YMinusX), Z, FieldElement.Select(mask, -TwoDT, TwoDT));

    public static CachedPoint Select(ulong mask, in CachedPoint yes, in CachedPoint no) => new(
        FieldElement.Select(mask, yes.YPlusX, no.YPlusX), FieldElement.Select(mask, yes.YMinusX, no.YMinusX),
        FieldElement.Select(mask, yes.Z, no.Z), FieldElement.Select(mask, yes.TwoDT, no.TwoDT));
}
