using Gateway.Testing;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

public sealed class BucketTests
{
    private const int Schedules = 1000;
    private const int Steps = 100;

    private static readonly NameValueList s_none = new(ignoreCase: true);

    /// <summary>The bucket against a list in the order of use.</summary>
    [Fact]
    [Spec("MAN-129")]
    public void The_bucket_agrees_with_a_plain_list_in_random_schedules()
    {
        for (var seed = 0; seed < Schedules; seed++)
            Run(seed);
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var clock = new Clock();
        var limits = random.Next(4) == 0 ? default : new BucketLimits(random.Next(1, 8), random.Next(300, 2000));
        var ceiling = new MemoryCeiling(long.MaxValue);
        var bucket = new Bucket(limits, clock, ceiling);
        // Most recently used last.
        var model = new List<(string Key, string Value, Entry Entry)>();
        for (var step = 0; step < Steps; step++)
        {
            clock.Turn();
            var key = $"k{random.Next(6)}";
            var value = $"v{random.Next(3)}";
            var headers = RuleTests.Headers(("A", value));
            var at = model.FindIndex(m => m.Key == key && m.Value == value);
            switch (random.Next(10))
            {
                case < 4:
                    var found = bucket.Find(key, headers);
                    Assert.True(ReferenceEquals(found, at < 0 ? null : model[at].Entry), $"seed {seed}, step {step}: a look-up");
                    if (at >= 0)
                        model = [.. model.Where((_, i) => i != at), model[at]];
                    break;
                case < 9:
                    var entry = Make(random.Next(400), vary: "A");
                    var isKept = bucket.Store(key, headers, entry);
                    Assert.True(isKept == (!limits.IsCapped || entry.Bytes < limits.Bytes), $"seed {seed}, step {step}: what fits");
                    if (!isKept)
                        break;
                    if (at >= 0)
                        model.RemoveAt(at);
                    model.Add((key, value, entry));
                    while (limits.IsCapped && (model.Count > limits.Items || model.Sum(static m => m.Entry.Bytes) > limits.Bytes))
                        model.RemoveAt(0);
                    break;
                default:
                    bucket.Remove(key);
                    model.RemoveAll(m => m.Key == key);
                    break;
            }
            Assert.True((bucket.Count, bucket.Bytes) == (model.Count, model.Sum(static m => m.Entry.Bytes)), $"seed {seed}, step {step}: what it holds");
            Assert.Equal(bucket.Memory, ceiling.Used);
        }
        bucket.End();
        Assert.Equal((0, 0), (bucket.Count, ceiling.Used));
    }

    [Fact]
    [Spec("MAN-410")]
    public void The_ceiling_of_the_process_holds_whatever_buckets_allow()
    {
        var clock = new Clock();
        var ceiling = new MemoryCeiling(100_000);
        var small = new Bucket(default, clock, ceiling);
        var large = new Bucket(default, clock, ceiling);
        small.Store("small", s_none, Make(5000));

        for (var i = 0; i < 200; i++)
        {
            clock.Turn();
            large.Store($"k{i}", s_none, Make(1000));
            ceiling.MakeRoom();
            Assert.InRange(ceiling.Used, 0, ceiling.Ceiling);
        }

        Assert.NotNull(small.Find("small", s_none));
        Assert.NotNull(large.Find("k199", s_none));
        Assert.Null(large.Find("k0", s_none));
        Assert.False(large.Store("huge", s_none, Make(20_000)));
        Assert.False(ceiling.TryTake(90_000));
        Assert.True(ceiling.TryTake(500));
    }

    [Fact]
    [Spec("MAN-426")]
    public void What_nobody_can_use_any_more_goes_without_a_limit()
    {
        var clock = new Clock();
        var bucket = new Bucket(default, clock, new MemoryCeiling(long.MaxValue));
        for (var i = 0; i < 100; i++)
            bucket.Store($"k{i}", s_none, Make(10, lifetime: 1000, at: clock.GetUtcNow()));
        bucket.Store("tagged", s_none, Make(10, lifetime: 1000, at: clock.GetUtcNow(), etag: "\"a\""));

        clock.Turn(TimeSpan.FromMinutes(5));
        bucket.Store("new", s_none, Make(10, lifetime: 1000, at: clock.GetUtcNow()));

        Assert.Equal(2, bucket.Count);
        Assert.NotNull(bucket.Find("tagged", s_none));
    }

    [Fact]
    [Spec("MAN-122")]
    public void A_rule_only_grows_so_that_no_answer_is_selected_by_less_than_it_names()
    {
        var bucket = new Bucket(default, new Clock(), new MemoryCeiling(long.MaxValue));
        var (de, en) = (RuleTests.Headers(("A", "de"), ("B", "1")), RuleTests.Headers(("A", "en"), ("B", "1")));
        bucket.Store("k", de, Make(1));
        bucket.Store("k", de, Make(2, vary: "A"));
        bucket.Store("k", en, Make(3, vary: "B"));

        Assert.Null(bucket.Find("k", de));
        Assert.NotNull(bucket.Find("k", en));
        Assert.Null(bucket.Find("k", RuleTests.Headers(("A", "fr"), ("B", "1"))));
        Assert.Equal(["a", "b"], bucket.RuleOf("k"));
    }

    [Fact]
    [Spec("MAN-129")]
    public async Task Threads_that_read_store_and_drop_leave_the_books_balanced()
    {
        var ceiling = new MemoryCeiling(300_000);
        var bucket = new Bucket(new BucketLimits(50, 30_000), TimeProvider.System, ceiling);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 20_000; i++)
            {
                var key = $"k{random.Next(200)}";
                switch (random.Next(20))
                {
                    case < 14:
                        bucket.Find(key, s_none);
                        break;
                    case < 18:
                        bucket.Store(key, s_none, Make(random.Next(2000)));
                        break;
                    case 18:
                        bucket.Remove(key);
                        break;
                    default:
                        bucket.EvictOne();
                        break;
                }
            }
        })));

        Assert.InRange(bucket.Count, 0, 50);
        Assert.InRange(bucket.Bytes, 0, 30_000);
        Assert.Equal(ceiling.Used, bucket.Memory);
        bucket.End();
        Assert.Equal((0, 0, 0), (bucket.Count, bucket.Bytes, ceiling.Used));
    }

    [Fact]
    public void A_look_up_allocates_nothing()
    {
        var bucket = new Bucket(default, TimeProvider.System, new MemoryCeiling(long.MaxValue));
        var headers = RuleTests.Headers(("Accept-Language", "de"), ("Accept", "*/*"));
        bucket.Store("some key", headers, Make(100, vary: "Accept-Language"));

        Assert.Equal(0, Allocations.Least(0, () => bucket.Find("some key", headers)));
    }

    private static Entry Make(int length, string? vary = null, long lifetime = 60_000, DateTimeOffset? at = null, string? etag = null) =>
        new(200, RuleTests.Headers(("Vary", vary), ("ETag", etag)), new byte[length], new Freshness(lifetime, 0), at ?? Clock.Start, "http://a/b");

    private sealed class Clock : TimeProvider
    {
        public static DateTimeOffset Start { get; } = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

        private TimeSpan _time;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _time.Ticks;

        public override DateTimeOffset GetUtcNow() => Start + _time;

        public void Turn() => Turn(TimeSpan.FromMilliseconds(1));

        public void Turn(TimeSpan by) => _time += by;
    }
}
