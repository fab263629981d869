using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.Quota.Counting;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

/// <summary>Decisions at chosen moments, against a real server; moments to come, because its own clock ends the hashes.</summary>
public sealed class CountingTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private readonly string _name = Fresh.Name();

    private string Key => $"{_name}:literal:gold:1234";

    [Fact, Spec("TRF-149", "TRF-150", "TRF-151")]
    public async Task A_window_holds_its_amount_until_the_next_one_begins()
    {
        Assert.Equal("Allowed Allowed Exhausted", await TakeAsync("3 day, 2 hour", 3, "2031-01-04T13:00:00Z"));
        Assert.Equal("d4=2 h13=2", redis.Server.Fields(Key));
        Assert.Equal("Exhausted", await TakeAsync("3 day, 2 hour", 1, "2031-01-04T13:59:59Z"));

        Assert.Equal("Allowed Exhausted", await TakeAsync("3 day, 2 hour", 2, "2031-01-04T14:00:00Z"));

        Assert.Equal("d4=3 h14=1", redis.Server.Fields(Key));
    }

    [Fact, Spec("TRF-151")]
    public async Task All_units_are_counted_in_the_fields_that_operators_know_and_only_those_of_the_rule()
    {
        await TakeAsync("9 hour, 9 day, 9 week, 9 month, 9 year", 2, "2031-01-04T13:25:00Z");

        Assert.Equal("d4=2 h13=2 m1=2 w1=2 y2031=2", redis.Server.Fields(Key));
        Assert.Equal("hash", redis.Server.Cli("type", Key));
        Assert.Equal("2", redis.Server.Cli("hget", Key, "d4"));
    }

    [Theory, Spec("TRF-152", "TRF-434")]
    [InlineData("1 second", "2031-01-04T13:25:07Z", "2031-01-04T13:26:07Z", "s7=1")]
    [InlineData("1 minute", "2031-01-04T13:25:07Z", "2031-01-04T14:25:07Z", "i25=1")]
    [InlineData("1 hour", "2031-01-04T13:25:07Z", "2031-01-05T13:25:07Z", "h13=1")]
    [InlineData("1 day", "2031-01-04T13:25:07Z", "2031-02-04T13:25:07Z", "d4=1")]
    [InlineData("1 week", "2031-01-04T13:25:07Z", "2032-01-02T13:25:07Z", "w1=1")]
    [InlineData("1 month", "2031-01-04T13:25:07Z", "2032-01-04T13:25:07Z", "m1=1")]
    public async Task A_value_of_an_earlier_occurrence_never_counts(string limit, string first, string again, string fields)
    {
        // A limit of a year keeps the hash alive, as the server's own expiry would not.
        var limits = $"{limit}, 9 year";
        Assert.Equal("Allowed Exhausted", await TakeAsync(limits, 2, first));
        redis.Server.Cli("persist", Key);

        Assert.Equal("Allowed Exhausted", await TakeAsync(limits, 2, again));

        Assert.Equal(fields, redis.Server.Fields(Key).Split(' ').Single(field => field[0] == fields[0]));
    }

    [Theory, Spec("TRF-152", "TRF-434")]
    [InlineData("1 hour", "2031-01-05T13:25:07Z")]
    [InlineData("1 day", "2031-02-04T13:25:07Z")]
    [InlineData("1 month", "2032-01-04T13:25:07Z")]
    public async Task A_value_of_a_clock_that_was_ahead_never_counts(string limit, string ahead)
    {
        Assert.Equal("Allowed Exhausted", await TakeAsync($"{limit}, 9 year", 2, ahead));

        Assert.Equal("Allowed Exhausted", await TakeAsync($"{limit}, 9 year", 2, "2031-01-04T13:25:07Z"));
    }

    [Fact, Spec("TRF-152")]
    public async Task Fields_of_windows_that_ended_disappear_with_the_next_hit_also_those_of_other_rules()
    {
        await TakeAsync("9 hour, 9 day, 9 year", 1, "2031-01-04T13:25:00Z");
        redis.Server.Cli("hset", Key, "note", "kept");

        await TakeAsync("9 year", 1, "2031-03-05T08:00:00Z");

        Assert.Equal("note=kept y2031=2", redis.Server.Fields(Key));
    }

    [Fact, Spec("TRF-152", "TRF-434")]
    public async Task Rules_that_share_a_hash_do_not_make_each_others_old_values_count()
    {
        await TakeAsync("1 hour", 1, "2031-01-04T13:25:00Z");
        redis.Server.Cli("persist", Key);

        await TakeAsync("9 day", 1, "2031-01-05T13:10:00Z");

        Assert.Equal("Allowed Exhausted", await TakeAsync("1 hour", 2, "2031-01-05T13:20:00Z"));
    }

    [Fact, Spec("TRF-150", "TRF-172")]
    public async Task What_is_refused_is_counted_nowhere()
    {
        Assert.Equal("Allowed Exhausted Exhausted", await TakeAsync("1 hour, 9 day", 3, "2031-01-04T13:00:00Z"));

        Assert.Equal("d4=1 h13=1", redis.Server.Fields(Key));
    }

    [Fact, Spec("TRF-151", "TRF-435")]
    public async Task A_hash_lives_until_the_longest_of_its_windows_ends()
    {
        var (today, _) = Now();
        await TakeAsync("9 minute", 1);
        Assert.InRange(Expiry(), today, today + 120);

        await TakeAsync("9 year", 1);
        var year = QuotaUnit.Find("year")!.WindowOf(today).End;
        Assert.Equal(year, Expiry());

        // A shorter rule of the same tier does not shorten it.
        await TakeAsync("9 minute", 1);
        Assert.Equal(year, Expiry());

        long Expiry() => long.Parse(redis.Server.Cli("expiretime", Key), CultureInfo.InvariantCulture);
    }

    [Fact, Spec("TRF-151", "TRF-155", "TRF-435")]
    public async Task Counters_of_another_gateway_are_taken_over()
    {
        redis.Server.Cli("hset", Key, "h13", "4", "d4", "7");

        Assert.Equal("Allowed Exhausted", await TakeAsync("5 hour, 9 day", 2, "2031-01-04T13:00:00Z"));

        Assert.Equal("d4=8 h13=5", redis.Server.Fields(Key));
    }

    [Fact, Spec("TRF-155")]
    public async Task Another_amount_holds_for_what_is_counted_already()
    {
        Assert.Equal("Allowed Allowed Exhausted", await TakeAsync("2 hour", 3, "2031-01-04T13:00:00Z"));

        Assert.Equal("Allowed Exhausted", await TakeAsync("3 hour", 2, "2031-01-04T13:00:00Z"));
        Assert.Equal("Exhausted", await TakeAsync("1 hour", 1, "2031-01-04T13:00:00Z"));
    }

    [Fact, Spec("TRF-154", "TRF-085")]
    public async Task Of_parallel_requests_of_several_gateways_exactly_those_are_admitted_that_are_left()
    {
        var rigs = Enumerable.Range(0, 4).Select(_ => Rig.Start(redis.Server, _name, "37 year, 50 month")).ToArray();

        var decisions = await Task.WhenAll(rigs.SelectMany(static rig => Enumerable.Range(0, 50).Select(_ => rig.TakeAsync().AsTask())));

        Assert.Equal(37, decisions.Count(static decision => decision.IsAllowed));
        Assert.Equal(37, Enumerable.Range(1, 37).Intersect(decisions.Where(static d => d.IsAllowed).Select(static d => (int)d.Windows.Span[0].Consumed)).Count());
        foreach (var rig in rigs)
            await rig.DisposeAsync();
    }

    [Fact, Spec("TRF-153")]
    public async Task A_digest_hides_the_client_and_nothing_else()
    {
        await using var rig = Rig.Start(redis.Server, _name, "2 year", hashesKeys: true);
        await using var other = Rig.Start(redis.Server, _name, "2 year", hashesKeys: true);

        await rig.TakeAsync("ann@example.org");
        await other.TakeAsync("ann@example.org");

        var keys = redis.Server.Cli("keys", $"{_name}:*");
        Assert.Matches($"^{_name}:literal:gold:[0-9a-f]{{64}}$", keys);
        Assert.Equal(QuotaOutcome.Exhausted, (await rig.TakeAsync("ann@example.org")).Outcome);
    }

    [Fact, Spec("TRF-432")]
    public async Task A_client_that_makes_its_name_long_gets_a_short_key()
    {
        await using var rig = Rig.Start(redis.Server, _name, "2 year");

        await rig.TakeAsync(new string('x', 8_000));

        Assert.Matches($"^{_name}:literal:gold:[0-9a-f]{{64}}$", redis.Server.Cli("keys", $"{_name}:*"));
    }

    [Fact, Spec("TRF-173")]
    public async Task A_charge_goes_beyond_the_amount_and_the_next_question_finds_nothing_left()
    {
        await using var rig = Rig.Start(redis.Server, _name, "1000 week, 9000 year", "2031-01-04T13:00:00Z");
        await rig.ChargeAsync("1234", 999);

        Assert.True((await rig.TakeAsync(weight: 0)).IsAllowed);
        var charged = await rig.ChargeAsync("1234", 50);

        Assert.Equal((QuotaOutcome.Allowed, 1049, 0), (charged.Outcome, charged.Windows.Span[0].Consumed, charged.Windows.Span[0].Remaining));
        Assert.Equal("w1=1049 y2031=1049", redis.Server.Fields(Key));
        Assert.Equal(QuotaOutcome.Exhausted, (await rig.TakeAsync(weight: 0)).Outcome);
    }

    [Fact, Spec("TRF-173", "TRF-436")]
    public async Task Parts_of_a_whole_are_counted_and_large_numbers_keep_their_digits()
    {
        await using var rig = Rig.Start(redis.Server, _name, "9007199254740992 day", "2031-01-04T13:00:00Z");

        await rig.ChargeAsync("1234", 0.25);
        await rig.ChargeAsync("1234", 0.25);
        Assert.Equal("d4=0.5", redis.Server.Fields(Key));
        await rig.ChargeAsync("1234", 0.5);
        await rig.ChargeAsync("1234", 9_007_199_254_740_000);

        Assert.Equal("d4=9007199254740001", redis.Server.Fields(Key));
    }

    [Theory, Spec("TRF-436")]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task Attack_with_weights_that_would_give_quota_back_is_refused(double weight)
    {
        await using var rig = Rig.Start(redis.Server, _name, "9 year");

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => rig.TakeAsync(weight: weight).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => rig.ChargeAsync("1234", weight).AsTask());
        Assert.Equal("", redis.Server.Cli("keys", $"{_name}:*"));
    }

    [Fact, Spec("TRF-163")]
    public async Task Of_several_exhausted_windows_the_one_that_ends_last_says_when_to_come_again()
    {
        await using var rig = Rig.Start(redis.Server, _name, "1 hour, 1 day, 2 week", "2031-01-04T22:59:30Z");
        await rig.TakeAsync();

        var refused = await rig.TakeAsync();

        Assert.Equal(TimeSpan.FromSeconds(3_630), refused.RetryAfter);
        Assert.Equal("False False True", string.Join(' ', refused.Windows.ToArray().Select(static window => window.IsAllowed)));
        Assert.Equal("30 3630 90030", string.Join(' ', refused.Windows.ToArray().Select(static window => window.Refill.TotalSeconds)));
    }

    [Fact, Spec("TRF-184")]
    public async Task Weight_zero_asks_and_a_larger_weight_is_taken_whole_or_not_at_all()
    {
        await using var rig = Rig.Start(redis.Server, _name, "5 day", "2031-01-04T13:00:00Z");

        Assert.Equal((true, 0), Show(await rig.TakeAsync(weight: 0)));
        Assert.Equal((true, 3), Show(await rig.TakeAsync(weight: 3)));
        Assert.Equal((false, 3), Show(await rig.TakeAsync(weight: 3)));
        Assert.Equal((true, 5), Show(await rig.TakeAsync(weight: 2)));
        Assert.Equal((false, 5), Show(await rig.TakeAsync(weight: 0)));

        static (bool, int) Show(QuotaDecision decision) => (decision.IsAllowed, (int)decision.Windows.Span[0].Consumed);
    }

    [Fact, Spec("TRF-149")]
    public async Task The_clock_is_that_of_the_server()
    {
        var (now, _) = Now();
        await TakeAsync("9 day, 9 year", 1);

        Assert.Contains(QuotaUnit.Find("year")!.WindowOf(now).Field, redis.Server.Fields(Key), StringComparison.Ordinal);
        Assert.InRange(long.Parse(redis.Server.Cli("hget", Key, "t"), CultureInfo.InvariantCulture), now, now + 30);
    }

    private (long Second, long Microsecond) Now()
    {
        var parts = redis.Server.Cli("time").Split('\n');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private async Task<string> TakeAsync(string limits, int count, string? now = null)
    {
        await using var rig = Rig.Start(redis.Server, _name, limits, now);
        var outcomes = new List<QuotaOutcome>();
        for (var i = 0; i < count; i++)
            outcomes.Add((await rig.TakeAsync()).Outcome);
        return string.Join(' ', outcomes);
    }
}
