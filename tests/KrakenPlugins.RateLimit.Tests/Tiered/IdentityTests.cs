using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.RateLimit.Tests.Tiered;

/// <summary>Tiers and clients by what the plugins jwt-validator and api-keys say of them.</summary>
public sealed class IdentityTests : IAsyncLifetime
{
    private const string Validator = "\"auth/validator\":{\"alg\":\"RS256\",\"jwk_url\":\"$KEYS/jwks\",\"disable_jwk_security\":true,\"cache\":true,\"propagate_claims\":[[\"plan\",\"X-Plan\"],[\"sub\",\"X-Account-Id\"]]}";

    private const string Plans = """
        {"tier_value":"gold","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":3,"strategy":"header","key":"X-Account-Id"}},
        {"tier_value_as":"*","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":1,"strategy":"header","key":"X-Account-Id"}}
        """;

    private const string Roles = """
        {"tier_value":"gold","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":3,"strategy":"header","key":"Authorization"}},
        {"tier_value":"ANY","ratelimit":{"client_max_rate":1,"every":"1h","client_capacity":2,"strategy":"header","key":"Authorization"}},
        {"tier_value_as":"*","ratelimit":{"max_rate":1,"every":"1h","capacity":1}}
        """;

    private static readonly string[] s_forged = ["X-Plan: gold", "x-plan: gold", "X_Plan: gold", "Connection: X-Plan"];

    private Upstream _keys = null!;

