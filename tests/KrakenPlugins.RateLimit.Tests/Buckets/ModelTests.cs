using FsCheck.Fluent;
using Gateway.Testing;
using KrakenPlugins.RateLimiting;
using KrakenPlugins.RateLimiting.Clients;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Buckets;

/// <summary>Buckets and tables of them against plain models, in random schedules.</summary>
public sealed class ModelTests
{
    private const int Threads = 2;
    private const int Names = 6;

    private static readonly FsCheck.Gen<BucketSetting> s_settings =
        from interval in Gen.Frequency((1, Gen.Choose(1, 5)), (3, Gen.Choose(6, 1_000_000)))
        from capacity in Gen.Choose(1, 40)
        select new BucketSetting(interval, capacity);

    // Thousandths of the time in which an empty bucket fills: often none or a little, sometimes far more than all of it.
    private static readonly FsCheck.Gen<int> s_waits = Gen.Frequency((2, Gen.Constant(0)), (4, Gen.Choose(0, 100)), (1, Gen.Choose(100, 3000)));

    [Fact]
    [Spec("TRF-003", "TRF-004", "TRF-005", "TRF-013")]
    public void A_bucket_admits_what_the_model_admits()
    {
        var steps = from wait in s_waits from takes in Gen.Choose(1, 12) select new Step(wait, takes, 0);

        Schedules.Check(1500, s_settings, steps, 60, static (setting, schedule) =>
        {
            var bucket = new TokenBucket(setting.Rate);
            var model = new Model(setting.Rate.Interval, setting.Rate.Capacity);
            long now = 1;
            foreach (var step in schedule)
            {
                now += setting.Time(step.Wait);
                for (var i = 0; i < step.Takes; i++)
                {
                    Assert.Equal(model.TryTake(now), bucket.TryTake(now, out var fullAt));
                    Assert.Equal((long)(model.Units / setting.Rate.Interval), setting.Rate.Remaining(fullAt, now));
                    Assert.Equal((long)Int128.Max(0, setting.Rate.Interval - model.Units), setting.Rate.WaitOf(fullAt, now));
                }
            }
        });
    }

    [Fact]
    [Spec("TRF-013")]
    public void Threads_at_one_bucket_lose_no_token_and_spend_none_twice()
    {
        using var crew = new Crew(Threads);
        var steps = from wait in s_waits from takes in Gen.Choose(1, 40) select new Step(wait, takes, 0);

        Schedules.Check(1500, s_settings, steps, 10, (setting, schedule) =>
        {
            var bucket = new TokenBucket(setting.Rate);
            var model = new Model(setting.Rate.Interval, setting.Rate.Capacity);
            long now = 1;
            foreach (var step in schedule)
            {
                now += setting.Time(step.Wait);
                var admitted = new int[Threads];
                crew.Run(thread =>
                {
                    for (var i = 0; i < step.Takes; i++)
                        admitted[thread] += bucket.TryTake(now, out _) ? 1 : 0;
                });
                Assert.Equal(Taken(model, now, step.Takes * Threads), admitted.Sum());
            }
        });
    }

    [Fact]
    [Spec("TRF-013", "TRF-034", "TRF-036")]
    public void Threads_at_a_table_get_for_each_client_what_its_model_admits_while_it_is_swept()
    {
        using var crew = new Crew(Threads);
        var steps = from wait in s_waits from takes in Gen.Choose(1, 60) from order in Gen.Choose(0, int.MaxValue) select new Step(wait, takes, order);

        Schedules.Check(1000, s_settings, steps, 10, (setting, schedule) =>
        {
            var time = new StoodClock();
            using var table = new ClientTable(setting.Rate, new ClientTableOptions { Shards = setting.Rate.Capacity % 2 == 0 ? 1 : 4 }, new MonotonicClock(time), time);
            var models = Enumerable.Range(0, Names).Select(_ => new Model(setting.Rate.Interval, setting.Rate.Capacity)).ToArray();
            long now = 1;
            foreach (var step in schedule)
            {
                now += setting.Time(step.Wait);
                time.Advance(setting.Time(step.Wait));
                var asked = new int[Names];
                var admitted = new int[Names];
                crew.Run(thread =>
                {
                    var random = new Random(step.Order + thread);
                    for (var i = 0; i < step.Takes; i++)
                    {
                        var name = random.Next(Names);
                        Interlocked.Increment(ref asked[name]);
                        if (table.TryTake(Client(name), now, out _))
                            Interlocked.Increment(ref admitted[name]);
                        if (i % 16 == 7)
                            table.Sweep();
                    }
                });
                Assert.Equal(models.Select((m, i) => Taken(m, now, asked[i])), admitted);
            }
        });
    }

