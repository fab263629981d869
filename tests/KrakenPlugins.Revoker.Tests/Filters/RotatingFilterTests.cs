using System.Globalization;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Revoker.Filters;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.Filters;

public sealed class RotatingFilterTests : IDisposable
{
    private static readonly TimeSpan s_ttl = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualTime _time = new();
    private readonly RotatingFilter _filter;

    public RotatingFilterTests() => _filter = New();

    [Fact, Spec("AUT-070")]
    public void What_is_added_at_the_beginning_of_a_period_is_effective_for_three_of_them()
    {
        _filter.Add("jti-a"u8);

        _time.Advance((s_ttl * 2) - s_moment);
        Assert.True(_filter.Has("jti-a"u8));
        _time.Advance(s_ttl);
        Assert.True(_filter.Has("jti-a"u8));
        _time.Advance(s_moment);
        Assert.False(_filter.Has("jti-a"u8));
    }

    [Fact, Spec("AUT-070")]
    public void What_is_added_at_the_end_of_a_period_is_effective_for_two_more()
    {
        _time.Advance(s_ttl - s_moment);
        _filter.Add("jti-a"u8);

        _time.Advance(s_ttl * 2);
        Assert.True(_filter.Has("jti-a"u8));
        _time.Advance(s_moment);
        Assert.False(_filter.Has("jti-a"u8));
    }

    [Fact, Spec("AUT-070")]
    public void A_process_that_slept_makes_up_for_the_rotations_that_it_missed()
    {
        _filter.Add("jti-a"u8);
        _filter.Resume(_time.GetUtcNow() - (s_ttl * 2.5));
        Assert.True(_filter.Has("jti-a"u8));

        _time.Advance(s_ttl / 2);

        Assert.False(_filter.Has("jti-a"u8));
    }

    [Fact, Spec("AUT-250")]
    public void A_period_of_years_needs_no_timer_of_years()
    {
        using var filter = new RotatingFilter(new FilterSettings(100, 0.01, int.MaxValue, HashName.Optimal), _time);
        filter.Add("jti-a"u8);

        _time.Advance(TimeSpan.FromDays(60));

        Assert.True(filter.Has("jti-a"u8));
    }

    [Theory, Spec("AUT-256")]
    [InlineData(30)]
    [InlineData(70)]
    public void Following_another_set_puts_rotations_in_step_and_never_forgets_earlier(int age)
    {
        _time.Advance(TimeSpan.FromSeconds(50));
        _filter.Add("jti-a"u8);

        _filter.Follow(TimeSpan.FromSeconds(age));

        Assert.Equal(age, _filter.Age.TotalSeconds);
        _time.Advance(s_ttl * 2);
        Assert.True(_filter.Has("jti-a"u8));
        _time.Advance(s_ttl * 2);
        Assert.False(_filter.Has("jti-a"u8));
    }

    [Fact, Spec("AUT-256")]
    public void Following_again_and_again_keeps_nothing_for_ever()
    {
        _filter.Add("jti-a"u8);
        for (var i = 0; i < 40; i++)
        {
            // The way takes a millisecond.
            _filter.Follow(_filter.Age - s_moment);
            _time.Advance(s_ttl / 10);
        }

        Assert.False(_filter.Has("jti-a"u8));
    }

    [Theory, Spec("AUT-069")]
    [InlineData("optimal")]
    [InlineData("default")]
    public void False_positives_at_N_elements_stay_within_twice_P(string hash)
    {
        using var filter = new RotatingFilter(new FilterSettings(20_000, hash == "optimal" ? 0.01 : 0.05, 100, FilterSettings.ParseHash(hash)!.Value), _time);
        for (var i = 0; i < 20_000; i++)
            filter.Add(Element("jti", i));

        for (var i = 0; i < 20_000; i++)
            Assert.True(filter.Has(Element("jti", i)));
        var wrong = Enumerable.Range(0, 50_000).Count(i => filter.Has(Element("other", i)));
        Assert.InRange(wrong / 50_000.0, 0, 2 * filter.Settings.Probability);
    }

    [Fact, Spec("AUT-072")]
    public async Task Many_writers_readers_and_rotations_at_a_time_lose_nothing()
    {
        const int Writers = 4;
        const int Each = 5_000;
        using var stop = new CancellationTokenSource();
        _filter.Add("jti-known"u8);
        var reader = Task.Run(() =>
        {
            var seen = 0;
            for (; !stop.IsCancellationRequested; seen++)
                Assert.True(_filter.Has("jti-known"u8));
            return seen;
        });
        var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
                _filter.Add(Element($"w{w}", i));
        })).ToArray();
        _time.Advance(s_ttl);
        await Task.WhenAll(writers);
        await stop.CancelAsync();

        Assert.True(await reader >= 0);
        for (var w = 0; w < Writers; w++)
        {
            for (var i = 0; i < Each; i++)
                Assert.True(_filter.Has(Element($"w{w}", i)));
        }
    }

    public void Dispose() => _filter.Dispose();

    private RotatingFilter New() => new(new FilterSettings(50_000, 1e-6, (long)s_ttl.TotalSeconds, HashName.Optimal), _time);

    private static byte[] Element(string claim, int value) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{claim}-{value}"));
}
