using System.Numerics;

namespace KrakenPlugins.Cryptography;

/// <summary>The fraction of pi as 32-bit words: what Blowfish's tables start from.</summary>
internal static class PiDigits
{
    private const int GuardBits = 64;

    /// <summary>The first words of the fraction, by Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239).</summary>
    public static uint[] Fraction(int words)
    {
        var bits = 32 * words + GuardBits;
        var one = BigInteger.One << bits;
        var fraction = 16 * ArcTangent(5, one) - 4 * ArcTangent(239, one) - 3 * one;
        var bytes = (fraction >> GuardBits).ToByteArray(isUnsigned: true, isBigEndian: true);
        var padding = 4 * words - bytes.Length;
        var result = new uint[words];
        for (var i = 0; i < bytes.Length; i++)
        {
            var at = i + padding;
            result[at >> 2] |= (uint)bytes[i] << (24 - 8 * (at & 3));
        }
        return result;
    }

    private static BigInteger ArcTangent(int inverse, BigInteger one)
    {
        var power = one / inverse;
        var sum = power;
        var square = inverse * inverse;
        for (var (divisor, sign) = (3, -1); ; (divisor, sign) = (divisor + 2, -sign))
        {
            power /= square;
            if (power.IsZero) return sum;
            sum += sign * (power / divisor);
        }
    }
}
