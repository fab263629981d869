using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace KrakenPlugins.Cryptography;

/// <summary>Numbers modulo the order of the base point, L = 2^252 + 27742317777372353535851937790883648493. No operation but <see cref="Slide"/> branches on values.</summary>
internal static class EdwardsScalar
{
    /// <summary>Bytes of a number.</summary>
    public const int Length = 32;

    private const int Limbs = 4;

    private static readonly BigInteger s_orderNumber = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
    private static readonly ulong[] s_order = LimbsOf(s_orderNumber, Limbs + 1);
    // Barrett's constant for words of 64 bits: the quotient of 2^512 by the order.
    private static readonly ulong[] s_quotient = LimbsOf((BigInteger.One << 512) / s_orderNumber, Limbs + 1);

    /// <summary>Whether 32 bytes, little-endian, are below the order.</summary>
    public static bool IsReduced(ReadOnlySpan<byte> bytes)
    {
        var borrow = 0UL;
        for (var i = 0; i < Limbs; i++)
            Subtract(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]), s_order[i], ref borrow);
        return borrow == 1;
    }

    /// <summary>64 bytes, little-endian, modulo the order.</summary>
    public static void Reduce(ReadOnlySpan<byte> wide, Span<byte> result)
    {
        Span<ulong> number = stackalloc ulong[2 * Limbs];
        Read(wide, number);
        Reduce(number, result);
    }

    /// <summary>x·y + z modulo the order, each of 32 bytes.</summary>
    public static void MultiplyAdd(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, ReadOnlySpan<byte> z, Span<byte> result)
    {
        Span<ulong> first = stackalloc ulong[Limbs], second = stackalloc ulong[Limbs], product = stackalloc ulong[2 * Limbs];
        Read(x, first);
        Read(y, second);
        Multiply(first, second, product);
        Read(z, first);
        var carry = UInt128.Zero;
        for (var i = 0; i < 2 * Limbs; i++)
        {
            carry += (UInt128)product[i] + (i < Limbs ? first[i] : 0);
            product[i] = (ulong)carry;
            carry >>= 64;
        }
        Reduce(product, result);
    }

    /// <summary>Digits of a number so that few are not zero, each odd and less than 2^width in size, for numbers that are no secret.</summary>
    public static void Slide(ReadOnlySpan<byte> number, int width, Span<sbyte> digits)
    {
        for (var i = 0; i < 256; i++)
            digits[i] = (sbyte)(number[i >> 3] >> (i & 7) & 1);
        var limit = (1 << width) - 1;
        for (var i = 0; i < 256; i++)
        {
            if (digits[i] == 0)
                continue;
            for (var ahead = 1; ahead <= width && i + ahead < 256; ahead++)
            {
                if (digits[i + ahead] == 0)
                    continue;
                var step = digits[i + ahead] << ahead;
                if (digits[i] + step <= limit)
                {
                    digits[i] += (sbyte)step;
                    digits[i + ahead] = 0;
                }
                else if (digits[i] - step >= -limit)
                {
                    digits[i] -= (sbyte)step;
                    CarryInto(digits, i + ahead);
                }
                else
                {
                    break;
                }
            }
        }
    }

    private static void CarryInto(Span<sbyte> digits, int at)
    {
        for (; at < 256; at++)
        {
            if (digits[at] == 0)
            {
                digits[at] = 1;
                return;
            }
            digits[at] = 0;
        }
    }

    // Barrett's reduction: Handbook of Applied Cryptography, algorithm 14.42.
    private static void Reduce(ReadOnlySpan<ulong> number, Span<byte> result)
    {
        Span<ulong> estimate = stackalloc ulong[2 * (Limbs + 1)], multiple = stackalloc ulong[2 * (Limbs + 1)];
        Multiply(number[(Limbs - 1)..], s_quotient, estimate);
        Multiply(estimate[(Limbs + 1)..], s_order, multiple);
        Span<ulong> rest = stackalloc ulong[Limbs + 1];
        var borrow = 0UL;
        for (var i = 0; i <= Limbs; i++)
            rest[i] = Subtract(number[i], multiple[i], ref borrow);
        SubtractOrder(rest);
        SubtractOrder(rest);
        for (var i = 0; i < Limbs; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(result[(8 * i)..], rest[i]);
    }

    private static void SubtractOrder(Span<ulong> number)
    {
        Span<ulong> less = stackalloc ulong[Limbs + 1];
        var borrow = 0UL;
        for (var i = 0; i <= Limbs; i++)
            less[i] = Subtract(number[i], s_order[i], ref borrow);
        var keep = 0 - borrow;
        for (var i = 0; i <= Limbs; i++)
            number[i] = less[i] ^ (keep & (less[i] ^ number[i]));
    }

    private static ulong Subtract(ulong x, ulong y, ref ulong borrow)
    {
        var difference = (UInt128)x - y - borrow;
        borrow = (ulong)(difference >> 64) & 1;
        return (ulong)difference;
    }

    private static void Multiply(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, Span<ulong> product)
    {
        product.Clear();
        for (var i = 0; i < x.Length; i++)
        {
            var carry = 0UL;
            for (var j = 0; j < y.Length; j++)
            {
                var sum = (UInt128)x[i] * y[j] + product[i + j] + carry;
                product[i + j] = (ulong)sum;
                carry = (ulong)(sum >> 64);
            }
            product[i + y.Length] = carry;
        }
    }

    private static void Read(ReadOnlySpan<byte> bytes, Span<ulong> limbs)
    {
        for (var i = 0; i < limbs.Length; i++)
            limbs[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]);
    }

    private static ulong[] LimbsOf(BigInteger number, int count)
    {
        var limbs = new ulong[count];
        for (var i = 0; i < count; i++)
            limbs[i] = (ulong)(number >> (64 * i) & ulong.MaxValue);
        return limbs;
    }
}
