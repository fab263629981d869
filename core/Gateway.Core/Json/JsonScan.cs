using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gateway.Core.Json;

/// <summary>
/// The vector loops under the tokenizer and the writers. Every pointer must have <see cref="Padding"/> readable bytes behind
/// the document, the first of them zero: a zero stops each loop, so that none of them compares with an end.
/// </summary>
internal static unsafe class JsonScan
{
    /// <summary>Bytes that must follow a document; the widest load plus what an escape looks ahead.</summary>
    public const int Padding = 64;

    /// <summary>
    /// One bit per byte, of 32, that ends or spoils a plain string: controls, <c>" \ &lt; &gt; &amp;</c>, and 0xE2 with which
    /// U+2028 and U+2029 begin. Two table look-ups by nibble: each high nibble has a class bit, the low nibble says in
    /// which classes it is a member.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Special(byte* p)
    {
        var byLow = Vector128.Create((byte)1, 1, 19, 1, 1, 1, 3, 1, 1, 1, 1, 1, 13, 1, 5, 1);
        var byHigh = Vector128.Create((byte)1, 1, 2, 4, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0);
        if (Avx2.IsSupported)
        {
            var low4 = Vector256.Create((byte)0x0F);
            var v = Vector256.Load(p);
            var low = Avx2.Shuffle(Vector256.Create(byLow, byLow), v & low4);
            var high = Avx2.Shuffle(Vector256.Create(byHigh, byHigh), (v.AsUInt16() >> 4).AsByte() & low4);
            return ~Vector256.Equals(low & high, Vector256<byte>.Zero).ExtractMostSignificantBits();
        }
        return Special16(p, byLow, byHigh) | (Special16(p + 16, byLow, byHigh) << 16);
    }

    /// <summary>The first byte at or behind <paramref name="p"/> that is no white space.</summary>
    public static byte* SkipSpace(byte* p)
    {
        if (*p == ' ' && p[1] > ' ')
            return p + 1;
        while (true)
        {
            var v = Vector256.Load(p);
            var space = Vector256.Equals(v, Vector256.Create((byte)' ')) | Vector256.Equals(v, Vector256.Create((byte)'\n'))
                | Vector256.Equals(v, Vector256.Create((byte)'\r')) | Vector256.Equals(v, Vector256.Create((byte)'\t'));
            var other = ~space.ExtractMostSignificantBits();
            if (other != 0)
                return p + BitOperations.TrailingZeroCount(other);
            p += 32;
        }
    }

    /// <summary>
    /// Goes on from anywhere outside an escape in a string to its closing quote. Adds <see cref="JsonFlags.Escaped"/> and takes
    /// <see cref="JsonFlags.Canonical"/> away as it must. On a fault returns where it is and sets <paramref name="fault"/>.
    /// </summary>
    public static byte* ToQuote(byte* p, ref JsonFlags flags, out JsonFaultKind fault)
    {
        fault = JsonFaultKind.None;
        while (true)
        {
            var mask = Special(p);
            var block = p;
            p += 32;
            while (mask != 0)
            {
                var q = block + BitOperations.TrailingZeroCount(mask);
                mask &= mask - 1;
                switch (*q)
                {
                    case (byte)'"':
                        return q;
                    case (byte)'\\':
                        p = JsonEscape.Skip(q, ref flags, out fault);
                        if (fault != JsonFaultKind.None)
                            return p;
                        mask = 0;
                        break;
                    case 0xE2:
                        if (JsonEscape.IsLineSeparator(q))
                            flags &= ~JsonFlags.Canonical;
                        break;
                    case < 0x20:
                        fault = JsonFaultKind.InString;
                        return q;
                    default:
                        flags &= ~JsonFlags.Canonical;
                        break;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Special16(byte* p, Vector128<byte> byLow, Vector128<byte> byHigh)
    {
        var low4 = Vector128.Create((byte)0x0F);
        var v = Vector128.Load(p);
        var low = Vector128.Shuffle(byLow, v & low4);
        var high = Vector128.Shuffle(byHigh, (v.AsUInt16() >> 4).AsByte() & low4);
        return ~Vector128.Equals(low & high, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
    }
}
