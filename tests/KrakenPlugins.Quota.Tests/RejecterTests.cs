using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.Quota.Counting;
using KrakenPlugins.Quota.Processors;
using KrakenPlugins.Quota.Rejections;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

public sealed class RejecterTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private static readonly TimeSpan s_flush = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_cleanup = TimeSpan.FromMinutes(30);
    private static readonly QuotaUnit s_day = QuotaUnit.Find("day")!;

    private readonly string _name = Fresh.Name();
    private readonly TurnedTime _time = new();

    [Fact, Spec("TRF-156", "TRF-163")]
    public async Task A_known_rejection_asks_redis_nothing_and_still_says_when_to_come_again()
    {
        const string cache = ",\"rejecter_cache\":{\"N\":1000,\"P\":1e-7,\"hash_name\":\"optimal\",\"cleanup_interval\":\"30m\"},\"deny_queue_size\":4,\"deny_queue_flush_threshold\":1";
        await using var front = await Front.StartAsync(Front.Document(Front.Services(redis.Server.Address, _name, more: cache), Front.Quota(_name)));
        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ann"));
        var before = redis.Server.Scripts();

        var retries = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            var refused = await front.GetAsync("/e", "X-Plan: gold", "X-User: ann");
            Assert.Equal(429, refused.Status);
            retries.Add(long.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture));
        }

        Assert.Equal(before, redis.Server.Scripts());
        var now = long.Parse(redis.Server.Cli("time").Split('\n')[0], CultureInfo.InvariantCulture);
        Assert.All(retries, retry => Assert.InRange(retry, QuotaUnit.Find("year")!.WindowOf(now).End - now - 1, QuotaUnit.Find("year")!.WindowOf(now).End - now + 30));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: bob"));
    }

    [Fact, Spec("TRF-156")]
    public void A_rejection_is_known_when_the_interval_is_over_or_the_threshold_reached()
    {
        using var cache = Cache(threshold: 3);
        var (ann, bob) = (cache.Identify("plan", "ann"), cache.Identify("plan", "bob"));
        cache.Add(ann, s_day, 0);
        Assert.False(cache.IsExhausted(ann, s_day, 0));

        Assert.True(_time.Turn(s_flush));
        Assert.True(cache.IsExhausted(ann, s_day, 0));

        cache.Add(bob, s_day, 0);
        cache.Add(bob, s_day, 86_400);
        Assert.False(cache.IsExhausted(bob, s_day, 0));
        cache.Add(bob, s_day, 2 * 86_400);
        Assert.True(cache.IsExhausted(bob, s_day, 0));
    }

    [Fact, Spec("TRF-157")]
    public async Task A_rejection_ends_with_its_window_and_names_rule_client_and_unit()
    {
        using var cache = Cache(threshold: 1);
        // The server's clock at the last second of a day, moved to the first of the next one.
        await using (var rig = Rig.Start(redis.Server, _name, "1 day, 100 year", "2031-01-04T23:59:59Z", cache))
        {
            Assert.Equal(QuotaOutcome.Allowed, (await rig.TakeAsync()).Outcome);
            Assert.Equal((QuotaOutcome.Exhausted, 2), Shape(await rig.TakeAsync()));
            Assert.Equal((QuotaOutcome.Exhausted, 0), Shape(await rig.TakeAsync()));
            cache.NoteTime(Rig.Seconds("2031-01-05T00:00:00Z"), 0);
        }
        await using (var rig = Rig.Start(redis.Server, _name, "1 day, 100 year", "2031-01-05T00:00:00Z", cache))
            Assert.Equal((QuotaOutcome.Allowed, 2), Shape(await rig.TakeAsync()));

        var other = cache.Identify("other", $"{_name}:literal:gold:1234");
        Assert.False(cache.IsExhausted(other, s_day, Rig.Seconds("2031-01-04T00:00:00Z")));

        static (QuotaOutcome, int) Shape(QuotaDecision decision) => (decision.Outcome, decision.Windows.Length);
    }

    [Fact, Spec("TRF-156", "TRF-173")]
    public async Task A_client_that_a_weight_has_exhausted_is_remembered_and_one_that_only_asked_for_too_much_is_not()
    {
        using var cache = Cache(threshold: 1);
        await using var rig = Rig.Start(redis.Server, _name, "5 year", rejections: cache);

        Assert.Equal(QuotaOutcome.Exhausted, (await rig.TakeAsync(weight: 6)).Outcome);
        Assert.Equal(QuotaOutcome.Allowed, (await rig.TakeAsync(weight: 0)).Outcome);
        await rig.ChargeAsync("1234", 9);
        var refused = await rig.TakeAsync(weight: 0);

        Assert.Equal((QuotaOutcome.Exhausted, 0), (refused.Outcome, refused.Windows.Length));
    }

    [Fact, Spec("TRF-158")]
    public void Attack_that_fills_the_queue_loses_entries_and_never_waits()
    {
        using var cache = Cache(threshold: 100, queue: 4);
        var clients = Enumerable.Range(0, 100).Select(i => cache.Identify("plan", $"c{i}")).ToArray();

        foreach (var client in clients)
            cache.Add(client, s_day, 0);
        _time.Turn(s_flush);

        Assert.Equal(4, cache.Count);
        Assert.Equal(4, clients.Count(client => cache.IsExhausted(client, s_day, 0)));
    }

    [Fact, Spec("TRF-158", "TRF-438")]
    public void Everything_is_forgotten_after_the_interval_and_when_there_are_more_than_expected()
    {
        using var cache = Cache(threshold: 1, expected: 10);
        var first = cache.Identify("plan", "first");
        cache.Add(first, s_day, 0);
        Assert.True(cache.IsExhausted(first, s_day, 0));

        _time.Turn(s_cleanup);
        Assert.False(cache.IsExhausted(first, s_day, 0));

        cache.Add(first, s_day, 0);
        for (var i = 0; i < 10; i++)
            cache.Add(cache.Identify("plan", $"c{i}"), s_day, 0);
        Assert.False(cache.IsExhausted(first, s_day, 0));
        Assert.Equal(1, cache.Count);
    }

    [Fact, Spec("TRF-158")]
    public void A_filter_has_the_size_that_n_and_p_ask_for()
    {
        Assert.InRange(BloomFilter.BitsFor(10_000_000, 1e-8) / 8 / 1e6, 47.5, 48.5);
        var filter = new BloomFilter(1_000, 1e-4);
        Assert.Equal((14, (long)Math.Ceiling(19_171 / 64.0) * 8), (filter.Hashes, filter.Bytes));
    }

    [Theory, Spec("TRF-438")]
    [InlineData(16L << 30, 1L << 30)]
    [InlineData(2L << 30, 1L << 30)]
    [InlineData(256L << 20, 128L << 20)]
    public void A_filter_takes_half_of_a_small_machine_at_most(long available, long most) =>
        Assert.Equal(most, ProcessorReader.MostBytesOf(available));

    [Fact, Spec("TRF-158")]
    public void Strangers_are_refused_as_seldom_as_p_says()
    {
        using var cache = new RejecterCache(new RejecterOptions(10_000, 0.01, s_cleanup, 16, s_flush, 1), _time);
        for (var i = 0; i < 10_000; i++)
            cache.Add(cache.Identify("plan", $"known{i}"), s_day, 0);

        var strangers = Enumerable.Range(0, 100_000).Count(i => cache.IsExhausted(cache.Identify("plan", $"stranger{i}"), s_day, 0));

        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Count(i => cache.IsExhausted(cache.Identify("plan", $"known{i}"), s_day, 0)));
        Assert.InRange(strangers, 600, 1_400);
    }

    [Fact, Spec("TRF-158", "TRF-438")]
    public void More_that_wait_than_the_filter_is_made_for_refuse_no_strangers()
    {
        using var cache = Cache(threshold: 1_000, queue: 1_000, expected: 10);

        for (var i = 0; i < 1_000; i++)
            cache.Add(cache.Identify("plan", $"known{i}"), s_day, 0);

        Assert.Equal(10, cache.Count);
        Assert.DoesNotContain(Enumerable.Range(0, 1_000), i => cache.IsExhausted(cache.Identify("plan", $"stranger{i}"), s_day, 0));
    }

    [Fact, Spec("TRF-156")]
    public async Task Without_a_size_the_queue_holds_as_many_as_are_flushed_at_once()
    {
        const int clients = 60;
        const string rules = """[{"name":"gold","limits":[{"amount":0,"unit":"year"}]},{"name":"free","limits":[{"amount":1,"unit":"year"}]}]""";
        const string cache = ",\"rejecter_cache\":{\"N\":1000,\"P\":1e-7},\"deny_queue_flush_threshold\":60,\"deny_queue_flush_interval\":\"900h\"";
        await using var front = await Front.StartAsync(Front.Document(Front.Services(redis.Server.Address, _name, rules, cache), Front.Quota(_name)));
        for (var i = 0; i < clients; i++)
            Assert.Equal("429", await front.StatusesAsync(1, "/e", "X-Plan: gold", $"X-User: u{i}"));
        var before = redis.Server.Scripts();

        for (var i = 0; i < clients; i++)
            Assert.Equal("429", await front.StatusesAsync(1, "/e", "X-Plan: gold", $"X-User: u{i}"));

        Assert.Equal(before, redis.Server.Scripts());
    }

    [Fact, Spec("TRF-157", "TRF-438")]
    public async Task Every_answer_tells_the_time_so_that_a_step_of_the_servers_clock_keeps_nobody_out()
    {
        using var cache = Cache(threshold: 1);
        await using (var rig = Rig.Start(redis.Server, _name, "1 day", "2031-01-04T12:00:00Z", cache))
        {
            Assert.Equal(QuotaOutcome.Allowed, (await rig.TakeAsync()).Outcome);
            Assert.Equal(QuotaOutcome.Exhausted, (await rig.TakeAsync()).Outcome);
        }
        await using var stepped = Rig.Start(redis.Server, _name, "1 day", "2031-01-05T12:00:00Z", cache);

        Assert.Equal(QuotaOutcome.Allowed, (await stepped.TakeAsync("other")).Outcome);
        Assert.Equal(QuotaOutcome.Allowed, (await stepped.TakeAsync()).Outcome);
    }

    [Fact, Spec("TRF-156", "TRF-438")]
    public async Task What_one_redis_refused_is_forgotten_when_another_one_is_configured()
    {
        const string cache = ",\"rejecter_cache\":{\"N\":1000,\"P\":1e-7},\"deny_queue_flush_threshold\":1";
        await using var server = await RedisServer.StartAsync();
        await using var front = await Front.StartAsync(Document(redis.Server.Address));
        Assert.Equal("200 200 200 429 429", await front.StatusesAsync(5, "/e", "X-Plan: gold", "X-User: ann"));

        await front.Gateway.ReloadAsync(Document(server.Address));

        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ann"));

        string Document(string address) => Front.Document(Front.Services(address, _name, more: cache), Front.Quota(_name));
    }

    private RejecterCache Cache(int threshold, int queue = 16, int expected = 1_000) => new(new RejecterOptions(expected, 1e-7, s_cleanup, queue, s_flush, threshold), _time);
}