    [Fact]
    [Spec("TRF-034", "TRF-304")]
    public void A_table_without_room_gives_no_token_that_a_bucket_of_ones_own_would_not_have()
    {
        var steps = from wait in s_waits from takes in Gen.Choose(1, 6) from name in Gen.Choose(0, 99) select new Step(wait, takes, name);

        Schedules.Check(1000, s_settings, steps, 150, static (setting, schedule) =>
        {
            var time = new StoodClock();
            var budget = new ClientBudget(setting.Rate.Capacity % 3 == 0 ? 0 : 16);
            using var table = new ClientTable(setting.Rate, new ClientTableOptions { Shards = 1, MaxClients = 9, Budget = budget }, new MonotonicClock(time), time);
            var models = new Dictionary<int, Model>();
            long now = 1;
            foreach (var step in schedule)
            {
                now += setting.Time(step.Wait);
                time.Advance(setting.Time(step.Wait));
                var model = models.TryGetValue(step.Order, out var known) ? known : models[step.Order] = new Model(setting.Rate.Interval, setting.Rate.Capacity);
                for (var i = 0; i < step.Takes; i++)
                {
                    if (table.TryTake(Client(step.Order), now, out _))
                        Assert.True(model.TryTake(now), $"a token too many for {step.Order}");
                }
                if (step.Order % 10 == 0)
                    table.Sweep();
                Assert.InRange(table.Count, 0, 9);
                Assert.InRange(budget.Left, 0, 16);
            }
        });
    }

    [Fact]
    [Spec("TRF-001", "TRF-003", "TRF-007")]
    public void No_rate_window_or_capacity_makes_times_overflow()
    {
        var settings = from exponent in Gen.Choose(-320, 308)
                       from digits in Gen.Choose(1, 9)
                       from ticks in Gen.Choose(0, 62)
                       from capacity in Gen.Frequency((1, Gen.Constant(0)), (4, Gen.Choose(0, 62)))
                       from years in Gen.Choose(0, 100)
                       select new Extreme(digits * Math.Pow(10, exponent), 1L << ticks, capacity == 0 ? 0 : 1L << capacity, years);

        Schedules.Check(5000, settings, Gen.Choose(0, 1), 1, static (extreme, _) =>
        {
            if (extreme.MaxRate == 0 || !TokenRate.TryCreate(extreme.MaxRate, TimeSpan.FromTicks(extreme.Ticks), extreme.Capacity, out var rate))
                return;
            Assert.True(rate is { Interval: >= 1, Capacity: >= 1, Tolerance: >= 0, Window: >= 1 });
            // The clock counts from the start of the process.
            var start = 1 + (extreme.Years * 31_557_600_000_000_000L);
            var model = new Model(rate.Interval, rate.Capacity, start);
            long fullAt = 0;
            foreach (var now in (ReadOnlySpan<long>)[start, start, start, start + rate.Interval, start + rate.Interval, start + rate.Window])
            {
                Assert.Equal(model.TryTake(now), rate.TryTake(ref fullAt, now));
                Assert.InRange(rate.Remaining(fullAt, now), 0, rate.Capacity);
                Assert.InRange(rate.WaitOf(fullAt, now), 0, rate.Interval);
            }
        });
    }

    private static int Taken(Model model, long now, int attempts)
    {
        var taken = 0;
        for (var i = 0; i < attempts; i++)
            taken += model.TryTake(now) ? 1 : 0;
        return taken;
    }

    // All in one part of a table, two of them at one place of it.
    private static UInt128 Client(int name) => new((ulong)name, (ulong)name % 5);

    private sealed record BucketSetting(int Interval, int Tokens)
    {
        public TokenRate Rate { get; } = BucketTests.Rate(1e9 / Interval, 1000, Tokens);

        public long Time(int thousandths) => (Rate.Window * thousandths / 1000) + (thousandths & 1);

        public override string ToString() => $"a token each {Rate.Interval} ns, {Rate.Capacity} at most";
    }

    private sealed record Extreme(double MaxRate, long Ticks, long Capacity, int Years);

    private sealed record Step(int Wait, int Takes, int Order);
}
