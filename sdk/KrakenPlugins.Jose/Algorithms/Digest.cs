using System.Security.Cryptography;

namespace KrakenPlugins.Jose;

/// <summary>The hash function of an algorithm.</summary>
internal enum Digest
{
    Sha256,
    Sha384,
    Sha512,
}

internal static class Digests
{
    public const int MaximumBytes = SHA512.HashSizeInBytes;

    public static Digest Of(JwsAlgorithm algorithm) => algorithm switch
    {
        JwsAlgorithm.HS256 or JwsAlgorithm.RS256 or JwsAlgorithm.PS256 or JwsAlgorithm.ES256 => Digest.Sha256,
        JwsAlgorithm.HS384 or JwsAlgorithm.RS384 or JwsAlgorithm.PS384 or JwsAlgorithm.ES384 => Digest.Sha384,
        _ => Digest.Sha512,
    };

    public static HashAlgorithmName Name(this Digest digest) => digest switch
    {
        Digest.Sha256 => HashAlgorithmName.SHA256,
        Digest.Sha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    public static ReadOnlySpan<byte> Hash(this Digest digest, ReadOnlySpan<byte> input, Span<byte> hash) => hash[..(digest switch
    {
        Digest.Sha256 => SHA256.HashData(input, hash),
        Digest.Sha384 => SHA384.HashData(input, hash),
        _ => SHA512.HashData(input, hash),
    })];

    public static ReadOnlySpan<byte> Authenticate(this Digest digest, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> code) => code[..(digest switch
    {
        Digest.Sha256 => HMACSHA256.HashData(key, input, code),
        Digest.Sha384 => HMACSHA384.HashData(key, input, code),
        _ => HMACSHA512.HashData(key, input, code),
    })];

    /// <summary>Bytes of the hash.</summary>
    public static int Length(this Digest digest) => digest switch
    {
        Digest.Sha256 => SHA256.HashSizeInBytes,
        Digest.Sha384 => SHA384.HashSizeInBytes,
        _ => SHA512.HashSizeInBytes,
    };
}
