using System.Runtime.InteropServices;
using KrakenPlugins.Cryptography;

namespace KrakenPlugins.Basic;

/// <summary>
/// Pairs of password and hash that were found to match lately, under a secret of the process, so that a client who calls often pays for
/// bcrypt once a minute. Bounded; the older entry of two places gives way. A user whose hash changes has to be checked anew, because the hash
/// is a part of the entry. Safe for concurrent use.
/// </summary>
internal sealed class KnownPasswords
{
    /// <summary>How long a match is believed.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private const int Places = 4096;

    private static readonly SipHash s_secret = SipHash.WithRandomKey();

    private readonly Entry?[] _entries = new Entry?[Places];

    /// <summary>What a pair is known by. A hash has a fixed length, so that no two pairs look alike.</summary>
    public static UInt128 DigestOf(ReadOnlySpan<char> password, string hash)
    {
        Span<char> pair = stackalloc char[Credentials.Longest + 60];
        password.CopyTo(pair);
        hash.CopyTo(pair[password.Length..]);
        return s_secret.Hash128(MemoryMarshal.AsBytes(pair[..(password.Length + hash.Length)]));
    }

    /// <summary>Whether a pair is known to match.</summary>
    public bool Contains(in UInt128 digest, TimeProvider time)
    {
        var place = PlaceOf(digest);
        return IsAlive(Volatile.Read(ref _entries[place]), digest, time) || IsAlive(Volatile.Read(ref _entries[place ^ 1]), digest, time);
    }

    /// <summary>Remembers a pair.</summary>
    public void Add(in UInt128 digest, TimeProvider time)
    {
        var place = PlaceOf(digest);
        var (one, other) = (Volatile.Read(ref _entries[place]), Volatile.Read(ref _entries[place ^ 1]));
        var isOtherOlder = one is not null && one.Digest != digest && (other is null || other.Digest == digest || other.Since < one.Since);
        Volatile.Write(ref _entries[isOtherOlder ? place ^ 1 : place], new Entry(digest, time.GetTimestamp()));
    }

    private static bool IsAlive(Entry? entry, in UInt128 digest, TimeProvider time) =>
        entry is not null && entry.Digest == digest && time.GetElapsedTime(entry.Since) < Lifetime;

    private static int PlaceOf(in UInt128 digest) => (int)((ulong)digest % Places);

    private sealed record Entry(UInt128 Digest, long Since);
}
