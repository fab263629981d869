using System.Runtime.InteropServices;
using System.Security.Cryptography;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Redis;

/// <summary>
/// Answers that several gateways share through Redis (MAN-418). Keys are digests, so that nothing of a URL or a header stands in them, and
/// expire with the answers. A Redis that is away, slow or full is a miss, never a failure.
/// </summary>
/// <param name="pool">The connection.</param>
/// <param name="scope">What separates this cache from others on the same Redis.</param>
/// <param name="stopping">Fires at the end of the configuration.</param>
internal sealed class SharedStore(IRedisPool pool, string scope, CancellationToken stopping)
{
    private const string Prefix = "gateway:http-cache:";
    private const int MostBytes = 1 << 20;
    private const int MostWrites = 256;

    private static readonly RedisCall s_call = new(TimeSpan.FromMilliseconds(100)) { IsRepeatable = true };

    private static readonly NameValueList s_none = new(ignoreCase: true);

    private int _writes;

    /// <summary>What separates it from others on the same Redis.</summary>
    public string Scope => scope;

    /// <summary>The answer that a request selects, or <see langword="null"/>.</summary>
    public async ValueTask<Entry?> FindAsync(string key, NameValueList headers, CancellationToken cancellationToken)
    {
        if (!pool.IsReady)
            return null;
        try
        {
            var reply = await pool.ExecuteAsync(["GET", KeyOf(key, [], headers)], s_call, cancellationToken).ConfigureAwait(false);
            if (!EntryCodec.TryRead(reply.Bytes, out var entry, out var rule))
                return null;
            if (entry is not null)
                return VaryRule.Of(entry.Headers) is [] ? entry : null;
            reply = await pool.ExecuteAsync(["GET", KeyOf(key, rule, headers)], s_call, cancellationToken).ConfigureAwait(false);
            if (!EntryCodec.TryRead(reply.Bytes, out entry, out _) || entry is null)
                return null;
            return VaryRule.Of(entry.Headers) is { } own && own.All(rule.Contains) ? entry : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Writes an answer, beside the request; too many at once, or too large a one, is left out.</summary>
    public void Store(string key, NameValueList headers, Entry entry, DateTimeOffset now)
    {
        if (entry.Bytes > MostBytes || !pool.IsReady || VaryRule.Of(entry.Headers) is not { } rule)
            return;
        if (Interlocked.Increment(ref _writes) > MostWrites)
        {
            Interlocked.Decrement(ref _writes);
            return;
        }
        var life = Math.Max(1000, (long)entry.UsefulFor(now).TotalMilliseconds);
        _ = WriteAsync(KeyOf(key, [], headers), rule.Length == 0 ? null : KeyOf(key, rule, headers), rule, entry, life);
    }

    /// <summary>Deletes what stands under a key without variants.</summary>
    public ValueTask<RedisReply> RemoveAsync(string key, CancellationToken cancellationToken) =>
        pool.ExecuteAsync(["DEL", KeyOf(key, [], s_none)], s_call, cancellationToken);

    // Failed replies need no further word: the next request asks the backend.
    private async Task WriteAsync(string key, string? variant, string[] rule, Entry entry, long life)
    {
        try
        {
            await SetAsync(variant ?? key, EntryCodec.Write(entry), life).ConfigureAwait(false);
            if (variant is not null)
                await SetAsync(key, EntryCodec.Write(rule), life).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nobody needs it any more.
        }
        finally
        {
            Interlocked.Decrement(ref _writes);
        }
    }

    private ValueTask<RedisReply> SetAsync(string key, byte[] value, long life) =>
        pool.ExecuteAsync(["SET", key, RedisArgument.Of((ReadOnlyMemory<byte>)value), "PX", life], s_call, stopping);

    private string KeyOf(string key, string[] rule, NameValueList headers)
    {
        var text = new KeyText(stackalloc char[512]);
        try
        {
            text.Add(scope);
            text.Add(key);
            CacheKeys.WriteVariant(ref text, rule, headers);
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(MemoryMarshal.AsBytes(text.Text), digest);
            return Prefix + Convert.ToHexStringLower(digest);
        }
        finally
        {
            text.Dispose();
        }
    }
}
