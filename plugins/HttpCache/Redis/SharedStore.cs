using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using KrakenPlugins.HttpCache.Calls;
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
            var reply = await pool.ExecuteAsync(["GET", KeyOf(key)], s_call, cancellationToken).ConfigureAwait(false);
            if (!EntryCodec.TryRead(reply.Bytes, out var entry, out var rule))
                return null;
            if (rule is null)
                return VaryRule.Of(entry!.Headers) is [] ? entry : null;
            reply = await pool.ExecuteAsync(["GET", KeyOf(key, rule, headers)], s_call, cancellationToken).ConfigureAwait(false);
            if (!EntryCodec.TryRead(reply.Bytes, out entry, out _) || entry is null)
                return null;
            return VaryRule.Of(entry.Headers) is { } own && own.All(rule.Names.Contains) ? entry : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Writes an answer, beside the request; too many at once, or too large a one, is left out.</summary>
    /// <param name="call">The call that brought it.</param>
    /// <param name="entry">The answer.</param>
    /// <param name="now">The time.</param>
    public void Store(CacheCall call, Entry entry, DateTimeOffset now)
    {
        if (entry.Bytes > MostBytes || !pool.IsReady || VaryRule.Of(entry.Headers) is not { } rule)
            return;
        if (Interlocked.Increment(ref _writes) > MostWrites)
        {
            Interlocked.Decrement(ref _writes);
            return;
        }
        var life = Math.Max(1000, (long)entry.UsefulFor(now).TotalMilliseconds);
        _ = WriteAsync(call, rule, entry, life);
    }

    /// <summary>Deletes what stands under a key: its answer, or the rule without which nobody finds its answers.</summary>
    public ValueTask<RedisReply> RemoveAsync(string key, CancellationToken cancellationToken) =>
        pool.ExecuteAsync(["DEL", KeyOf(key)], s_call, cancellationToken);

    // Failed replies need no further word: the next request asks the backend.
    private async Task WriteAsync(CacheCall call, string[] names, Entry entry, long life)
    {
        try
        {
            if (names.Length == 0)
            {
                await SetAsync(KeyOf(call.Key), EntryCodec.Write(entry), life).ConfigureAwait(false);
            }
            else
            {
                var rule = await RuleAsync(call.Key, names).ConfigureAwait(false);
                await SetAsync(KeyOf(call.Key, rule, call.Headers), EntryCodec.Write(entry), life).ConfigureAwait(false);
                await SetAsync(KeyOf(call.Key), EntryCodec.Write(rule), life).ConfigureAwait(false);
            }
            // A purge that came in between wins.
            if (call.IsOvertaken)
                await RemoveAsync(call.Key, stopping).ConfigureAwait(false);
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

    // The rule that stands there, if it covers the names: answers that others filed by it can then still be found.
    private async ValueTask<SharedRule> RuleAsync(string key, string[] names)
    {
        var reply = await pool.ExecuteAsync(["GET", KeyOf(key)], s_call, stopping).ConfigureAwait(false);
        return EntryCodec.TryRead(reply.Bytes, out _, out var rule) && rule is not null && names.All(rule.Names.Contains)
            ? rule
            : new SharedRule(names, Random.Shared.NextInt64());
    }

    private ValueTask<RedisReply> SetAsync(string key, byte[] value, long life) =>
        pool.ExecuteAsync(["SET", key, RedisArgument.Of((ReadOnlyMemory<byte>)value), "PX", life], s_call, stopping);

    private string KeyOf(string key, SharedRule? rule = null, NameValueList? headers = null)
    {
        var text = new KeyText(stackalloc char[512]);
        try
        {
            text.Add(scope);
            text.Add(key);
            if (rule is not null)
            {
                text.Add(rule.Generation.ToString(CultureInfo.InvariantCulture));
                CacheKeys.WriteVariant(ref text, rule.Names, headers!);
            }
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
