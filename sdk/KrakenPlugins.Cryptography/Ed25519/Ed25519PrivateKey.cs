using System.Security.Cryptography;

namespace KrakenPlugins.Cryptography;

/// <summary>A private key of Ed25519 (RFC 8032 section 5.1). Signing takes no branch and reads no memory by the secret. Immutable and thread-safe.</summary>
public sealed class Ed25519PrivateKey
{
    /// <summary>Bytes of a key (the RFC's secret of 32 bytes, not the 64 that some libraries store).</summary>
    public const int Length = 32;

    private readonly byte[] _scalar = new byte[32];
    private readonly byte[] _prefix = new byte[32];
    private readonly byte[] _public = new byte[Ed25519PublicKey.Length];

    /// <summary>The key of 32 secret bytes.</summary>
    /// <exception cref="ArgumentException">They are not 32.</exception>
    public Ed25519PrivateKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Length)
            throw new ArgumentException($"expected {Length} bytes, not {secret.Length}", nameof(secret));
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(secret, hash);
        hash[..32].CopyTo(_scalar);
        hash[32..].CopyTo(_prefix);
        CryptographicOperations.ZeroMemory(hash);
        _scalar[0] &= 0xf8;
        _scalar[31] = (byte)(_scalar[31] & 0x7f | 0x40);
        EdwardsBaseTable.Multiply(_scalar).Write(_public);
    }

    /// <summary>The public half, 32 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _public;

    /// <summary>Signs a message; the same message gives the same signature.</summary>
    /// <param name="message">The message.</param>
    /// <param name="signature">Receives <see cref="Ed25519PublicKey.SignatureLength"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (signature.Length < Ed25519PublicKey.SignatureLength)
            throw new ArgumentException($"expected {Ed25519PublicKey.SignatureLength} bytes", nameof(signature));
        Span<byte> nonce = stackalloc byte[EdwardsScalar.Length], challenge = stackalloc byte[EdwardsScalar.Length];
        Ed25519Hash.Compute(_prefix, default, message, nonce);
        EdwardsBaseTable.Multiply(nonce).Write(signature[..32]);
        Ed25519Hash.Compute(signature[..32], _public, message, challenge);
        EdwardsScalar.MultiplyAdd(challenge, _scalar, nonce, signature[32..64]);
        CryptographicOperations.ZeroMemory(nonce);
    }
}

/// <summary>Multiples of the base point for numbers that are secret.</summary>
internal static class EdwardsBaseTable
{
    private const int Windows = 64;
    private const int Entries = 8;

    // Entry i, j: (j + 1) times 16^i times the base point.
    private static readonly CachedPoint[] s_multiples = MakeMultiples();
    private static readonly CachedPoint s_neutral = CachedPoint.Of(EdwardsPoint.Neutral);

    /// <summary>A multiple of the base point by a number below 2^255, 32 bytes little-endian.</summary>
    public static EdwardsPoint Multiply(ReadOnlySpan<byte> number)
    {
        Span<sbyte> digits = stackalloc sbyte[Windows];
        Split(number, digits);
        var sum = EdwardsPoint.Neutral;
        for (var i = 0; i < Windows; i++)
            sum = sum.Add(Choose(i, digits[i]));
        digits.Clear();
        return sum;
    }

    /// <summary>Digits from −8 to 8 in base 16.</summary>
    private static void Split(ReadOnlySpan<byte> number, Span<sbyte> digits)
    {
        for (var i = 0; i < Windows / 2; i++)
        {
            digits[2 * i] = (sbyte)(number[i] & 15);
            digits[2 * i + 1] = (sbyte)(number[i] >> 4);
        }
        var carry = 0;
        for (var i = 0; i < Windows - 1; i++)
        {
            var digit = digits[i] + carry;
            carry = (digit + 8) >> 4;
            digits[i] = (sbyte)(digit - (carry << 4));
        }
        digits[Windows - 1] += (sbyte)carry;
    }

    /// <summary>Reads every entry of the window, so that the digit leaves no trace in caches.</summary>
    private static CachedPoint Choose(int window, int digit)
    {
        var negative = digit >> 31;
        var size = (digit ^ negative) - negative;
        var chosen = s_neutral;
        for (var j = 0; j < Entries; j++)
        {
            var isOther = (uint)(size ^ (j + 1));
            var mask = (ulong)((long)isOther - 1 >> 63);
            chosen = CachedPoint.Select(mask, s_multiples[window * Entries + j], chosen);
        }
        return chosen.NegateIf((ulong)(long)negative);
    }

    private static CachedPoint[] MakeMultiples()
    {
        var multiples = new CachedPoint[Windows * Entries];
        var power = EdwardsPoint.Base;
        for (var i = 0; i < Windows; i++)
        {
            var step = CachedPoint.Of(power);
            var multiple = power;
            for (var j = 0; j < Entries; j++)
            {
                multiples[i * Entries + j] = CachedPoint.Of(multiple);
                multiple = multiple.Add(step);
            }
            power = power.Double().Double().Double().Double();
        }
        return multiples;
    }
}
