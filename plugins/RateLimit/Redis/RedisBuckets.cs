using System.Buffers;
using KrakenPlugins.RateLimiting;
using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary>The buckets of one limit in Redis: that of all clients, those of each, or both.</summary>
/// <param name="pool">Where they are.</param>
/// <param name="keys">Their names.</param>
/// <param name="shared">Rate of all clients together, or <see langword="null"/>.</param>
/// <param name="client">Rate of each client, or <see langword="null"/>.</param>
/// <param name="identity">Who is a client; <see langword="null"/> without such a rate.</param>
internal sealed class RedisBuckets(IRedisPool pool, BucketKeys keys, TokenRate? shared, TokenRate? client, ClientIdentity? identity)
{
    private readonly RedisArgument[] _plain = BucketScript.Arguments(tells: false, client, shared);
    private readonly RedisArgument[] _telling = BucketScript.Arguments(tells: true, client, shared);

    /// <summary>Where they are.</summary>
    public IRedisPool Pool => pool;

    /// <summary>Rate of all clients together.</summary>
    public TokenRate? Shared => shared;

    /// <summary>Rate of each client.</summary>
    public TokenRate? Client => client;

    /// <summary>Who is a client.</summary>
    public ClientIdentity? Identity => identity;

    /// <summary>Asks Redis for a decision, in one round trip.</summary>
    /// <param name="name">Name of the client, where there is a rate of each.</param>
    /// <param name="tells">Whether the decision tells how full the buckets are.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <returns>What <see cref="BucketDecision.TryRead"/> reads.</returns>
    public ValueTask<RedisReply> TakeAsync(string? name, bool tells, TimeSpan timeout)
    {
        var arguments = tells ? _telling : _plain;
        if (name is null)
            return BucketScript.AskAsync(pool, [keys.Shared], arguments, timeout);
        var buffer = ArrayPool<byte>.Shared.Rent(keys.LengthFor(name));
        // The call has taken its bytes when it returns.
        var own = RedisArgument.Of(buffer.AsMemory(0, keys.Write(name, buffer)));
        var reply = shared is null ? BucketScript.AskAsync(pool, [own], arguments, timeout) : BucketScript.AskAsync(pool, [own, keys.Shared], arguments, timeout);
        ArrayPool<byte>.Shared.Return(buffer);
        return reply;
    }
}
