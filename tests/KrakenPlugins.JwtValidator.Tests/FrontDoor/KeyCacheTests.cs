using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>When keys are downloaded, and when not.</summary>
public sealed class KeyCacheTests
{
    private const string Uncached = "\"alg\":\"RS256\",\"jwk_url\":\"$UPSTREAM/jwks\",\"disable_jwk_security\":true";

    [Fact]
    [Spec("AUT-035", "AUT-158", "AUT-023")]
    public async Task Without_cache_every_request_downloads_once_and_none_at_the_start()
    {
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Uncached));

        Assert.Equal(0, front.Downloads);
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(200, await front.StatusAsync(Good()));
            Assert.Equal(i, front.Downloads);
        }
        Assert.All(front.Upstream.ReceivedAt("/jwks"), static r => Assert.StartsWith("KrakenD Version", r.Header("User-Agent"), StringComparison.Ordinal));
    }

    [Fact]
    [Spec("AUT-036", "AUT-037", "AUT-041", "AUT-023")]
    public async Task With_cache_one_url_is_downloaded_once_at_the_start_for_all_endpoints_and_keys()
    {
        await using var front = await Front.StartAllAsync(string.Join(',', Enumerable.Range(0, 10).Select(static i => Front.Endpoint($"/e{i}", Front.Usual))), "\"extra_config\":{\"auth/validator\":{\"shared_cache_duration\":900}},");
        await Wait.UntilAsync(() => front.Downloads == 1, static () => "nothing was downloaded");
        front.Keys = Set(Key, Other);
        Assert.Equal(200, await front.StatusAsync(Good(key: Other), "/e0"));

        for (var i = 0; i < 10; i++)
            Assert.Equal((200, 200), (await front.StatusAsync(Good(), $"/e{i}"), await front.StatusAsync(Good(key: Other), $"/e{i}")));

        Assert.Equal(2, front.Downloads);
    }

    [Fact]
    [Spec("AUT-036", "AUT-038", "AUT-041")]
    public async Task Keys_serve_until_their_time_is_over_and_then_they_are_not_used()
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAsync(",\"cache_duration\":100", options: new TestGatewayOptions { Time = time });
        Assert.Equal(200, await front.StatusAsync(Good()));
        var first = front.Downloads;

        time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(200, await front.StatusAsync(Good()));
        Assert.Equal(first, front.Downloads);

        time.Advance(TimeSpan.FromSeconds(61));
        front.KeysStatus = 500;
        Assert.Equal(401, await front.StatusAsync(Good()));
        front.KeysStatus = 200;
        Assert.Equal(200, await front.StatusAsync(Good()));
        Assert.Equal(first + 2, front.Downloads);
    }

    [Fact]
    [Spec("AUT-036")]
    public async Task A_key_that_was_withdrawn_is_refused_when_the_time_of_the_cache_is_over()
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAsync(",\"cache_duration\":100,\"token_cache\":100", options: new TestGatewayOptions { Time = time });
        var token = Good();
        Assert.Equal(200, await front.StatusAsync(token));

        front.Keys = Set(Other);
        Assert.Equal(200, await front.StatusAsync(token));
        time.Advance(TimeSpan.FromSeconds(101));

        Assert.Equal(401, await front.StatusAsync(token));
        Assert.Equal(200, await front.StatusAsync(Good(key: Other)));
    }

    [Theory]
    [InlineData("", 50, true)]
    [InlineData("\"extra_config\":{\"auth/validator\":{\"shared_cache_duration\":500}},", 300, true)]
    [InlineData("\"extra_config\":{\"auth/validator\":{\"shared_cache_duration\":500}},", 501, false)]
    [InlineData("\"extra_config\":{\"auth/validator\":{\"shared_cache_duration\":0}},", 700, true)]
    [InlineData("\"extra_config\":{\"auth/jwk-client\":{\"shared_cache_duration\":500}},", 300, true)]
    [Spec("AUT-041")]
    public async Task The_shared_time_holds_for_endpoints_with_cache(string root, int seconds, bool isCached)
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAsync(",\"cache_duration\":100", root: root, options: new TestGatewayOptions { Time = time });
        Assert.Equal(200, await front.StatusAsync(Good()));
        var first = front.Downloads;

        time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(200, await front.StatusAsync(Good()));

        Assert.Equal(isCached ? first : first + 1, front.Downloads);
    }

    [Fact]
    [Spec("AUT-043", "AUT-041")]
    public async Task The_shared_cache_alone_changes_nothing()
    {
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Uncached), "\"extra_config\":{\"auth/validator\":{\"shared_cache_duration\":0}},");

        Assert.Equal((200, 200), (await front.StatusAsync(Good()), await front.StatusAsync(Good())));
        Assert.Equal(2, front.Downloads);
        await front.Gateway.WaitForLogAsync("INFO: [SERVICE: JWTValidator] shared_cache_duration is not set, 900 seconds are used");
    }

    [Fact]
    [Spec("AUT-042")]
    public async Task A_key_of_one_provider_never_validates_tokens_at_an_endpoint_of_another()
    {
        using var twin = TestKey.Rsa("k1");
        await using var front = await Front.StartAllAsync(Front.Endpoint("/a", Front.Usual) + "," + Front.Endpoint("/b", Front.Usual.Replace("/jwks", "/jwks-b", StringComparison.Ordinal)), "\"extra_config\":{\"auth/validator\":{\"shared_cache_duration\":900}},");
        front.Upstream.Answer("/jwks-b", Set(twin));

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal((200, 401), (await front.StatusAsync(Good(), "/a"), await front.StatusAsync(Good(), "/b")));
            Assert.Equal((401, 200), (await front.StatusAsync(Good(key: twin), "/a"), await front.StatusAsync(Good(key: twin), "/b")));
        }
    }

    [Fact]
    [Spec("AUT-039")]
    public async Task An_unknown_key_downloads_at_each_request_and_rotation_is_seen_at_once()
    {
        await using var front = await Front.StartAsync();
        Assert.Equal(200, await front.StatusAsync(Good()));
        var first = front.Downloads;

        Assert.Equal((401, 401), (await front.StatusAsync(Good(key: Other)), await front.StatusAsync(Good(key: Other))));
        Assert.Equal(first + 2, front.Downloads);
        front.Keys = Set(Key, Other);
        Assert.Equal(200, await front.StatusAsync(Good(key: Other)));
    }

    [Fact]
    [Spec("AUT-039")]
    public async Task A_key_that_was_not_found_is_left_alone_for_the_cooldown_and_as_many_others_as_allowed_are_not()
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAsync(",\"failed_jwk_key_cooldown\":\"10s\",\"failed_jwk_key_limit\":2", options: new TestGatewayOptions { Time = time });
        using var third = TestKey.Rsa("k3");
        Assert.Equal(200, await front.StatusAsync(Good()));
        var first = front.Downloads;

        Assert.Equal((401, 401), (await front.StatusAsync(Good(key: Other)), await front.StatusAsync(Good(key: Other))));
        Assert.Equal(first + 1, front.Downloads);
        front.Keys = Set(Key, Other, third);
        Assert.Equal(401, await front.StatusAsync(Good(key: Other)));
        Assert.Equal(200, await front.StatusAsync(Good(key: third)));
        Assert.Equal(200, await front.StatusAsync(Good(key: Other)));
        Assert.Equal(first + 2, front.Downloads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [Spec("AUT-224")]
    public async Task A_flood_of_random_key_ids_causes_no_more_downloads_than_allowed_and_known_keys_go_on(int limit)
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAsync($",\"failed_jwk_key_cooldown\":\"10s\",\"failed_jwk_key_limit\":{limit}", options: new TestGatewayOptions { Time = time });
        Assert.Equal(200, await front.StatusAsync(Good()));
        var first = front.Downloads;

        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => front.StatusAsync(Token("{}", header: $$"""{"alg":"RS256","kid":"random-{{i}}"}"""))));
        Assert.All(statuses, static status => Assert.Equal(401, status));
        Assert.InRange(front.Downloads - first, 1, limit);
        Assert.Equal(200, await front.StatusAsync(Good()));

        var second = front.Downloads;
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(401, await front.StatusAsync(Good(key: Other)));
        Assert.Equal(second + 1, front.Downloads);
    }

    [Fact]
    [Spec("AUT-225")]
    public async Task Good_keys_are_used_for_a_while_when_the_provider_blinks()
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAsync(",\"cache_duration\":100,\"stale_keys_for\":\"1h\",\"token_cache\":10", options: new TestGatewayOptions { Time = time });
        Assert.Equal(200, await front.StatusAsync(Good()));
        var first = front.Downloads;
        front.KeysStatus = 503;
        time.Advance(TimeSpan.FromSeconds(101));

        for (var i = 0; i < 5; i++)
            Assert.Equal(200, await front.StatusAsync(Good()));
        Assert.Equal(first + 1, front.Downloads);
        await front.Gateway.WaitForLogAsync("WARNING: [SERVICE: JWTValidator] The keys of " + front.Upstream.Host + "/jwks cannot be downloaded");
        Assert.Equal(401, await front.StatusAsync(Good(key: Other)));

        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(401, await front.StatusAsync(Good()));
        front.KeysStatus = 200;
        Assert.Equal(200, await front.StatusAsync(Good()));
        await front.Gateway.WaitForLogAsync("can be downloaded again");
    }

    [Fact]
    [Spec("AUT-225")]
    public async Task A_provider_that_hangs_delays_no_request_beyond_a_second_when_there_are_good_keys()
    {
        var time = new ShiftedTime();
        await using var front = await Front.StartAsync(",\"cache_duration\":100,\"stale_keys_for\":\"1h\"", options: new TestGatewayOptions { Time = time });
        Assert.Equal(200, await front.StatusAsync(Good()));
        front.Upstream.On("/jwks", async context => await Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, front.Upstream.Stopping).Token));
        time.Advance(TimeSpan.FromSeconds(101));
        var before = front.Downloads;

        Assert.Equal(200, await front.StatusAsync(Good()));
        time.Advance(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, await front.StatusAsync(Good()));

        Assert.Equal(before + 1, front.Downloads);
    }

    [Fact]
    [Spec("AUT-226")]
    public async Task A_reload_keeps_keys_of_the_same_url_and_settings_and_no_others()
    {
        await using var front = await Front.StartAsync();
        Assert.Equal(200, await front.StatusAsync(Good()));
        var first = front.Downloads;

        await front.Gateway.ReloadAsync(Front.Document(Front.Endpoint("/e", Front.Usual)));
        Assert.Equal(200, await front.StatusAsync(Good()));
        Assert.Equal(first, front.Downloads);

        front.Upstream.Answer("/other", Set(Other));
        await front.Gateway.ReloadAsync(Front.Document(Front.Endpoint("/e", Front.Usual.Replace("/jwks", "/other", StringComparison.Ordinal))));
        Assert.Equal((401, 200), (await front.StatusAsync(Good()), await front.StatusAsync(Good(key: Other))));
    }

    [Theory]
    [InlineData("{\"keys\":[]}", "application/json")]
    [InlineData("not json", "application/json")]
    [InlineData("KEY", "application/json")]
    [InlineData("SET", "text/plain")]
    [InlineData("PEM", "application/json")]
    [InlineData("SHORT", "application/json")]
    [InlineData("LONG", "application/json")]
    [InlineData("FILE", "redirect")]
    [InlineData("METADATA", "redirect")]
    [Spec("AUT-028", "AUT-159")]
    public async Task Answers_that_are_no_key_set_give_401_and_the_gateway_starts_all_the_same(string what, string type)
    {
        using var weak = TestKey.Rsa("k1", bits: 512);
        await using var front = await Front.StartAsync(",\"operation_debug\":true");
        var body = what switch { "KEY" => Key.Jwk(), "SET" => Set(Key), "PEM" => Key.Pem(), "SHORT" => Set(weak), "LONG" => new string(' ', 100 << 20), _ => what };
        front.Upstream.On("/jwks", async context =>
        {
            context.Response.ContentType = type;
            if (type == "redirect")
            {
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = what == "FILE" ? "file:///etc/passwd" : "http://169.254.169.254/latest/meta-data/";
                return;
            }
            try
            {
                await context.Response.WriteAsync(body, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                context.Abort();
            }
        });

        Assert.Equal(401, await front.StatusAsync(Good(key: Other)));
        Assert.Equal(401, await front.StatusAsync(Token("{}", Other)));
        if (what == "SHORT")
            Assert.Equal(401, await front.StatusAsync(Token("{}", weak)));
        Assert.Empty(front.Calls);

        front.Upstream.Answer("/jwks", Set(Other));
        Assert.Equal(200, await front.StatusAsync(Good(key: Other)));
    }
}
