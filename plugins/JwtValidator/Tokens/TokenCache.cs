using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.JwtValidator.Validation;

namespace KrakenPlugins.JwtValidator.Tokens;

/// <summary>SHA-256 of a token: what tells tokens apart without keeping one.</summary>
internal readonly record struct TokenHash(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    private const int LongestOnStack = 4096;

    /// <summary>The hash of a token; <see langword="false"/> for a text that is none because it is not ASCII.</summary>
    public static bool TryOf(ReadOnlySpan<char> token, out TokenHash hash)
    {
        hash = default;
        byte[]? rented = null;
        var bytes = token.Length <= LongestOnStack ? stackalloc byte[LongestOnStack] : rented = ArrayPool<byte>.Shared.Rent(token.Length);
        var isAscii = Ascii.FromUtf16(token, bytes, out var length) == OperationStatus.Done;
        if (isAscii)
            SHA256.HashData(bytes[..length], MemoryMarshal.AsBytes(new Span<TokenHash>(ref hash)));
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        return isAscii;
    }
}

/// <summary>
/// Tokens whose signature was found good (<c>token_cache</c>, AUT-228): a table of a fixed size, read without locks, in which a new token takes the
/// place of the one of its row that was put there first. What must hold at every request (times, keys, revocation) is not remembered.
/// </summary>
internal sealed class TokenCache
{
    /// <summary>Characters of the longest token that is worth remembering: with the number of places it bounds the memory.</summary>
    public const int LongestToken = 8 << 10;

    private const int Ways = 4;

    private readonly Entry?[] _entries;
    private readonly uint _mask;
    private uint _next;

    /// <param name="capacity">Tokens to hold; rounded up to a power of two.</param>
    public TokenCache(int capacity)
    {
        var rows = BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, (capacity + Ways - 1) / Ways));
        _mask = rows - 1;
        _entries = new Entry?[rows * Ways];
    }

    /// <summary>Tokens that it holds at most.</summary>
    public int Capacity => _entries.Length;

    /// <summary>A token that was accepted before, or <see langword="null"/>.</summary>
    public AcceptedToken? Find(in TokenHash hash)
    {
        foreach (ref var slot in Row(hash))
        {
            if (Volatile.Read(ref slot) is { } entry && entry.Hash == hash)
                return entry.Token;
        }
        return null;
    }

    /// <summary>Remembers a token.</summary>
    public void Add(in TokenHash hash, AcceptedToken token)
    {
        var row = Row(hash);
        var chosen = 0;
        for (var i = 0; i < row.Length; i++)
        {
            var entry = Volatile.Read(ref row[i]);
            if (entry is null || entry.Hash == hash)
            {
                chosen = i;
                break;
            }
            if (entry.Order - Volatile.Read(ref row[chosen])!.Order > uint.MaxValue / 2)
                chosen = i;
        }
        Volatile.Write(ref row[chosen], new Entry(hash, token, Interlocked.Increment(ref _next)));
    }

    /// <summary>Forgets a token, unless another one has taken its place.</summary>
    public void Remove(in TokenHash hash, AcceptedToken token)
    {
        foreach (ref var slot in Row(hash))
        {
            if (Volatile.Read(ref slot) is { } entry && ReferenceEquals(entry.Token, token))
                Interlocked.CompareExchange(ref slot, null, entry);
        }
    }

    private Span<Entry?> Row(in TokenHash hash) => _entries.AsSpan((int)((uint)hash.First & _mask) * Ways, Ways);

    private sealed record Entry(TokenHash Hash, AcceptedToken Token, uint Order);
}
