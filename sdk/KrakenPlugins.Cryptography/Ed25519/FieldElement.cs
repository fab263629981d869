using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace KrakenPlugins.Cryptography;

/// <summary>
/// A number modulo 2^255 − 19 in five limbs of 51 bits. Limbs of products, squares and differences stay below 2^51 + 2^13; a sum of two
/// of them may be an operand, a sum of sums may not. No operation branches on values.
/// </summary>
internal readonly struct FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
{
    private const ulong Mask = (1UL << 51) - 1;

    private readonly ulong _l0 = l0, _l1 = l1, _l2 = l2, _l3 = l3, _l4 = l4;

    public static FieldElement Zero => default;

    public static FieldElement One { get; } = new(1, 0, 0, 0, 0);

    public static FieldElement Small(uint value) => new(value, 0, 0, 0, 0);

    /// <summary>The number of 32 bytes, little-endian; the topmost bit is ignored, and the value may be above the modulus.</summary>
    public static FieldElement Read(ReadOnlySpan<byte> bytes)
    {
        var w0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var w1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        var w2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        var w3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new(w0 & Mask, (w0 >> 51 | w1 << 13) & Mask, (w1 >> 38 | w2 << 26) & Mask, (w2 >> 25 | w3 << 39) & Mask, (w3 >> 12) & Mask);
    }

    /// <summary>Writes the one number below the modulus, 32 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        var x = Carry(Carry(this));
        // Adding 19 overflows 2^255 exactly when the number is not below the modulus.
        var q = (x._l0 + 19) >> 51;
        q = (x._l1 + q) >> 51;
        q = (x._l2 + q) >> 51;
        q = (x._l3 + q) >> 51;
        q = (x._l4 + q) >> 51;
        var l0 = x._l0 + 19 * q;
        var l1 = x._l1 + (l0 >> 51);
        var l2 = x._l2 + (l1 >> 51);
        var l3 = x._l3 + (l2 >> 51);
        var l4 = (x._l4 + (l3 >> 51)) & Mask;
        (l0, l1, l2, l3) = (l0 & Mask, l1 & Mask, l2 & Mask, l3 & Mask);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, l0 | l1 << 51);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], l1 >> 13 | l2 << 38);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], l2 >> 26 | l3 << 25);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], l3 >> 39 | l4 << 12);
    }

    /// <summary>Whether the least significant bit is set.</summary>
    public bool IsOdd
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            Write(bytes);
            return (bytes[0] & 1) != 0;
        }
    }

    public bool IsZero
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            Write(bytes);
            return bytes.IndexOfAnyExcept((byte)0) < 0;
        }
    }

    public static bool AreEqual(in FieldElement x, in FieldElement y) => (x - y).IsZero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator +(in FieldElement x, in FieldElement y) =>
        new(x._l0 + y._l0, x._l1 + y._l1, x._l2 + y._l2, x._l3 + y._l3, x._l4 + y._l4);

    // Four times the modulus is added, so that no limb goes below zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement x, in FieldElement y) => Carry(new(
        x._l0 + (4 * Mask - 72) - y._l0, x._l1 + 4 * Mask - y._l1, x._l2 + 4 * Mask - y._l2, x._l3 + 4 * Mask - y._l3, x._l4 + 4 * Mask - y._l4));

    public static FieldElement operator -(in FieldElement x) => Zero - x;

    public static FieldElement operator *(in FieldElement x, in FieldElement y)
    {
        var (y1, y2, y3, y4) = (19 * y._l1, 19 * y._l2, 19 * y._l3, 19 * y._l4);
        Product c0 = default, c1 = default, c2 = default, c3 = default, c4 = default;
        c0.Add(x._l0, y._l0); c0.Add(x._l1, y4); c0.Add(x._l2, y3); c0.Add(x._l3, y2); c0.Add(x._l4, y1);
        c1.Add(x._l0, y._l1); c1.Add(x._l1, y._l0); c1.Add(x._l2, y4); c1.Add(x._l3, y3); c1.Add(x._l4, y2);
        c2.Add(x._l0, y._l2); c2.Add(x._l1, y._l1); c2.Add(x._l2, y._l0); c2.Add(x._l3, y4); c2.Add(x._l4, y3);
        c3.Add(x._l0, y._l3); c3.Add(x._l1, y._l2); c3.Add(x._l2, y._l1); c3.Add(x._l3, y._l0); c3.Add(x._l4, y4);
        c4.Add(x._l0, y._l4); c4.Add(x._l1, y._l3); c4.Add(x._l2, y._l2); c4.Add(x._l3, y._l1); c4.Add(x._l4, y._l0);
        return Reduce(c0, c1, c2, c3, c4);
    }

    public FieldElement Square()
    {
        var (d0, d1, d2) = (2 * _l0, 2 * _l1, 2 * _l2);
        var (n3, n4) = (19 * _l3, 19 * _l4);
        Product c0 = default, c1 = default, c2 = default, c3 = default, c4 = default;
        c0.Add(_l0, _l0); c0.Add(d1, n4); c0.Add(d2, n3);
        c1.Add(d0, _l1); c1.Add(d2, n4); c1.Add(_l3, n3);
        c2.Add(d0, _l2); c2.Add(_l1, _l1); c2.Add(2 * _l3, n4);
        c3.Add(d0, _l3); c3.Add(d1, _l2); c3.Add(_l4, n4);
        c4.Add(d0, _l4); c4.Add(d1, _l3); c4.Add(_l2, _l2);
        return Reduce(c0, c1, c2, c3, c4);
    }

    /// <summary>The number to the power of 2^(255) − 21: its inverse, zero for zero.</summary>
    public FieldElement Invert()
    {
        var (high, x11) = PowerOf250Ones();
        return high.Squared(5) * x11;
    }

    /// <summary>The number to the power of 2^252 − 3, on the way to square roots.</summary>
    public FieldElement PowerForRoot() => PowerOf250Ones().High.Squared(2) * this;

    /// <summary><paramref name="yes"/> where the mask is all ones, else <paramref name="no"/> (mask zero).</summary>
    public static FieldElement Select(ulong mask, in FieldElement yes, in FieldElement no) => new(
        no._l0 ^ (mask & (no._l0 ^ yes._l0)), no._l1 ^ (mask & (no._l1 ^ yes._l1)), no._l2 ^ (mask & (no._l2 ^ yes._l2)),
        no._l3 ^ (mask & (no._l3 ^ yes._l3)), no._l4 ^ (mask & (no._l4 ^ yes._l4)));

    /// <summary>The powers of 2^250 − 1 and of 11.</summary>
    private (FieldElement High, FieldElement Eleven) PowerOf250Ones()
    {
        var x2 = Square();
        var x9 = x2.Squared(2) * this;
        var x11 = x9 * x2;
        var ones5 = x11.Square() * x9;
        var ones10 = ones5.Squared(5) * ones5;
        var ones20 = ones10.Squared(10) * ones10;
        var ones40 = ones20.Squared(20) * ones20;
        var ones50 = ones40.Squared(10) * ones10;
        var ones100 = ones50.Squared(50) * ones50;
        var ones200 = ones100.Squared(100) * ones100;
        return (ones200.Squared(50) * ones50, x11);
    }

    private FieldElement Squared(int times)
    {
        var x = this;
        for (var i = 0; i < times; i++)
            x = x.Square();
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Carry(in FieldElement x) => new(
        (x._l0 & Mask) + 19 * (x._l4 >> 51), (x._l1 & Mask) + (x._l0 >> 51), (x._l2 & Mask) + (x._l1 >> 51), (x._l3 & Mask) + (x._l2 >> 51), (x._l4 & Mask) + (x._l3 >> 51));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Reduce(in Product c0, in Product c1, in Product c2, in Product c3, in Product c4) => Carry(new(
        (c0.Low & Mask) + 19 * c4.Above51, (c1.Low & Mask) + c0.Above51, (c2.Low & Mask) + c1.Above51, (c3.Low & Mask) + c2.Above51, (c4.Low & Mask) + c3.Above51));

    /// <summary>A sum of products, 128 bits.</summary>
    private struct Product
    {
        private ulong _high;

        public ulong Low;

        public readonly ulong Above51 => Low >> 51 | _high << 13;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(ulong x, ulong y)
        {
            var high = Math.BigMul(x, y, out var low);
            Low += low;
            _high += high + (Low < low ? 1UL : 0UL);
        }
    }
}
