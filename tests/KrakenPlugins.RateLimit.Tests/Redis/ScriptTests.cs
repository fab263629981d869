using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.RateLimit.Redis;
using KrakenPlugins.RateLimiting;
using KrakenPlugins.Resp;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Redis;

/// <summary>The script alone, against the buckets of the memory.</summary>
public sealed class ScriptTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private const long Second = 1_000_000_000;

    private readonly RedisServer _server = redis.Server;
    private readonly string _prefix = SharedRedis.NewPrefix();

    [Fact, Spec("TRF-082", "TRF-027", "TRF-003", "TRF-004")]
    public async Task A_thousand_random_schedules_are_decided_as_in_memory()
    {
        await using var client = await ConnectAsync();
        var random = new Random(20260101);

        for (var schedule = 0; schedule < 1000; schedule++)
            await CompareAsync(client, random, schedule);
    }

    [Fact, Spec("TRF-394")]
    public async Task A_bucket_that_is_further_away_than_its_window_counts_as_empty_and_no_longer()
    {
        await using var client = await ConnectAsync();
        var rate = Rate(maxRate: 1, seconds: 10, capacity: 3);
        // As a clock that was set back by an hour, or a limit that was slower, leaves it.
        await StoreAsync(client, "far", 3600 * Second);

        var decision = await TakeAsync(client, "far", rate);

        Assert.Equal((1, rate.Window), (decision.Refusing, decision.First));
        var now = await NowAsync(client);
        Assert.True((await client.ExecuteAsync(["GET", _prefix + "far"], new RedisCall(TimeSpan.FromSeconds(10)))).TryGetInteger(out var fullAt));
        Assert.True((await client.ExecuteAsync(["PTTL", _prefix + "far"], new RedisCall(TimeSpan.FromSeconds(10)))).TryGetInteger(out var expiry));
        Assert.InRange(fullAt - now, 0, rate.Window);
        Assert.InRange(expiry, 0, (rate.Window / 1_000_000) + 2);
        await StoreAsync(client, "near", (2 * rate.Interval) - Second);
        Assert.Equal(0, (await TakeAsync(client, "near", rate)).Refusing);
    }

    [Theory, Spec("TRF-001", "TRF-005", "TRF-395")]
    [InlineData(1, 24 * 3600 * 365, 70)]
    [InlineData(3, 1, 1)]
    [InlineData(1000, 1, 200)]
    [InlineData(777_777, 1, 1000)]
    public async Task Buckets_of_any_window_hold_what_they_shall(double maxRate, int seconds, long capacity)
    {
        await using var client = await ConnectAsync();
        var rate = Rate(maxRate, seconds, capacity);

        var (first, last, admitted) = (long.MaxValue, 0L, 0L);
        for (var i = 0; i < (2 * capacity) + 10; i++)
        {
            var before = await NowAsync(client);
            var decision = await TakeAsync(client, "b", rate);
            last = await NowAsync(client);
            if (i == 0)
                first = before;
            admitted += decision.Refusing == 0 ? 1 : 0;
            Assert.InRange(decision.First, 0, rate.Window);
        }

        var possible = Math.Min((2 * capacity) + 10, capacity + 1 + ((last - first) / rate.Interval));
        Assert.InRange(admitted, capacity, possible);
    }

    [Fact, Spec("TRF-082")]
    public void What_is_no_decision_is_not_taken_for_one()
    {
        RedisReply[] none = [default, RedisReply.Of(-1), RedisReply.Of(3), RedisReply.Of("OK"u8.ToArray()), RedisReply.Of([default(RedisReply)]), RedisReply.Of([RedisReply.Of(9)]), RedisReply.Failed(RedisFailure.Timeout, "late")];

        Assert.All(none, static reply => Assert.False(BucketDecision.TryRead(reply, out _)));
        Assert.True(BucketDecision.TryRead(RedisReply.Of(0), out _));
    }

    // Rates are so slow, and buckets so far from a whole token, that the time of the test itself decides nothing.
    private async Task CompareAsync(RespClient client, Random random, int schedule)
    {
        TokenRate[] rates = [RandomRate(random), RandomRate(random)];
        var model = new long[2];
        var names = new string[2];
        for (var i = 0; i < 2; i++)
        {
            names[i] = string.Create(CultureInfo.InvariantCulture, $"{{s{schedule}}}{i}");
            var away = random.Next(4) == 0 ? 0 : (random.NextInt64(rates[i].Capacity) * rates[i].Interval) - (rates[i].Interval / 2);
            if (away <= 0)
                continue;
            model[i] = away;
            await StoreAsync(client, names[i], away);
        }
        var arguments = BucketScript.Arguments(tells: false, rates[0], rates[1]);
        for (var take = random.Next(1, 6); take > 0; take--)
        {
            var expected = !rates[0].TryTake(ref model[0], 0) ? 1 : !rates[1].TryTake(ref model[1], 0) ? 2 : 0;
            var reply = await BucketScript.AskAsync(client, [_prefix + names[0], _prefix + names[1]], arguments, TimeSpan.FromSeconds(10));
            Assert.True(BucketDecision.TryRead(reply, out var decision), reply.Error);
            Assert.Equal((schedule, expected), (schedule, decision.Refusing));
        }
    }

    private static TokenRate RandomRate(Random random) => Rate(1, random.Next(120, 1 << random.Next(8, 26)), random.Next(1, 5));

    private static TokenRate Rate(double maxRate, int seconds, long capacity)
    {
        Assert.True(TokenRate.TryCreate(maxRate, TimeSpan.FromSeconds(seconds), capacity, out var rate));
        return rate;
    }

    private async Task<BucketDecision> TakeAsync(RespClient client, string name, TokenRate rate)
    {
        var reply = await BucketScript.AskAsync(client, [_prefix + name], BucketScript.Arguments(tells: true, rate), TimeSpan.FromSeconds(10));
        Assert.True(BucketDecision.TryRead(reply, out var decision), reply.Error);
        return decision;
    }

    private async Task StoreAsync(RespClient client, string name, long away) =>
        await client.ExecuteAsync(["SET", _prefix + name, (await NowAsync(client) + away).ToString(CultureInfo.InvariantCulture)], new RedisCall(TimeSpan.FromSeconds(10)));

    private static async Task<long> NowAsync(RespClient client)
    {
        var time = (await client.ExecuteAsync(["TIME"], new RedisCall(TimeSpan.FromSeconds(10)))).Items;
        Assert.True(time.Span[0].TryGetInteger(out var seconds) & time.Span[1].TryGetInteger(out var microseconds));
        return (seconds * Second) + (microseconds * 1000);
    }

    private async Task<RespClient> ConnectAsync()
    {
        var client = RespClient.Connect(new RespAddress("127.0.0.1", _server.Port), new RespOptions { Name = "test" });
        await Wait.UntilAsync(() => client.IsReady, () => client.Down ?? "not ready");
        return client;
    }
}