    public async Task InitializeAsync()
    {
        _keys = await Upstream.StartAsync();
        _keys.On("/jwks", static context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(Set(Key));
        });
    }

    public async Task DisposeAsync() => await _keys.DisposeAsync();

    [Fact]
    [Spec("TRF-064")]
    public async Task The_plan_of_a_token_is_the_tier_and_its_subject_the_client()
    {
        await using var front = await TokensAsync(Front.Tiered(Plans));

        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", Bearer("""{"plan":"gold","sub":"ada"}""")));
        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", Bearer("""{"plan":"gold","sub":"bob"}""")));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", Bearer("""{"plan":"tin","sub":"ada"}""")));
        Assert.Equal("429", await front.StatusesAsync(1, "/e", Bearer("""{"plan":"gold"}""")));
        Assert.Equal("401", await front.StatusesAsync(1, "/e", "X-Plan: gold", "X-Account-Id: eve"));
        Assert.Empty(front.Gateway.Diagnostics.All);
    }

    [Theory]
    [Spec("TRF-064", "TRF-023")]
    [InlineData("""{"plan":"tin","sub":"eve"}""")]
    [InlineData("""{"sub":"eve"}""")]
    [InlineData("""{"plan":null,"sub":"eve"}""")]
    [InlineData("""{"plan":{"name":"gold"},"sub":"eve"}""")]
    public async Task A_client_cannot_choose_his_plan_whatever_his_token_says(string claims)
    {
        await using var front = await TokensAsync(Front.Tiered(Plans));

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", [Bearer(claims), .. s_forged]));
        var raw = await front.SendRawAsync("GET /e HTTP/1.1", ["Host: a", Bearer(claims), .. s_forged, "X-Account-Id: other", "Connection: X-Account-Id"]);
        Assert.StartsWith("HTTP/1.1 429", raw, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-023")]
    public async Task A_propagated_claim_tells_clients_apart_and_one_that_is_sent_does_not()
    {
        await using var front = await TokensAsync("""
            "qos/ratelimit/router":{"client_max_rate":1,"every":"1h","client_capacity":2,"strategy":"header","key":"X-Account-Id"}
            """);
        var ada = Bearer("""{"sub":"ada"}""");

        Assert.Equal("200 200 429", string.Join(' ', await front.StatusesAsync(1, "/e", ada), await front.StatusesAsync(2, "/e", ada, "X-Account-Id: other")));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", Bearer("""{"sub":"bob"}"""), "X-Account-Id: ada"));
        Assert.Equal("429 429", await front.StatusesAsync(2, "/e", Bearer("""{"plan":"gold"}""")));
        Assert.Equal("429", await front.StatusesAsync(1, "/e", Bearer("""{"plan":"gold"}"""), "X-Account-Id: eve"));
    }

    [Fact]
    [Spec("TRF-065")]
    public async Task The_role_of_a_key_is_the_tier_and_any_where_the_endpoint_demands_none()
    {
        await using var front = await KeysAsync();

        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/roles", "Authorization: Bearer one"));
        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/roles", "Authorization: Bearer two"));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/roles", "Authorization: Bearer three"));
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/any", "Authorization: Bearer one"));
        Assert.Equal("401", await front.StatusesAsync(1, "/roles", "X-Krakend-Role: gold"));
    }

    [Fact]
    [Spec("TRF-065")]
    public async Task A_client_cannot_choose_his_role_with_a_key_or_without()
    {
        await using var front = await KeysAsync();
        string[] forged = ["X-Krakend-Role: gold", "x-krakend-role: gold", "X_Krakend_Role: gold", "Connection: X-Krakend-Role"];

        Assert.Equal("200 503", await front.StatusesAsync(2, "/roles", ["Authorization: Bearer three", .. forged]));
        Assert.Equal("200 503", await front.StatusesAsync(2, "/public", ["Authorization: Bearer one", .. forged]));
    }

    [Fact]
    [Spec("TRF-068")]
    public async Task The_rate_of_keys_is_another_limit_in_front()
    {
        await using var front = await KeysAsync("\"client_max_rate\":2,");

        Assert.Equal("200 200 429 429", await front.StatusesAsync(4, "/roles", "Authorization: Bearer one"));
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/roles", "Authorization: Bearer two"));
    }

    [Fact]
    [Spec("TRF-411")]
    public async Task At_the_service_a_tier_by_role_refuses_the_start_since_nobody_has_checked_the_key()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => KeysAsync(service: "," + Front.Tiered(Roles, "x-krakend-role")));

        Assert.Contains("qos/ratelimit/tiered.tier_key: the role of \"auth/api-keys\" is not known yet at the service", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_of_the_readme_runs()
    {
        var example = PluginFront.ReadmeExample(Path.Combine(Front.Folder, "..", "..", "..", "..", "..", "Tiered"))
            .Replace("http://127.0.0.1:8081", "$UPSTREAM", StringComparison.Ordinal)
            .Replace("\"https://idp.example/jwks\"", $"\"{_keys.Host}/jwks\",\"disable_jwk_security\":true", StringComparison.Ordinal);
        await using var front = await Front.StartAsync(example, folders: PluginFront.Folder("JwtValidator", "jwt-validator"));

        var partner = new int[30];
        for (var i = 0; i < partner.Length; i++)
            partner[i] = (await front.GetAsync("/orders", Bearer("""{"plan":"partner-1","sub":"ada"}"""))).Status;

        Assert.Empty(front.Gateway.Diagnostics.All);
        Assert.Equal((200, 200), (partner[9], (await front.GetAsync("/orders", Bearer("""{"plan":"gold","sub":"ada"}"""))).Status));
        Assert.Contains(429, partner);
    }

    private static string Bearer(string claims) => $"Authorization: Bearer {Token(claims)}";

    private Task<PluginFront> TokensAsync(string limit) => Front.StartAsync($$$"""
        {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}],"extra_config":{ {{{Validator.Replace("$KEYS", _keys.Host, StringComparison.Ordinal)}}}, {{{limit}}} }}]}
        """, folders: PluginFront.Folder("JwtValidator", "jwt-validator"));

    private static Task<PluginFront> KeysAsync(string rate = "", string service = "") => Front.StartAsync($$$"""
        {"version":3,"host":["$UPSTREAM"],
         "extra_config":{"auth/api-keys":{"propagate_role":"X-Krakend-Role",
           "keys":[{"key":"one","roles":["other","gold"]},{"key":"two","roles":["gold"]},{"key":"three","roles":["tin"]}]} {{{service}}} },
         "endpoints":[
          {"endpoint":"/roles","backend":[{"url_pattern":"/b"}],"extra_config":{"auth/api-keys":{ {{{rate}}} "roles":["gold","tin"]}, {{{Front.Tiered(Roles, "X-Krakend-Role")}}} }},
          {"endpoint":"/any","backend":[{"url_pattern":"/b"}],"extra_config":{"auth/api-keys":{"roles":[]}, {{{Front.Tiered(Roles, "X-Krakend-Role")}}} }},
          {"endpoint":"/public","backend":[{"url_pattern":"/b"}],"extra_config":{ {{{Front.Tiered(Roles, "X-Krakend-Role")}}} }}]}
        """, new() { Time = new HeldStamps() }, PluginFront.Folder("ApiKeys", "api-keys"));
}
