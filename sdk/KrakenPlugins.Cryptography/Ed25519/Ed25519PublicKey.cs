using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace KrakenPlugins.Cryptography;

/// <summary>
/// A public key of Ed25519 (RFC 8032 section 5.1), with what makes verifying fast. Strict where the RFC leaves room: keys and R are
/// accepted in their one canonical form only, S must be below the group's order, keys of small order are refused, and the equation is
/// checked without the cofactor. Immutable and thread-safe.
/// </summary>
public sealed class Ed25519PublicKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureLength = 64;

    private const int BaseWidth = 6;
    private const int KeyWidth = 5;

    private static readonly CachedPoint[] s_baseMultiples = OddMultiples(EdwardsPoint.Base, BaseWidth);

    private readonly byte[] _bytes;
    private readonly CachedPoint[] _multiples;

    private Ed25519PublicKey(byte[] bytes, in EdwardsPoint point)
    {
        _bytes = bytes;
        _multiples = OddMultiples(point, KeyWidth);
    }

    /// <summary>The key of 32 bytes; <see langword="false"/> when they are no point, are not canonical, or the point's order is small.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Ed25519PublicKey? key)
    {
        key = null;
        if (bytes.Length != Length || !EdwardsPoint.TryRead(bytes, out var point) || point.Double().Double().Double().IsNeutral)
            return false;
        key = new Ed25519PublicKey(bytes.ToArray(), point);
        return true;
    }

    /// <summary>Whether the signature is one of the message by this key.</summary>
    /// <param name="message">The message.</param>
    /// <param name="signature">R and S; another length than <see cref="SignatureLength"/> is no signature.</param>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength || !EdwardsScalar.IsReduced(signature[32..]))
            return false;
        Span<byte> challenge = stackalloc byte[EdwardsScalar.Length];
        Ed25519Hash.Compute(signature[..32], _bytes, message, challenge);

        Span<byte> expected = stackalloc byte[32];
        Combine(signature[32..], challenge).Write(expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature[..32]);
    }

    /// <summary>S·B − h·A, by one chain of doublings (Straus).</summary>
    private EdwardsPoint Combine(ReadOnlySpan<byte> s, ReadOnlySpan<byte> h)
    {
        Span<sbyte> ofBase = stackalloc sbyte[256], ofKey = stackalloc sbyte[256];
        EdwardsScalar.Slide(s, BaseWidth, ofBase);
        EdwardsScalar.Slide(h, KeyWidth, ofKey);
        var at = 255;
        while (at >= 0 && ofBase[at] == 0 && ofKey[at] == 0)
            at--;
        var sum = EdwardsPoint.Neutral;
        for (; at >= 0; at--)
        {
            sum = sum.Double();
            if (ofBase[at] != 0)
                sum = ofBase[at] > 0 ? sum.Add(s_baseMultiples[ofBase[at] >> 1]) : sum.Subtract(s_baseMultiples[-ofBase[at] >> 1]);
            if (ofKey[at] != 0)
                sum = ofKey[at] > 0 ? sum.Subtract(_multiples[ofKey[at] >> 1]) : sum.Add(_multiples[-ofKey[at] >> 1]);
        }
        return sum;
    }

    /// <summary>1, 3, 5 … times the point, below 2^width.</summary>
    private static CachedPoint[] OddMultiples(in EdwardsPoint point, int width)
    {
        var multiples = new CachedPoint[1 << (width - 1)];
        var twice = CachedPoint.Of(point.Double());
        var multiple = point;
        for (var i = 0; i < multiples.Length; i++)
        {
            multiples[i] = CachedPoint.Of(multiple);
            multiple = multiple.Add(twice);
        }
        return multiples;
    }
}

internal static class Ed25519Hash
{
    private const int OnStack = 1024;

    /// <summary>SHA-512 of up to three parts, modulo the group's order.</summary>
    public static void Compute(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> message, Span<byte> result)
    {
        var length = first.Length + second.Length + message.Length;
        byte[]? rented = null;
        var input = length <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(length);
        first.CopyTo(input);
        second.CopyTo(input[first.Length..]);
        message.CopyTo(input[(first.Length + second.Length)..]);
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(input[..length], hash);
        EdwardsScalar.Reduce(hash, result);
        // The nonce's prefix is a secret.
        CryptographicOperations.ZeroMemory(input[..length]);
        CryptographicOperations.ZeroMemory(hash);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
