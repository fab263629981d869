using System.Runtime.CompilerServices;

namespace KrakenPlugins.Cryptography;

/// <summary>The expensive key schedule of Blowfish that bcrypt is made of (Provos and Mazières, "A Future-Adaptable Password Scheme").</summary>
internal sealed class BlowfishState
{
    private const int RoundKeys = 18;
    private const int BoxWords = 256;

    private static readonly Lazy<uint[]> Start = new(() => PiDigits.Fraction(RoundKeys + 4 * BoxWords));

    private readonly uint[] _keys = Start.Value[..RoundKeys];
    private readonly uint[] _boxes = Start.Value[RoundKeys..];

    /// <summary>Mixes key and salt into the state.</summary>
    /// <param name="key">1 byte or more.</param>
    /// <param name="salt">16 bytes.</param>
    public void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        MixKey(key);
        var saltAt = 0;
        var (left, right) = (0u, 0u);
        for (var i = 0; i < RoundKeys; i += 2)
        {
            (left, right) = Encrypt(left ^ NextWord(salt, ref saltAt), right ^ NextWord(salt, ref saltAt));
            (_keys[i], _keys[i + 1]) = (left, right);
        }
        for (var i = 0; i < _boxes.Length; i += 2)
        {
            (left, right) = Encrypt(left ^ NextWord(salt, ref saltAt), right ^ NextWord(salt, ref saltAt));
            (_boxes[i], _boxes[i + 1]) = (left, right);
        }
    }

    /// <summary>Mixes a key into the state, with a salt of zeros.</summary>
    public void Expand(ReadOnlySpan<byte> key)
    {
        MixKey(key);
        var (left, right) = (0u, 0u);
        for (var i = 0; i < RoundKeys; i += 2)
        {
            (left, right) = Encrypt(left, right);
            (_keys[i], _keys[i + 1]) = (left, right);
        }
        for (var i = 0; i < _boxes.Length; i += 2)
        {
            (left, right) = Encrypt(left, right);
            (_boxes[i], _boxes[i + 1]) = (left, right);
        }
    }

    /// <summary>One block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (uint Left, uint Right) Encrypt(uint left, uint right)
    {
        ReadOnlySpan<uint> keys = _keys;
        ReadOnlySpan<uint> boxes = _boxes;
        left ^= keys[0];
        for (var i = 1; i <= 16; i += 2)
        {
            right ^= Feistel(boxes, left) ^ keys[i];
            left ^= Feistel(boxes, right) ^ keys[i + 1];
        }
        return (right ^ keys[17], left);
    }

    private static uint Feistel(ReadOnlySpan<uint> boxes, uint x) =>
        ((boxes[(int)(x >> 24)] + boxes[BoxWords + (int)((x >> 16) & 0xff)]) ^ boxes[2 * BoxWords + (int)((x >> 8) & 0xff)])
            + boxes[3 * BoxWords + (int)(x & 0xff)];

    private void MixKey(ReadOnlySpan<byte> key)
    {
        var at = 0;
        for (var i = 0; i < RoundKeys; i++) _keys[i] ^= NextWord(key, ref at);
    }

    private static uint NextWord(ReadOnlySpan<byte> bytes, ref int at)
    {
        var word = 0u;
        for (var i = 0; i < 4; i++)
        {
            word = (word << 8) | bytes[at];
            at = at + 1 == bytes.Length ? 0 : at + 1;
        }
        return word;
    }
}
