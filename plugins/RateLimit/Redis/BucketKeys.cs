using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary>
/// Names of the buckets of one limit (TRF-090): prefix, place, client. Where a decision needs two, the place is their tag, so that a cluster
/// has both on one server; where it needs the client's alone, the client is, so that clients spread over all servers.
/// </summary>
internal sealed class BucketKeys
{
    private const int DigestBytes = 16;
    private const int LongestOnStack = 512;

    private readonly byte[] _start;
    private readonly byte[] _end;
    private readonly bool _isHashed;
    private readonly byte[] _shared;

    /// <param name="prefix">Text of the configuration, without braces.</param>
    /// <param name="place">What tells the limit from all others of the gateway.</param>
    /// <param name="hasShared">Whether there is a bucket of all clients.</param>
    /// <param name="isHashed">Whether names of clients may be secrets, or of any length (TRF-092).</param>
    public BucketKeys(string prefix, string place, bool hasShared, bool isHashed)
    {
        // A path has braces of its own.
        place = place.Replace("%", "%25", StringComparison.Ordinal).Replace("{", "%7B", StringComparison.Ordinal).Replace("}", "%7D", StringComparison.Ordinal);
        _shared = Encoding.UTF8.GetBytes($"{prefix}{{{place}}}");
        _start = hasShared ? [.. _shared, (byte)':'] : Encoding.UTF8.GetBytes($"{prefix}{place}:{{");
        _end = hasShared ? [] : "}"u8.ToArray();
        _isHashed = isHashed;
    }

    /// <summary>Key of the bucket of all clients.</summary>
    public RedisArgument Shared => RedisArgument.Of(_shared);

    /// <summary>The longest key of a client.</summary>
    /// <param name="client">Name of the client.</param>
    public int LengthFor(string client) => _start.Length + _end.Length + (_isHashed ? 2 * DigestBytes : Encoding.UTF8.GetMaxByteCount(client.Length));

    /// <summary>Writes the key of a client's bucket.</summary>
    /// <param name="client">Name of the client.</param>
    /// <param name="key">As long as <see cref="LengthFor"/> says.</param>
    /// <returns>Bytes of the key.</returns>
    public int Write(string client, Span<byte> key)
    {
        _start.CopyTo(key);
        var length = _start.Length;
        length += _isHashed ? WriteDigest(client, key[length..]) : Encoding.UTF8.GetBytes(client, key[length..]);
        _end.CopyTo(key[length..]);
        return length + _end.Length;
    }

    private static int WriteDigest(string client, Span<byte> hex)
    {
        var most = Encoding.UTF8.GetMaxByteCount(client.Length);
        var rented = most > LongestOnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> text = rented ?? stackalloc byte[LongestOnStack];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(client, text)], digest);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        Convert.TryToHexStringLower(digest[..DigestBytes], hex, out var written);
        return written;
    }
}
