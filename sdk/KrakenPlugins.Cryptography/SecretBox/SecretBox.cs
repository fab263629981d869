using System.Security.Cryptography;

namespace KrakenPlugins.Cryptography;

/// <summary>NaCl's <c>crypto_secretbox</c>, XSalsa20 and Poly1305: a message that only who has the key can read or make.</summary>
public static class SecretBox
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 32;

    /// <summary>Bytes of a nonce, which must never serve twice with one key.</summary>
    public const int NonceLength = 24;

    /// <summary>Bytes by which a box is longer than its message.</summary>
    public const int Overhead = Poly1305.TagLength;

    private const int StreamOffset = 32;

    /// <summary>Puts a message into a box.</summary>
    /// <exception cref="ArgumentException">Key, nonce or box have another length than expected.</exception>
    public static void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> message, Span<byte> box)
    {
        Check(key, nonce);
        if (box.Length != message.Length + Overhead)
            throw new ArgumentException($"expected {message.Length + Overhead} bytes", nameof(box));
        Span<byte> derived = stackalloc byte[KeyLength], first = stackalloc byte[Salsa20.BlockLength];
        Salsa20.DeriveKey(key, nonce, derived);
        Salsa20.Block(derived, nonce[16..], 0, first);
        message.CopyTo(box[Overhead..]);
        Apply(derived, nonce[16..], first, box[Overhead..]);
        Poly1305.Compute(first[..StreamOffset], box[Overhead..], box);
        CryptographicOperations.ZeroMemory(derived);
        CryptographicOperations.ZeroMemory(first);
    }

    /// <summary>Opens a box; <see langword="false"/> when it was not made with this key and nonce, and then nothing is written.</summary>
    /// <exception cref="ArgumentException">Key, nonce or message have another length than expected.</exception>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> box, Span<byte> message)
    {
        Check(key, nonce);
        if (box.Length < Overhead)
            return false;
        if (message.Length != box.Length - Overhead)
            throw new ArgumentException($"expected {box.Length - Overhead} bytes", nameof(message));
        Span<byte> derived = stackalloc byte[KeyLength], first = stackalloc byte[Salsa20.BlockLength], tag = stackalloc byte[Overhead];
        Salsa20.DeriveKey(key, nonce, derived);
        Salsa20.Block(derived, nonce[16..], 0, first);
        Poly1305.Compute(first[..StreamOffset], box[Overhead..], tag);
        var isGood = CryptographicOperations.FixedTimeEquals(tag, box[..Overhead]);
        if (isGood)
        {
            box[Overhead..].CopyTo(message);
            Apply(derived, nonce[16..], first, message);
        }
        CryptographicOperations.ZeroMemory(derived);
        CryptographicOperations.ZeroMemory(first);
        return isGood;
    }

    /// <summary>The stream over a text; its first 32 bytes are the authenticator's key.</summary>
    private static void Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> first, Span<byte> text)
    {
        Span<byte> block = stackalloc byte[Salsa20.BlockLength];
        first.CopyTo(block);
        var stream = block[StreamOffset..];
        for (var counter = 1UL; ; counter++)
        {
            var count = Math.Min(stream.Length, text.Length);
            for (var i = 0; i < count; i++)
                text[i] ^= stream[i];
            text = text[count..];
            if (text.IsEmpty)
                break;
            Salsa20.Block(key, nonce, counter, block);
            stream = block;
        }
        CryptographicOperations.ZeroMemory(block);
    }

    private static void Check(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        if (key.Length != KeyLength)
            throw new ArgumentException($"expected {KeyLength} bytes, not {key.Length}", nameof(key));
        if (nonce.Length != NonceLength)
            throw new ArgumentException($"expected {NonceLength} bytes, not {nonce.Length}", nameof(nonce));
    }
}
