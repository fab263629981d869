using Gateway.Testing;
using KrakenPlugins.RateLimiting;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Buckets;

public sealed class BucketTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [Spec("TRF-001")]
    [InlineData(300, 60_000, 200_000_000)]
    [InlineData(5, 1000, 200_000_000)]
    [InlineData(3, 1000, 333_333_333)]
    [InlineData(0.1, 1000, 10_000_000_000)]
    [InlineData(5e9, 1000, 1)]
    [InlineData(1e-12, 1000, 1_000_000_000_000_000_000)]
    public void One_token_appears_every_window_by_rate_in_whole_nanoseconds(double maxRate, int every, long interval) =>
        Assert.Equal(interval, Rate(maxRate, every, 1).Interval);

    [Theory]
    [Spec("TRF-007", "TRF-008")]
    [InlineData(10, 1, 10)]
    [InlineData(2.7, 1, 2)]
    [InlineData(0.5, 1, 1)]
    [InlineData(50, 600, 1)]
    [InlineData(100, 60, 1)]
    [InlineData(300, 60, 5)]
    public void Without_capacity_a_bucket_holds_the_whole_tokens_of_a_second_and_one_at_least(double maxRate, int seconds, long capacity) =>
        Assert.Equal(capacity, Rate(maxRate, seconds * 1000, 0).Capacity);

    [Fact]
    [Spec("TRF-002", "TRF-003", "TRF-004")]
    public void A_new_bucket_admits_its_capacity_then_one_per_interval_and_never_more_after_a_rest()
    {
        var bucket = new TokenBucket(Rate(5, 1000, 10));

        Assert.Equal(10, Taken(bucket, 1, 30));
        Assert.Equal(0, Taken(bucket, Second / 5, 5));
        Assert.Equal(1, Taken(bucket, 1 + (Second / 5), 5));
        Assert.Equal(10, Taken(bucket, 10 * Second, 30));
        Assert.Equal(10, Taken(bucket, 20_000_000 * Second, 30));
    }

    [Theory]
    [Spec("TRF-005")]
    [InlineData(7, 1, 7)]
    [InlineData(3, 1000, 7_000_001)]
    [InlineData(0.3, 4, 999_999_937)]
    public void Under_overload_no_fraction_of_a_token_is_lost(double maxRate, long capacity, long step)
    {
        var rate = Rate(maxRate, 1000, capacity);
        var bucket = new TokenBucket(rate);
        long now = 1, admitted = 0;

        for (var i = 0; i < 200_000; i++, now += step)
            admitted += bucket.TryTake(now, out _) ? 1 : 0;

        var possible = Math.Min(200_000, capacity + ((now - step - 1) / rate.Interval));
        Assert.InRange(admitted, possible - 1, possible);
    }

    [Fact]
    [Spec("TRF-006")]
    public void An_empty_bucket_admits_no_two_requests_closer_than_the_interval()
    {
        var rate = Rate(10, 1000, 4);
        var bucket = new TokenBucket(rate);
        var random = new Random(6);
        Assert.Equal(4, Taken(bucket, 1, 9));
        long now = 1, last = 1;

        for (var i = 0; i < 20_000; i++)
        {
            now += random.Next(30_000_000);
            var took = bucket.TryTake(now, out _);
            Assert.Equal(0, Taken(bucket, now, 3));
            if (!took)
                continue;
            Assert.True(now - last >= rate.Interval - 30_000_000, "closer than the wait for the next attempt explains");
            last = now;
        }
    }

    [Theory]
    [Spec("TRF-003", "TRF-004", "TRF-005", "TRF-013")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_schedules_admit_what_a_bucket_of_fractions_admits(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 200; run++)
        {
            var rate = Rate(random.Next(1, 2000) / 7.0, random.Next(1, 20) * 500, random.Next(1, 30));
            var bucket = new TokenBucket(rate);
            var model = new Model(rate.Interval, rate.Capacity);
            long now = 1;
            for (var i = 0; i < 500; i++)
            {
                now += random.Next(4) switch { 0 => 0, 1 => random.NextInt64(rate.Interval), 2 => rate.Interval, _ => random.NextInt64(rate.Window * 2) };
                Assert.True(model.TryTake(now) == bucket.TryTake(now, out var fullAt), $"seed {seed}, run {run}, step {i}");
                Assert.Equal((long)(model.Units / rate.Interval), rate.Remaining(fullAt, now));
            }
        }
    }

    [Theory]
    [Spec("TRF-013")]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Threads_together_admit_what_one_of_them_would_have_admitted(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 60; run++)
        {
            var rate = Rate(random.Next(1, 50), 1000, random.Next(1, 400));
            var bucket = new TokenBucket(rate);
            var model = new Model(rate.Interval, rate.Capacity);
            long now = 1;
            for (var round = 0; round < 6; round++)
            {
                now += random.NextInt64(rate.Window);
                var (at, each) = (now, random.Next(1, 200));
                var admitted = 0;
                Parallel.For(0, 4, _ => Interlocked.Add(ref admitted, Taken(bucket, at, each)));

                var expected = 0;
                for (var i = 0; i < 4 * each; i++)
                    expected += model.TryTake(at) ? 1 : 0;
                Assert.True(expected == admitted, $"seed {seed}, run {run}, round {round}: {admitted} of {expected}");
            }
        }
    }

    [Fact]
    public void A_bucket_that_fills_in_more_than_73_years_is_none() =>
        Assert.False(TokenRate.TryCreate(1e-9, TimeSpan.FromSeconds(1), 10, out _));

    [Fact]
    public void What_is_left_and_the_time_to_the_next_token_follow_from_the_word()
    {
        var rate = Rate(2, 1000, 4);
        long bucket = 0;

        Assert.Equal((4, 0), (rate.Remaining(bucket, 5), rate.WaitOf(bucket, 5)));
        for (var i = 0; i < 4; i++)
            Assert.True(rate.TryTake(ref bucket, 5));
        Assert.Equal((0, Second / 2), (rate.Remaining(bucket, 5), rate.WaitOf(bucket, 5)));
        Assert.Equal(0, rate.Remaining(bucket + (3 * rate.Interval), 5));
        Assert.Equal((1, 0), (rate.Remaining(bucket, 5 + (Second / 2)), rate.WaitOf(bucket, 5 + (Second / 2))));
    }

    [Theory]
    [Spec("TRF-012")]
    [InlineData(1_000_000_000L, 1)]
    [InlineData(10_000_000L, 100)]
    [InlineData(3_000_000L, 0)]
    public void The_clock_counts_time_stamps_in_nanoseconds(long frequency, long factor)
    {
        var time = new Stamps(frequency);
        var clock = new MonotonicClock(time);

        Assert.Equal(1, clock.Now);
        time.Now += 30 * frequency;
        Assert.Equal(1 + (30 * Second), clock.Now);
        time.Now += 7;
        Assert.Equal(1 + (30 * Second) + (factor > 0 ? 7 * factor : 2333), clock.Now);
    }

    internal static TokenRate Rate(double maxRate, int everyMilliseconds, long capacity)
    {
        Assert.True(TokenRate.TryCreate(maxRate, TimeSpan.FromMilliseconds(everyMilliseconds), capacity, out var rate));
        return rate;
    }

    private static int Taken(TokenBucket bucket, long now, int attempts)
    {
        var taken = 0;
        for (var i = 0; i < attempts; i++)
            taken += bucket.TryTake(now, out _) ? 1 : 0;
        return taken;
    }

    private sealed class Stamps(long frequency) : TimeProvider
    {
        public long Now { get; set; } = 639_000_000_000_000_000;

        public override long TimestampFrequency => frequency;

        public override long GetTimestamp() => Now;

        // The time of day goes backwards.
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, (int)(60 - (Now % 60) - 1), TimeSpan.Zero);
    }
}

/// <summary>A bucket as the documentation has it: tokens with their fractions, in units of one interval's nanosecond, filled with the time.</summary>
internal sealed class Model(long interval, long capacity, long start = 0)
{
    private Int128 _units = (Int128)interval * capacity;
    private long _last = start;

    public Int128 Units => _units;

    public bool TryTake(long now)
    {
        _units = Int128.Min((Int128)interval * capacity, _units + (now - _last));
        _last = now;
        if (_units < interval)
            return false;
        _units -= interval;
        return true;
    }
}
