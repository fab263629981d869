using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Cryptography;

namespace KrakenPlugins.ApiKeys;

/// <summary>
/// What a key is known by in memory: 128 bits under a secret of the process, of the key itself or of its stored hash (AUT-099). Neither keys
/// nor their hashes are compared anywhere, so that the time of a look-up says nothing about them (AUT-105).
/// </summary>
/// <param name="hash">Value of <c>hash</c>.</param>
/// <param name="salt">Value of <c>salt</c>.</param>
internal sealed class KeyDigest(string hash, string salt)
{
    /// <summary>The longest key, in UTF-16 units.</summary>
    public const int Longest = 1024;

    private const int OnStack = 512;

    // One per process, so that what is carried over a reload fits.
    private static readonly SipHash s_secret = SipHash.WithRandomKey();

    private readonly byte[] _salt = Encoding.UTF8.GetBytes(salt);

    /// <summary>Bytes of a stored hash; 0 where keys are stored as they are.</summary>
    public int StoredBytes { get; } = hash switch
    {
        "fnv128" => 16,
        "sha256" => SHA256.HashSizeInBytes,
        "sha1" => SHA1.HashSizeInBytes,
        _ => 0,
    };

    /// <summary>The digest of what a client presents.</summary>
    public UInt128 OfPresented(ReadOnlySpan<char> key) => StoredBytes == 0 ? s_secret.Hash128(MemoryMarshal.AsBytes(key)) : OfHashed(key);

    /// <summary>The digest of a <c>key</c> of the configuration; returns false when it is no hash of the right length.</summary>
    public bool TryOfStored(string stored, out UInt128 digest)
    {
        digest = default;
        if (StoredBytes == 0)
        {
            digest = OfPresented(stored);
            return true;
        }
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        if (stored.Length != 2 * StoredBytes || Convert.FromHexString(stored, bytes, out _, out _) != OperationStatus.Done)
            return false;
        digest = s_secret.Hash128(bytes[..StoredBytes]);
        return true;
    }

    private UInt128 OfHashed(ReadOnlySpan<char> key)
    {
        var most = _salt.Length + Encoding.UTF8.GetMaxByteCount(key.Length);
        byte[]? rented = null;
        var text = most <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(most);
        _salt.CopyTo(text);
        var length = _salt.Length + Encoding.UTF8.GetBytes(key, text[_salt.Length..]);
        Span<byte> hashed = stackalloc byte[SHA256.HashSizeInBytes];
        HashInto(text[..length], hashed);
        CryptographicOperations.ZeroMemory(text[..length]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return s_secret.Hash128(hashed[..StoredBytes]);
    }

    private void HashInto(ReadOnlySpan<byte> text, Span<byte> hashed)
    {
        if (StoredBytes == 16)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(hashed, Fnv.Hash128(text));
        else if (StoredBytes == SHA256.HashSizeInBytes)
            SHA256.HashData(text, hashed);
        else
#pragma warning disable CA5350 // The language has it; the audit advises against it.
            SHA1.HashData(text, hashed);
#pragma warning restore CA5350
    }
}
