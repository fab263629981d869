using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests;

public sealed class ServiceTests
{
    [Fact]
    [Spec("TRF-047", "TRF-050")]
    public async Task One_bucket_counts_all_paths_those_that_do_not_exist_and_health_too()
    {
        await using var front = await StartAsync("""{"max_rate":1,"every":"1h","capacity":4}""");

        Assert.Equal("200 200 404 200", string.Join(' ', await front.StatusesAsync(1, "/a"), await front.StatusesAsync(1, "/b"), await front.StatusesAsync(1, "/nowhere"), await front.StatusesAsync(1, "/__health")));
        var refused = await front.GetAsync("/a");
        Assert.Equal((503, true, "0"), (refused.Status, refused.IsBare, refused.Header("Content-Length")));
        Assert.Equal("503 503 503", string.Join(' ', await front.StatusesAsync(1, "/b"), await front.StatusesAsync(1, "/nowhere"), await front.StatusesAsync(1, "/__health")));
        await front.Gateway.WaitForLogAsync("| 503 |");
        await front.Gateway.WaitForLogAsync("Error #01: rate limit exceded");
    }

    [Fact]
    [Spec("TRF-050")]
    public async Task Preflights_do_not_reach_it()
    {
        await using var front = await StartAsync("""{"max_rate":1,"every":"1h"}""", ""","security/cors":{"allow_origins":["*"]}""", PluginFront.Folder("Cors", "cors"));

        for (var i = 0; i < 3; i++)
            Assert.Equal(204, (await front.SendAsync(HttpMethod.Options, "/a", "Origin: https://a.example", "Access-Control-Request-Method: GET")).Status);
        Assert.Equal("200", await front.StatusesAsync(1, "/a", "Origin: https://a.example"));
        var refused = await front.GetAsync("/a", "Origin: https://a.example");
        Assert.Equal((503, "*"), (refused.Status, refused.Header("Access-Control-Allow-Origin")));
    }

    [Fact]
    [Spec("TRF-048", "TRF-049")]
    public async Task A_client_has_one_bucket_for_all_endpoints_and_pays_when_the_shared_one_refuses()
    {
        await using var front = await StartAsync("""{"max_rate":1,"every":"1h","capacity":3,"client_max_rate":1,"client_capacity":2,"strategy":"header","key":"X-Who"}""");

        Assert.Equal("200 200 429", string.Join(' ', await front.StatusesAsync(1, "/a", "X-Who: a"), await front.StatusesAsync(1, "/b", "X-Who: a"), await front.StatusesAsync(1, "/a", "X-Who: a")));
        Assert.Equal("200 503 429", await front.StatusesAsync(3, "/a", "X-Who: b"));
    }

    [Fact]
    [Spec("TRF-051")]
    public async Task The_first_address_of_a_list_is_the_client()
    {
        await using var front = await StartAsync("""{"client_max_rate":1,"every":"1h","strategy":"ip","key":"X-Original-Forwarded-For"}""");

        Assert.Equal("200 429", await front.StatusesAsync(2, "/a", "X-Original-Forwarded-For: 203.0.113.1 10.0.0.1"));
        Assert.Equal("429", await front.StatusesAsync(1, "/b", "X-Original-Forwarded-For: 203.0.113.1, 10.0.0.2"));
        Assert.Equal("200", await front.StatusesAsync(1, "/b", "X-Original-Forwarded-For: 203.0.113.2, 10.0.0.2"));
    }

    [Theory]
    [Spec("TRF-051")]
    [InlineData("\"strategy\":\"param\",\"key\":\"id\"", "placeholders")]
    [InlineData("\"strategy\":\"jwt\",\"key\":\"sub\"", "tokens")]
    [InlineData("\"strategy\":\"header\"", "key")]
    public async Task What_the_service_cannot_know_refuses_the_start(string strategy, string reason)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync($$"""{"client_max_rate":1,{{strategy}} }"""));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-052")]
    public async Task The_limit_of_an_endpoint_holds_as_well_and_pays_nothing_for_what_the_service_refuses()
    {
        var time = new HeldStamps();
        await using var front = await Front.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"qos/ratelimit/service":{"max_rate":1,"every":"1s","capacity":3}},"endpoints":[
              {"endpoint":"/a","backend":[{"url_pattern":"/b"}],"extra_config":{"qos/ratelimit/router":{"client_max_rate":1,"every":"1h","client_capacity":2}}},
              {"endpoint":"/b","backend":[{"url_pattern":"/b"}]}]}
            """, new() { Time = time });

        Assert.Equal("200 200 200", string.Join(' ', await front.StatusesAsync(1, "/a"), await front.StatusesAsync(2, "/b")));
        Assert.Equal("503 503 503", await front.StatusesAsync(3, "/a"));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("200 429 503", await front.StatusesAsync(3, "/a"));
    }

    [Fact]
    [Spec("TRF-053")]
    public async Task It_stands_in_front_of_the_authentication_of_endpoints()
    {
        await using var front = await Front.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"qos/ratelimit/service":{"max_rate":1,"every":"1h","capacity":2},"auth/api-keys":{"keys":[{"key":"one","roles":["a"]}]}},"endpoints":[
              {"endpoint":"/a","backend":[{"url_pattern":"/b"}],"extra_config":{"auth/api-keys":{"roles":["a"]}}}]}
            """, folders: PluginFront.Folder("ApiKeys", "api-keys"));

        Assert.Equal("401 401 503", await front.StatusesAsync(3, "/a"));
        Assert.Equal("503", await front.StatusesAsync(1, "/a", "Authorization: Bearer one"));
    }

    private static Task<PluginFront> StartAsync(string limit, string more = "", params string[] folders) => Front.StartAsync($$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"qos/ratelimit/service":{{{limit}}} {{{more}}} },"endpoints":[
          {"endpoint":"/a","backend":[{"url_pattern":"/b"}]},{"endpoint":"/b","backend":[{"url_pattern":"/b"}]}]}
        """, folders: folders);
}
