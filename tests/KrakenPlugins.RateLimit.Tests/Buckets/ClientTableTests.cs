using Gateway.Testing;
using KrakenPlugins.RateLimiting;
using KrakenPlugins.RateLimiting.Clients;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Buckets;

public sealed class ClientTableTests
{
    private const long Second = 1_000_000_000;

    private readonly StoodClock _time = new();

    [Fact]
    [Spec("TRF-026", "TRF-013")]
    public void Each_client_has_a_bucket_of_its_own()
    {
        using var table = Table(BucketTests.Rate(2, 1000, 3));

        Assert.Equal((3, 3), (Taken(table, 1, 1, 10), Taken(table, 2, 1, 10)));
        Assert.Equal((1, 0), (Taken(table, 1, 1 + (Second / 2), 10), Taken(table, 1, 1 + (Second / 2), 10)));
    }

    [Theory]
    [Spec("TRF-013", "TRF-036")]
    [InlineData(21, 1)]
    [InlineData(22, 0)]
    [InlineData(23, 2048)]
    public void Random_schedules_of_clients_admit_what_their_models_admit_whatever_the_shards(int seed, int shards)
    {
        var random = new Random(seed);
        var rate = BucketTests.Rate(20, 1000, 5);
        using var table = Table(rate, new ClientTableOptions { Shards = shards });
        var names = Enumerable.Range(0, 3000).Select(_ => Key(random)).ToArray();
        var models = names.ToDictionary(static n => n, _ => new Model(rate.Interval, rate.Capacity));
        long now = 1;
        for (var i = 0; i < 100_000; i++)
        {
            now += random.NextInt64(400_000);
            var name = names[random.Next(names.Length)];
            Assert.True(models[name].TryTake(now) == table.TryTake(name, now, out _), $"seed {seed}, step {i}");
            if (i % 9973 == 0)
            {
                _time.Advance(now - Now());
                table.Sweep();
            }
        }
    }

    [Fact]
    [Spec("TRF-013")]
    public void Threads_take_exactly_what_each_client_has()
    {
        var rate = BucketTests.Rate(1, 1000, 50);
        using var table = Table(rate);
        var random = new Random(7);
        var names = Enumerable.Range(0, 500).Select(_ => Key(random)).ToArray();
        var admitted = new int[names.Length];

        Parallel.For(0, 4, thread =>
        {
            var own = new Random(thread);
            for (var i = 0; i < 60_000; i++)
            {
                var index = own.Next(names.Length);
                if (table.TryTake(names[index], 1, out _))
                    Interlocked.Increment(ref admitted[index]);
            }
        });

        Assert.All(admitted, static count => Assert.Equal(50, count));
    }

    [Fact]
    [Spec("TRF-013")]
    public void Threads_take_exactly_what_clients_have_while_others_come_and_go_and_the_table_is_moved()
    {
        const int Tokens = 400;
        const long Interval = Second / 1000;
        var random = new Random(9);
        for (var round = 0; round < 12; round++)
        {
            using var table = Table(BucketTests.Rate(1000, 1000, Tokens), new ClientTableOptions { Shards = 1 });
            var known = Enumerable.Range(0, 12).Select(_ => Key(random)).ToArray();
            var admitted = new int[known.Length];
            var strangers = new Random(round);
            var isOver = false;
            _time.Advance(2 * Interval);
            var sweeper = new Thread(() =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    // Who came at the clock's first has a full bucket again and goes.
                    for (var i = 0; i < 40; i++)
                        table.TryTake(Key(strangers), 1, out _);
                    table.Sweep();
                }
            });
            sweeper.Start();

            // Long after: the known ones stay.
            Parallel.For(0, 3, _ =>
            {
                for (var i = 0; i < 2 * Tokens; i++)
                {
                    for (var client = 0; client < known.Length; client++)
                    {
                        if (table.TryTake(known[client], Second * 1_000_000, out var _))
                            Interlocked.Increment(ref admitted[client]);
                    }
                }
            });

