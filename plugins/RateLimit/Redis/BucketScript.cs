using KrakenPlugins.RateLimiting;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary>
/// Takes a token of each of a decision's buckets, in one script that Redis runs alone (TRF-085): the client's first, whose token is spent even
/// if the shared bucket then refuses (TRF-027). A bucket is the time at which it would be full again, as in <see cref="TokenRate"/>, in
/// nanoseconds of Redis' own clock (TRF-086).
/// </summary>
internal static class BucketScript
{
    // Seconds and nanoseconds are kept apart: as one number they are more than a double of Lua can tell apart. What is further away than the
    // window, because the clock was set back or the limit was another one, becomes empty, and is written although nothing was taken: otherwise it
    // would be as far away for as long as the clock takes to come there. A key that expired is a full bucket (TRF-091).
    private static readonly RedisScript s_script = new("""
        local call, sub = redis.call, string.sub
        local time = call('TIME')
        local second, nano = tonumber(time[1]), time[2] * 1000
        local told = ARGV[1] ~= '0' and { 0 }
        for i = 1, #KEYS do
          local key, interval, tolerance = KEYS[i], tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
          local bucket, away, far = call('GET', key), 0, false
          if bucket then
            away = (sub(bucket, 1, -10) - second) * 1e9 + (sub(bucket, -9) - nano)
            far = away > tolerance + interval
            if far then away = tolerance + interval elseif away < 0 then away = 0 end
          end
          local admitted = away <= tolerance
          if admitted then away = away + interval end
          if admitted or far then
            local full = nano + away
            local rest = math.fmod(full, 1e9)
            call('SET', key, string.format('%d%09d', second + (full - rest) / 1e9, rest), 'PX', math.floor(away / 1e6) + 2)
          end
          if told then told[i + 1] = away end
          if not admitted then
            if not told then return i end
            told[1] = i
            return told
          end
        end
        return told or 0
        """);

    /// <summary>The arguments of all decisions of a limit.</summary>
    /// <param name="tells">Whether decisions tell how full the buckets are.</param>
    /// <param name="rates">The rates of the buckets, in the order of the keys.</param>
    public static RedisArgument[] Arguments(bool tells, params ReadOnlySpan<TokenRate?> rates)
    {
        var arguments = new List<RedisArgument> { tells ? 1 : 0 };
        foreach (var rate in rates)
        {
            if (rate is { } known)
                arguments.AddRange([known.Interval, known.Tolerance]);
        }
        return [.. arguments];
    }

    /// <summary>Asks for a decision; one round trip.</summary>
    public static ValueTask<RedisReply> AskAsync(IRedisPool pool, ReadOnlySpan<RedisArgument> keys, ReadOnlySpan<RedisArgument> arguments, TimeSpan timeout) =>
        pool.EvaluateAsync(s_script, keys, arguments, new RedisCall(timeout));
}

/// <summary>What the script decided.</summary>
/// <param name="Refusing">The bucket that refused, counted from 1; 0 when all had a token.</param>
/// <param name="First">Nanoseconds until the first bucket is full; 0 when not told.</param>
/// <param name="Second">The same for the second one; 0 when it was not asked.</param>
internal readonly record struct BucketDecision(long Refusing, long First, long Second)
{
    /// <summary>Reads an answer; returns false for one that is none.</summary>
    public static bool TryRead(in RedisReply reply, out BucketDecision decision)
    {
        decision = default;
        var items = reply.Items.Span;
        if (items.IsEmpty)
        {
            var isPlain = reply.TryGetInteger(out var plain);
            decision = new(plain, 0, 0);
            return isPlain && plain is >= 0 and <= 2;
        }
        if (!items[0].TryGetInteger(out var refusing) || refusing is < 0 or > 2)
            return false;
        decision = new(refusing, At(items, 1), At(items, 2));
        return true;
    }

    private static long At(ReadOnlySpan<RedisReply> items, int index) => items.Length > index && items[index].TryGetInteger(out var number) ? number : 0;
}
