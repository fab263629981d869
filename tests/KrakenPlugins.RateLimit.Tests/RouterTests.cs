using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests;

public sealed class RouterTests
{
    [Theory]
    [Spec("TRF-002", "TRF-003", "TRF-025")]
    [InlineData("")]
    [InlineData(""","extra_config":{"router":{"return_error_msg":true}}""")]
    public async Task Too_many_requests_get_a_bare_503_and_reach_no_backend(string root)
    {
        await using var front = await Front.RouterAsync("""{"max_rate":1,"every":"1h","capacity":2}""", root: root);

        Assert.Equal("200 200", await front.StatusesAsync(2, "/e"));
        var refused = await front.GetAsync("/e");
        var raw = await front.SendRawAsync("GET /e HTTP/1.1", "Host: a");

        Assert.Equal((503, true, "0", null), (refused.Status, refused.IsBare, refused.Header("Content-Length"), refused.Header("Retry-After")));
        Assert.Empty(refused.HeadersStarting("RateLimit"));
        Assert.StartsWith("HTTP/1.1 503", raw, StringComparison.Ordinal);
        Assert.Equal(2, front.Upstream.Received.Count);
        Assert.Equal("200 200 200 200", await front.StatusesAsync(4, "/open"));
    }

    [Fact]
    [Spec("TRF-032")]
    public async Task Limits_are_logged_at_the_start_and_refusals_with_the_access_line_alone()
    {
        await using var front = await Front.RouterAsync("""{"max_rate":30,"every":"1m","client_max_rate":60,"client_capacity":7,"strategy":"header","key":"X-Who"}""", options: new() { });

        Assert.Equal("429", await front.StatusesAsync(1, "/e"));

        await front.Gateway.WaitForLogAsync("Error #01: rate limit exceded");
        Assert.Contains("[ENDPOINT: /e][Ratelimit] Rate limit enabled: requests per second 0.5, capacity 1", front.Gateway.Log, StringComparison.Ordinal);
        Assert.Contains("[ENDPOINT: /e][Ratelimit] Client rate limit enabled: requests per second 1, capacity 7, strategy header, key 'X-Who'", front.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("ERROR", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-027")]
    public async Task The_client_is_asked_first_and_pays_when_the_shared_bucket_refuses()
    {
        await using var front = await Front.RouterAsync("""{"max_rate":1,"every":"1h","capacity":2,"client_max_rate":1,"client_capacity":3,"strategy":"header","key":"X-Who"}""");

        Assert.Equal("200 200 503 429 429", await front.StatusesAsync(5, "/e", "X-Who: a"));
        Assert.Equal("503", await front.StatusesAsync(1, "/e", "X-Who: b"));
    }

    [Fact]
    [Spec("TRF-027")]
    public async Task What_the_client_is_refused_leaves_the_shared_bucket_as_it_is()
    {
        await using var front = await Front.RouterAsync("""{"max_rate":1,"every":"1h","capacity":2,"client_max_rate":1,"client_capacity":1,"strategy":"header","key":"X-Who"}""");

        Assert.Equal("200 429 429 429", await front.StatusesAsync(4, "/e", "X-Who: a"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Who: b"));
        Assert.Equal("503", await front.StatusesAsync(1, "/e", "X-Who: c"));
    }

    [Fact]
    [Spec("TRF-028", "TRF-026")]
    public async Task Endpoints_and_methods_share_no_bucket()
    {
        const string Limit = """{"max_rate":1,"every":"1h","client_max_rate":1,"strategy":"ip"}""";
        await using var front = await Front.RouterAsync(Limit, $$$"""
            ,{"endpoint":"/e","method":"POST","extra_config":{"qos/ratelimit/router":{{{Limit}}} },"backend":[{"url_pattern":"/b"}]}
            ,{"endpoint":"/f","extra_config":{"qos/ratelimit/router":{{{Limit}}} },"backend":[{"url_pattern":"/b"}]}
            """);

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e"));
        Assert.Equal((200, 429), ((await front.SendAsync(HttpMethod.Post, "/e")).Status, (await front.SendAsync(HttpMethod.Post, "/e")).Status));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/f"));
    }

    [Fact]
    [Spec("TRF-029", "TRF-024")]
    public async Task What_is_refused_in_front_costs_nothing_and_each_header_value_is_a_client()
    {
        await using var front = await Front.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"auth/api-keys":{"keys":[{"key":"one","roles":["a"]},{"key":"two","roles":["a"]}]}},"endpoints":[
              {"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{"auth/api-keys":{"roles":["a"]},
                "qos/ratelimit/router":{"max_rate":1,"every":"1h","capacity":2,"client_max_rate":1,"strategy":"header","key":"Authorization"}}}]}
            """, folders: PluginFront.Folder("ApiKeys", "api-keys"));

        Assert.Equal("401 401 401", await front.StatusesAsync(3, "/e"));
        Assert.Equal("401 401", await front.StatusesAsync(2, "/e", "Authorization: Bearer wrong"));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "Authorization: Bearer one"));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "Authorization: Bearer two"));
    }

    [Fact]
    [Spec("TRF-030")]
    public async Task Preflights_automatic_answers_and_the_gateways_own_paths_are_not_counted()
    {
        await using var front = await Front.RouterAsync("""{"max_rate":1,"every":"1h"}""",
            root: ""","echo_endpoint":true,"debug_endpoint":true,"extra_config":{"security/cors":{"allow_origins":["*"]},"router":{"auto_options":true}}""",
            folders: PluginFront.Folder("Cors", "cors"));

        var preflight = await front.SendAsync(HttpMethod.Options, "/e", "Origin: https://a.example", "Access-Control-Request-Method: GET");
        var options = await front.SendAsync(HttpMethod.Options, "/e");
        Assert.Equal((204, true), (preflight.Status, options.Status < 300));
        Assert.Equal("200 200", await front.StatusesAsync(2, "/__health"));
        Assert.Equal("404 404", await front.StatusesAsync(2, "/nowhere"));
        Assert.Equal("200 200", await front.StatusesAsync(2, "/__echo/"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/e"));
    }

    [Fact]
    [Spec("TRF-031")]
    public async Task Endpoints_that_hand_answers_through_are_limited_too()
    {
        await using var front = await Front.RouterAsync("{\"max_rate\":0,\"client_max_rate\":0}", """
            ,{"endpoint":"/raw","output_encoding":"no-op","extra_config":{"qos/ratelimit/router":{"client_max_rate":1,"every":"1h"}},"backend":[{"url_pattern":"/b","encoding":"no-op"}]}
            """);

        Assert.Equal("200 429", await front.StatusesAsync(2, "/raw"));
    }

    [Theory]
    [Spec("TRF-010")]
    [InlineData("""{"max_rate":0,"client_max_rate":0}""")]
    [InlineData("""{"max_rate":-1}""")]
    [InlineData("""{}""")]
    [InlineData("""{"capacity":1,"client_capacity":1}""")]
    public async Task Without_a_rate_there_is_no_limit(string limit)
    {
        await using var front = await Front.RouterAsync(limit);

        Assert.Equal("200 200 200 200", await front.StatusesAsync(4, "/e"));
        Assert.DoesNotContain("Rate limit enabled", front.Gateway.Log, StringComparison.Ordinal);
        Assert.Single(front.Gateway.Diagnostics.All, static d => d.Message == "nothing is limited here; expected a number above 0 in \"max_rate\" or \"client_max_rate\"");
    }

    [Fact]
    [Spec("TRF-010", "TRF-033")]
    public async Task A_misspelt_rate_is_told_at_every_place_of_a_limit()
    {
        await using var front = await Front.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"qos/ratelimit/service":{"max_rates":1} },"endpoints":[
              {"endpoint":"/e","extra_config":{"qos/ratelimit/tiered":{"tier_key":"X-Plan","tiers":[{"tier_value_as":"*","ratelimit":{"capacity":1} }]} },
               "backend":[{"url_pattern":"/b","extra_config":{"qos/ratelimit/proxy":{"max_rat":1} } }]}]}
            """);

        Assert.Equal(
            ["qos/ratelimit/proxy", "qos/ratelimit/service", "qos/ratelimit/tiered.tiers[0].ratelimit"],
            front.Gateway.Diagnostics.All.Where(static d => d.Message.StartsWith("nothing is limited here", StringComparison.Ordinal)).Select(static d => d.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Spec("TRF-033")]
    public async Task A_number_that_is_none_is_told_once()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Front.RouterAsync("""{"max_rate":"ten"}"""));

        Assert.Contains("expected a number, not \"ten\"", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("without quotes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-020", "TRF-089")]
    public async Task Claims_without_a_validator_are_told_to_refuse_everybody()
    {
        await using var front = await Front.RouterAsync("""{"client_max_rate":5,"strategy":"jwt","key":"sub"}""");

        Assert.Equal("429", await front.StatusesAsync(1, "/e"));
        Assert.Contains(front.Gateway.Diagnostics.All, static d => d.Message.Contains("without \"auth/validator\" no token is validated here", StringComparison.Ordinal));
    }

    [Theory]
    [Spec("TRF-011")]
    [InlineData("nonsense", "requests per second 4, capacity 4")]
    [InlineData("", "requests per second 4, capacity 4")]
    [InlineData("0s", "requests per second 4, capacity 4")]
    [InlineData("10ms", "requests per second 4, capacity 4")]
    [InlineData("1m20s", "requests per second 0.05, capacity 1")]
    public async Task A_window_that_is_none_or_too_short_is_a_second(string every, string effect)
    {
        await using var front = await Front.RouterAsync($$"""{"max_rate":4,"every":"{{every}}"}""");

        await front.Gateway.WaitForLogAsync(effect);
        Assert.Equal(every != "1m20s", front.Gateway.Diagnostics.All.Any(static d => d.Path.EndsWith("every", StringComparison.Ordinal)));
    }

    [Fact]
    [Spec("TRF-009")]
    public async Task Fractions_of_a_capacity_are_cut()
    {
        await using var front = await Front.RouterAsync("""{"max_rate":1,"every":"1h","capacity":2.9}""");

        Assert.Equal("200 200 503", await front.StatusesAsync(3, "/e"));
    }

    [Theory]
    [Spec("TRF-009", "TRF-033")]
    [InlineData("""{"max_rate":1,"capacity":-1}""", "capacity")]
    [InlineData("""{"client_max_rate":1,"client_capacity":-1}""", "client_capacity")]
    [InlineData("""{"max_rate":"10"}""", "max_rate")]
    [InlineData("""{"max_rate":10,"capacity":"5"}""", "capacity")]
    [InlineData("""{"max_rate":1e-9,"capacity":100}""", "73 years")]
    [InlineData("""{"client_max_rate":1,"strategy":"header"}""", "key")]
    [InlineData("""{"max_rate":1,"error":{"status":200}}""", "400 to 599")]
    [InlineData("""{"client_max_rate":1,"max_clients":0}""", "max_clients")]
    public async Task What_cannot_protect_refuses_the_start(string limit, string reason)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => Front.RouterAsync(limit));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("TRF-033")]
    [InlineData("7")]
    [InlineData("[{\"max_rate\":1}]")]
    public async Task What_is_no_object_is_an_error_in_the_log_and_no_limit(string limit)
    {
        await using var front = await Front.RouterAsync(limit);

        Assert.Equal("200 200 200", await front.StatusesAsync(3, "/e"));
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /e][Ratelimit] wrong extra config");
    }

    [Fact]
    [Spec("TRF-003", "TRF-012")]
    public async Task A_bucket_fills_with_the_time()
    {
        var time = new HeldStamps();
        await using var front = await Front.RouterAsync("""{"max_rate":5,"capacity":10}""", options: new() { Time = time });

        Assert.Equal("200 200 200 200 200 200 200 200 200 200 503", await front.StatusesAsync(11, "/e"));
        time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Equal("503", await front.StatusesAsync(1, "/e"));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/e"));
    }

    [Fact]
    [Spec("TRF-014", "TRF-300")]
    public async Task A_reload_keeps_the_buckets_of_limits_that_did_not_change_and_fills_the_others()
    {
        const string Limit = """{"max_rate":1,"every":"1h","capacity":2,"client_max_rate":1,"client_capacity":2}""";
        await using var front = await Front.RouterAsync(Limit);
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/e"));

        await front.Gateway.ReloadAsync(Front.RouterConfig(Limit, """,{"endpoint":"/new","backend":[{"url_pattern":"/b"}]}"""));
        Assert.Equal("429", await front.StatusesAsync(1, "/e"));
        await front.Gateway.ReloadAsync(Front.RouterConfig(Limit.Replace("1h", "2h", StringComparison.Ordinal)));
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/e"));
    }

    [Fact]
    [Spec("TRF-038")]
    public async Task The_oldest_name_of_the_namespace_protects_as_the_new_one_does()
    {
        await using var front = await Front.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}],
              "extra_config":{"github.com/devopsfaith/krakend-ratelimit/juju/router":{"max_rate":1,"every":"1h"}}}]}
            """);

        Assert.Equal("200 503", await front.StatusesAsync(2, "/e"));
        Assert.Contains(front.Gateway.Diagnostics.All, static d => d.Message.Contains("qos/ratelimit/router", StringComparison.Ordinal));
    }
}