            Volatile.Write(ref isOver, true);
            sweeper.Join();
            Assert.All(admitted, static count => Assert.Equal(Tokens, count));
        }
    }

    [Theory]
    [Spec("TRF-034", "TRF-304")]
    [InlineData(31)]
    [InlineData(32)]
    public void A_table_without_room_gives_nobody_a_token_that_an_own_bucket_would_not_have(int seed)
    {
        var random = new Random(seed);
        var rate = BucketTests.Rate(10, 1000, 4);
        using var table = Table(rate, new ClientTableOptions { Shards = 1, MaxClients = 20 });
        var names = Enumerable.Range(0, 400).Select(_ => Key(random)).ToArray();
        // Fed with what was admitted alone: if each of these has a token in the model, the table gave no more than it.
        var models = names.ToDictionary(static n => n, _ => new Model(rate.Interval, rate.Capacity));
        long now = 1;
        for (var i = 0; i < 100_000; i++)
        {
            now += random.NextInt64(random.Next(50) == 0 ? Second : 3_000_000);
            var name = names[(int)(Math.Pow(random.NextDouble(), 3) * names.Length)];
            if (table.TryTake(name, now, out _))
                Assert.True(models[name].TryTake(now), $"seed {seed}, step {i}: a token too many");
            Assert.InRange(table.Count, 0, 20);
        }
    }

    [Fact]
    [Spec("TRF-304")]
    public void Ten_million_made_up_clients_take_bounded_memory_and_known_ones_do_not_notice()
    {
        var rate = BucketTests.Rate(1, 1000, 10);
        var budget = new ClientBudget(1 << 20);
        using var table = Table(rate, new ClientTableOptions { MaxClients = 100_000, Budget = budget });
        var known = new UInt128(0x1234_5678_9abc_def0, 42);
        Assert.Equal(10, Taken(table, known, 1, 11));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var random = new Random(10);

        for (var i = 0; i < 10_000_000; i++)
            table.TryTake(Key(random), 1 + i, out _);

        Assert.InRange(table.Count, 90_000, 100_000);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 12 << 20);
        Assert.Equal(0, Taken(table, known, 1 + (Second / 2), 5));
        Assert.Equal(1, Taken(table, known, 1 + Second, 5));
    }

    [Fact]
    [Spec("TRF-304")]
    public void A_budget_that_is_spent_is_shared_by_all_tables_and_comes_back()
    {
        var rate = BucketTests.Rate(1, 1000, 1);
        var budget = new ClientBudget(64);
        var random = new Random(3);
        using (var one = Table(rate, new ClientTableOptions { Shards = 1, Budget = budget }))
        using (var other = Table(rate, new ClientTableOptions { Shards = 1, Budget = budget }))
        {
            for (var i = 0; i < 1000; i++)
            {
                one.TryTake(Key(random), 1, out _);
                other.TryTake(Key(random), 1, out _);
            }
            Assert.Equal((0, true), ((int)budget.Left, one.Count + other.Count <= 48));
        }

        Assert.Equal(64, budget.Left);
    }

    [Theory]
    [Spec("TRF-304")]
    [InlineData(0)]
    [InlineData(500)]
    public void A_table_that_has_ended_takes_no_memory_for_requests_that_are_still_on_their_way(int before)
    {
        var budget = new ClientBudget(1 << 20);
        var random = new Random(8);
        var table = Table(BucketTests.Rate(1, 1000, 3), new ClientTableOptions { Budget = budget });
        for (var i = 0; i < before; i++)
            table.TryTake(Key(random), 1, out _);

        table.Dispose();
        for (var i = 0; i < 10_000; i++)
            table.TryTake(Key(random), 1, out _);

        Assert.Equal((0, 1 << 20), (table.Count, (int)budget.Left));
    }

    [Fact]
    [Spec("TRF-034", "TRF-035")]
    public void Clients_are_forgotten_when_their_bucket_is_full_and_memory_comes_back()
    {
        var budget = new ClientBudget(1 << 20);
        using var table = Table(BucketTests.Rate(1, 600_000, 100), new ClientTableOptions { Budget = budget, CleanupPeriod = TimeSpan.FromMinutes(2) });
        var random = new Random(5);
        for (var i = 0; i < 10_000; i++)
            table.TryTake(Key(random), Now(), out _);
        var late = new UInt128(1, 2);
        Assert.Equal(100, Taken(table, late, Now(), 101));

        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal((1, 10_001), (_time.Run(TimeSpan.FromMinutes(2)), table.Count));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal((1, 1), (_time.Run(TimeSpan.FromMinutes(2)), table.Count));
        Assert.Equal((1 << 20) - 16, budget.Left);
        // An idle client that is far from full is not given a new bucket.
        Assert.Equal(1, Taken(table, late, Now(), 101));
        _time.Advance(TimeSpan.FromMinutes(1000));
        Assert.Equal((1, 0), (_time.Run(TimeSpan.FromMinutes(2)), table.Count));
    }

    [Fact]
    [Spec("TRF-035")]
    public void The_cleanup_is_not_more_often_than_each_second_and_ends_with_the_table()
    {
        using (Table(BucketTests.Rate(1, 1000, 1), new ClientTableOptions { CleanupPeriod = TimeSpan.FromMilliseconds(1) }))
            Assert.Equal(1, _time.Run(TimeSpan.FromSeconds(1)));

        Assert.Equal(0, _time.Run(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    [Spec("TRF-036")]
    public void A_table_that_nobody_uses_costs_nearly_nothing()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        using (Table(BucketTests.Rate(1, 1000, 1), new ClientTableOptions { Shards = 2048 }))
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2048);
    }

    private ClientTable Table(TokenRate rate, ClientTableOptions? options = null)
    {
        var clock = new MonotonicClock(_time);
        _origin = _time.GetTimestamp();
        return new(rate, options ?? new(), clock, _time);
    }

    private long _origin;

    private long Now() => 1 + _time.GetTimestamp() - _origin;

    private static UInt128 Key(Random random) => new((ulong)random.NextInt64(long.MinValue, long.MaxValue), (ulong)random.NextInt64(long.MinValue, long.MaxValue));

    private static int Taken(ClientTable table, UInt128 client, long now, int attempts)
    {
        var taken = 0;
        for (var i = 0; i < attempts; i++)
            taken += table.TryTake(client, now, out _) ? 1 : 0;
        return taken;
    }
}
