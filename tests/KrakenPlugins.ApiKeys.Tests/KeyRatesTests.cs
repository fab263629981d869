using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.ApiKeys.Tests;

public sealed class KeyRatesTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    [Spec("AUT-103")]
    public void A_bucket_holds_one_second_and_fills_evenly()
    {
        var rates = new KeyRates();
        var pace = KeyPace.Of(5, Second);

        Assert.Equal(5, Taken(rates, pace, 0, 10));
        Assert.Equal(0, Taken(rates, pace, Second / 5 - 1, 1));
        Assert.Equal(1, Taken(rates, pace, Second / 5, 2));
        Assert.Equal(5, Taken(rates, pace, 10 * Second, 10));
    }

    [Fact]
    [Spec("AUT-103")]
    public void A_rate_below_one_lets_one_through_at_a_time()
    {
        var rates = new KeyRates();
        var pace = KeyPace.Of(0.5, Second);

        Assert.Equal(1, Taken(rates, pace, 0, 3));
        Assert.Equal(0, Taken(rates, pace, Second, 1));
        Assert.Equal(1, Taken(rates, pace, 2 * Second, 3));
    }

    [Fact]
    [Spec("AUT-103")]
    public void Many_threads_take_exactly_what_there_is()
    {
        var rates = new KeyRates();
        var pace = KeyPace.Of(1000, Second);
        var taken = 0;

        Parallel.For(0, 4, _ => Interlocked.Add(ref taken, Taken(rates, pace, 0, 2000)));

        Assert.Equal(1000, taken);
    }

    [Fact]
    public void Keys_that_are_gone_are_forgotten()
    {
        var (before, after) = (Front.Ring("""{"keys":[{"key":"a"},{"key":"b"}]}""").Ring!, Front.Ring("""{"keys":[{"key":"a"}]}""").Ring!);
        var rates = new KeyRates();
        var pace = KeyPace.Of(1, Second);
        before.Find("a", out var a);
        before.Find("b", out var b);
        Assert.True(rates.TryTake(a, pace, 0) && rates.TryTake(b, pace, 0));

        rates.Keep(after);

        Assert.Equal((false, true), (rates.TryTake(a, pace, 0), rates.TryTake(b, pace, 0)));
    }

    private static int Taken(KeyRates rates, KeyPace pace, long now, int attempts)
    {
        var taken = 0;
        for (var i = 0; i < attempts; i++)
            taken += rates.TryTake(7, pace, now) ? 1 : 0;
        return taken;
    }
}
