using System.Buffers.Binary;

namespace KrakenPlugins.Cryptography;

/// <summary>The one-time authenticator of RFC 8439 section 2.5, in limbs of 26 bits; branches on lengths only.</summary>
internal static class Poly1305
{
    public const int TagLength = 16;
    private const uint Mask = 0x3ffffff;

    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> tag)
    {
        Span<uint> r = stackalloc uint[5], h = stackalloc uint[5];
        Split(key, 0, r);
        r[0] &= 0x3ffffff;
        r[1] &= 0x3ffff03;
        r[2] &= 0x3ffc0ff;
        r[3] &= 0x3f03fff;
        r[4] &= 0x00fffff;
        h.Clear();
        Span<byte> last = stackalloc byte[16];
        Span<uint> block = stackalloc uint[5];
        for (; !message.IsEmpty; message = message[Math.Min(16, message.Length)..])
        {
            if (message.Length >= 16)
            {
                Split(message, 1u << 24, block);
            }
            else
            {
                last.Clear();
                message.CopyTo(last);
                last[message.Length] = 1;
                Split(last, 0, block);
            }
            for (var i = 0; i < 5; i++)
                h[i] += block[i];
            Multiply(h, r);
        }
        Finish(h, key[16..], tag);
    }

    private static void Split(ReadOnlySpan<byte> bytes, uint top, Span<uint> limbs)
    {
        var low = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var high = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        limbs[0] = (uint)low & Mask;
        limbs[1] = (uint)(low >> 26) & Mask;
        limbs[2] = (uint)(low >> 52 | high << 12) & Mask;
        limbs[3] = (uint)(high >> 14) & Mask;
        limbs[4] = (uint)(high >> 40) | top;
    }

    private static void Multiply(Span<uint> h, ReadOnlySpan<uint> r)
    {
        Span<ulong> product = stackalloc ulong[5];
        for (var i = 0; i < 5; i++)
        {
            var sum = 0UL;
            for (var j = 0; j < 5; j++)
                sum += (ulong)h[j] * (j <= i ? r[i - j] : 5 * r[5 + i - j]);
            product[i] = sum;
        }
        var carry = 0UL;
        for (var i = 0; i < 5; i++)
        {
            product[i] += carry;
            h[i] = (uint)product[i] & Mask;
            carry = product[i] >> 26;
        }
        carry = h[0] + 5 * carry;
        h[0] = (uint)carry & Mask;
        h[1] += (uint)(carry >> 26);
    }

    private static void Finish(Span<uint> h, ReadOnlySpan<byte> pad, Span<byte> tag)
    {
        // Twice around, then less the modulus where that does not go below zero.
        for (var round = 0; round < 2; round++)
        {
            var over = 0u;
            for (var i = 0; i < 5; i++)
            {
                h[i] += over;
                over = h[i] >> 26;
                h[i] &= Mask;
            }
            h[0] += 5 * over;
        }
        Span<uint> less = stackalloc uint[5];
        var carry = 5u;
        for (var i = 0; i < 5; i++)
        {
            less[i] = h[i] + carry;
            carry = less[i] >> 26;
            less[i] &= Mask;
        }
        var mask = 0 - carry;
        for (var i = 0; i < 5; i++)
            h[i] ^= mask & (h[i] ^ less[i]);

        var low = h[0] | (ulong)h[1] << 26 | (ulong)h[2] << 52;
        var high = (ulong)h[2] >> 12 | (ulong)h[3] << 14 | (ulong)h[4] << 40;
        var sum = new UInt128(high, low) + new UInt128(BinaryPrimitives.ReadUInt64LittleEndian(pad[8..]), BinaryPrimitives.ReadUInt64LittleEndian(pad));
        BinaryPrimitives.WriteUInt128LittleEndian(tag, sum);
    }
}
