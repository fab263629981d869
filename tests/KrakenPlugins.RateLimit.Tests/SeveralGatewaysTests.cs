using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests;

/// <summary>Limits in memory on several gateways, which know nothing of each other.</summary>
public sealed class SeveralGatewaysTests
{
    private const string Limit = """{"max_rate":1,"every":"1h","capacity":3,"client_max_rate":1,"client_capacity":2,"strategy":"header","key":"X-Who"}""";

    [Fact, Spec("TRF-097", "TRF-099")]
    public async Task Each_gateway_admits_what_its_own_buckets_hold()
    {
        await using var first = await Front.RouterAsync(Limit);
        await using var second = await Front.RouterAsync(Limit);

        // Uneven: a client is refused on one gateway while the other one has room for it.
        Assert.Equal("200 200 429", await first.StatusesAsync(3, "/e", "X-Who: a"));
        Assert.Equal("200 200 429", await second.StatusesAsync(3, "/e", "X-Who: a"));
        Assert.Equal("200 503", await first.StatusesAsync(2, "/e", "X-Who: b"));
        Assert.Equal("200 503", await second.StatusesAsync(2, "/e", "X-Who: b"));
    }

    [Fact, Spec("TRF-099")]
    public async Task A_gateway_that_comes_brings_full_buckets_and_one_that_goes_takes_its_own_along()
    {
        await using var first = await Front.RouterAsync(Limit);
        Assert.Equal("200 200 429", await first.StatusesAsync(3, "/e", "X-Who: a"));

        await using (var second = await Front.RouterAsync(Limit))
            Assert.Equal("200 200 429", await second.StatusesAsync(3, "/e", "X-Who: a"));

        Assert.Equal("429", await first.StatusesAsync(1, "/e", "X-Who: a"));
        await using var again = await Front.RouterAsync(Limit);
        Assert.Equal("200 200 429", await again.StatusesAsync(3, "/e", "X-Who: a"));
    }
}
