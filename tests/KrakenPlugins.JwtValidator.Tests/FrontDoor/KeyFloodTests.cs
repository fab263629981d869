using Gateway.Testing;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>Key ids that somebody invents, against a provider that must not be flooded (AUT-224).</summary>
public sealed class KeyFloodTests
{
    private const string Cooling = Front.Usual + ",\"failed_jwk_key_cooldown\":\"10s\"";

    [Fact]
    [Spec("AUT-224", "AUT-039")]
    public async Task A_flood_causes_one_download_per_cooldown_at_all_endpoints_of_a_key_set_together()
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Cooling) + "," + Front.Endpoint("/f", Cooling), options: new TestGatewayOptions { Time = time });
        Assert.Equal(200, await front.StatusAsync(Good()));

        for (var period = 0; period < 3; period++)
        {
            var before = front.Downloads;
            for (var i = 0; i < 60; i++)
            {
                Assert.Equal(401, await front.StatusAsync(Invented(period, i), i % 2 == 0 ? "/e" : "/f"));
                Assert.Equal(200, await front.StatusAsync(Good()));
            }
            Assert.Equal(before + 1, front.Downloads);
            time.Advance(TimeSpan.FromSeconds(11));
        }
    }

    [Fact]
    [Spec("AUT-224")]
    public async Task A_flood_while_the_provider_is_down_causes_one_download_per_cooldown_too()
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Cooling.Replace("\"cache\":true", "\"cache\":false", StringComparison.Ordinal)), options: new TestGatewayOptions { Time = time });
        front.KeysStatus = 503;

        for (var i = 0; i < 60; i++)
            Assert.Equal(401, await front.StatusAsync(Invented(0, i)));

        Assert.Equal(1, front.Downloads);
        front.KeysStatus = 200;
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(200, await front.StatusAsync(Good()));
    }

    [Fact]
    [Spec("AUT-224")]
    public async Task In_a_flood_a_new_key_is_accepted_one_cooldown_after_it_was_published_at_the_latest()
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Cooling), options: new TestGatewayOptions { Time = time });
        Assert.Equal((200, 401), (await front.StatusAsync(Good()), await front.StatusAsync(Invented(0, 0))));

        front.Keys = Set(Key, Other);
        time.Advance(TimeSpan.FromSeconds(11));
        // The flood goes on, and it is one of its tokens that takes the only place.
        Assert.Equal(401, await front.StatusAsync(Invented(0, 1)));

        Assert.Equal((200, 200), (await front.StatusAsync(Good(key: Other)), await front.StatusAsync(Good())));
    }

    [Fact]
    [Spec("AUT-224")]
    public async Task A_flood_without_cache_holds_nobody_back_whose_key_is_known()
    {
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Cooling.Replace("\"cache\":true", "\"cache\":false", StringComparison.Ordinal)));
        Assert.Equal(200, await front.StatusAsync(Good()));

        for (var i = 0; i < 20; i++)
            Assert.Equal((401, 200), (await front.StatusAsync(Invented(0, i)), await front.StatusAsync(Good())));
    }

    private static string Invented(int period, int i) => Token("{}", header: $$"""{"alg":"RS256","kid":"invented-{{period}}-{{i}}"}""");
}
