using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests;

public sealed class IdentityTests
{
    [Theory]
    [Spec("TRF-015", "TRF-016", "TRF-021")]
    [InlineData("\"strategy\":\"ip\"")]
    [InlineData("\"strategy\":\"IP\"")]
    [InlineData("\"@comment\":1")]
    public async Task The_peer_is_the_client_whatever_it_says_of_itself(string strategy)
    {
        await using var front = await Front.RouterAsync($$"""{"client_max_rate":1,"every":"1h",{{strategy}} }""");

        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Forwarded-For: 1.1.1.1"));
        Assert.Equal("429", await front.StatusesAsync(1, "/e", "X-Forwarded-For: 2.2.2.2", "X-Real-IP: 3.3.3.3"));
    }

    [Fact]
    [Spec("TRF-015")]
    public async Task Behind_trusted_proxies_the_rightmost_untrusted_address_is_the_client()
    {
        await using var front = await Front.RouterAsync("""{"client_max_rate":1,"every":"1h","strategy":"ip"}""",
            root: ""","extra_config":{"router":{"forwarded_by_client_ip":true,"trusted_proxies":["127.0.0.0/8","::1/128","10.0.0.0/8"]}}""");

        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.0.0.3, 10.0.0.4"));
        Assert.Equal("429", await front.StatusesAsync(1, "/e", "X-Forwarded-For: 9.9.9.9, 2.2.2.2, 10.0.0.7"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Forwarded-For: 1.1.1.1"));
    }

    [Theory]
    [Spec("TRF-017")]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("  203.0.113.9 , 10.0.0.1", "203.0.113.9")]
    [InlineData("203.0.113.9 10.0.0.1", "203.0.113.9")]
    [InlineData("203.0.113.9:8080", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("[2001:db8::1]:443, 10.0.0.1", "2001:db8::1")]
    [InlineData("[2001:DB8:0::1]", "2001:db8::1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("", null)]
    [InlineData("unknown", null)]
    [InlineData("1", null)]
    [InlineData("0x7f.1", null)]
    [InlineData("203.0.113.009", null)]
    [InlineData("203.0.113.9:", null)]
    [InlineData("203.0.113.9:http", null)]
    [InlineData("[2001:db8::1", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData(",203.0.113.9", null)]
    public void The_first_address_of_a_list_is_taken_if_it_is_one(string list, string? address)
    {
        Span<char> buffer = stackalloc char[45];

        Assert.Equal(address is not null, ForwardedIdentity.TryFirst(list, buffer, out var length));
        if (address is not null)
            Assert.Equal(address, buffer[..length].ToString());
    }

    [Fact]
    [Spec("TRF-017")]
    public async Task Without_an_address_in_the_header_the_peer_is_the_client()
    {
        await using var front = await Front.RouterAsync("""{"client_max_rate":1,"every":"1h","strategy":"ip","key":"X-Original"}""");

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "X-Original: 2001:db8::1, 10.0.0.1"));
        Assert.Equal("429", await front.StatusesAsync(1, "/e", "x-original: [2001:0DB8::1]:99"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Original: nobody"));
        Assert.Equal("429", await front.StatusesAsync(1, "/e"));
    }

    [Fact]
    [Spec("TRF-018", "TRF-020")]
    public async Task A_header_counts_by_its_exact_first_value_and_needs_no_listing()
    {
        await using var front = await Front.RouterAsync("""{"client_max_rate":1,"every":"1h","strategy":"header","key":"x-tenant"}""");

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "X-Tenant: a"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-TENANT: A"));
        Assert.Null(front.Last.Header("X-Tenant"));
        Assert.StartsWith("HTTP/1.1 429", await front.SendRawAsync("GET /e HTTP/1.1", "Host: a", "X-Tenant: a", "X-Tenant: c"), StringComparison.Ordinal);
        Assert.Equal("429 429", await front.StatusesAsync(2, "/e"));
        Assert.StartsWith("HTTP/1.1 429", await front.SendRawAsync("GET /e HTTP/1.1", "Host: a", "X-Tenant:"), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-019", "TRF-020")]
    public async Task A_placeholder_counts_by_its_decoded_value()
    {
        await using var front = await Front.RouterAsync("{}", """
            ,{"endpoint":"/api/{zone}/{customer_id}/invoices","extra_config":{"qos/ratelimit/router":{"client_max_rate":1,"every":"1h","strategy":"param","key":"customer_id"}},"backend":[{"url_pattern":"/b"}]}
            ,{"endpoint":"/none/{id}","extra_config":{"qos/ratelimit/router":{"client_max_rate":1,"every":"1h","strategy":"param","key":"other"}},"backend":[{"url_pattern":"/b"}]}
            """);

        Assert.Equal("200 429", await front.StatusesAsync(2, "/api/x/1234/invoices"));
        Assert.Equal("429", await front.StatusesAsync(1, "/api/y/12%334/invoices"));
        Assert.Equal("200", await front.StatusesAsync(1, "/api/x/5678/invoices"));
        Assert.Equal("429 429", await front.StatusesAsync(2, "/none/1"));
        Assert.Contains(front.Gateway.Diagnostics.All, static d => d.Message.Contains("no such placeholder", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("TRF-022")]
    public async Task With_a_strategy_that_nobody_knows_the_shared_limit_alone_holds()
    {
        await using var front = await Front.RouterAsync("""{"max_rate":1,"every":"1h","capacity":3,"client_max_rate":1,"strategy":"cookie"}""");

        Assert.Equal("200 200 200 503", await front.StatusesAsync(4, "/e"));
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /e][Ratelimit] Unknown strategy");
        Assert.Contains(front.Gateway.Diagnostics.All, static d => d.Path.EndsWith("strategy", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("TRF-305", "TRF-020")]
    public async Task A_claim_of_the_validated_token_tells_clients_apart()
    {
        var registry = new PluginRegistry();
        registry.Endpoint("test/token", EndpointStages.Authentication, static (_, _, _) => new HttpStep(static (context, next) =>
        {
            if (context.Request.Headers["X-Sub"] is [{ } sub])
                context.Features.Set<IClaims>(new Claims(sub));
            return next(context);
        }));
        await using var front = await Front.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}],
              "extra_config":{"test/token":{},"qos/ratelimit/router":{"client_max_rate":1,"every":"1h","strategy":"jwt","key":"sub"}}}]}
            """, new() { Plugins = registry });

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "X-Sub: a"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "X-Sub: b"));
        Assert.Equal("429", await front.StatusesAsync(1, "/e"));
    }

    private sealed class Claims(string subject) : IClaims
    {
        public string? GetText(string name) => name == "sub" ? subject : null;
    }
}
