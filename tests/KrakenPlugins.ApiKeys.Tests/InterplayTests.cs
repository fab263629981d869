using System.Text;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Cryptography;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.ApiKeys.Tests;

/// <summary>What several guards do at one endpoint.</summary>
public sealed class InterplayTests
{
    private static readonly string s_hash = BcryptHash.Create("pass", 4, Random.Shared.NextBytes);

    [Fact]
    [Spec("AUT-004")]
    public async Task Basic_and_api_key_must_both_succeed_and_the_first_failure_answers()
    {
        await using var front = await StartAsync();
        var user = $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("alice:pass"))}";
        var key = $"X-Key: {Front.Key}";

        var both = await front.GetAsync("/e", user, key);
        var noKey = await front.GetAsync("/e", user);
        var noUser = await front.GetAsync("/e", key);
        var neither = await front.GetAsync("/e");

        Assert.Equal((200, 401, 401, 401), (both.Status, noKey.Status, noUser.Status, neither.Status));
        Assert.Equal((true, false, false), (noKey.Header("WWW-Authenticate") is null, noUser.Header("WWW-Authenticate") is null, neither.Header("WWW-Authenticate") is null));
        Assert.Single(front.Upstream.Received);
    }

    [Fact]
    [Spec("AUT-007", "SEC-012", "SEC-053")]
    public async Task Rejections_are_bare_but_for_the_headers_of_cors_and_security()
    {
        await using var front = await StartAsync();

        var refused = await front.GetAsync("/e", "Origin: https://shop.example.com");
        var preflight = await front.SendAsync(HttpMethod.Options, "/e", "Origin: https://shop.example.com", "Access-Control-Request-Method: GET");
        var badHost = await front.GetAsync("/hosts", "Origin: https://shop.example.com");

        Assert.Equal((401, true, "https://shop.example.com", "DENY"), (refused.Status, refused.IsBare, refused.Header("Access-Control-Allow-Origin"), refused.Header("X-Frame-Options")));
        Assert.Equal((204, null), (preflight.Status, preflight.Header("X-Frame-Options")));
        Assert.Equal((500, "Bad Host", "https://shop.example.com"), (badHost.Status, badHost.Body, badHost.Header("Access-Control-Allow-Origin")));
        await front.Gateway.WaitForLogAsync("| 401 |");
    }

    [Fact]
    [Spec("AUT-102")]
    public async Task Limits_behind_the_keys_see_the_role_and_those_in_front_see_no_forged_one()
    {
        var seen = new List<string>();
        var registry = new PluginRegistry();
        registry.Endpoint("test/limit", EndpointStages.RateLimit, (_, _, _) => new Watcher(seen));
        await using var front = await PluginFront.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"auth/api-keys":{{{Front.Service("\"propagate_role\":\"X-Role\"")}}} },"endpoints":[
              {"endpoint":"/e","extra_config":{"auth/api-keys":{"roles":["B"]},"test/limit":{} },"backend":[{"url_pattern":"/b"}]},
              {"endpoint":"/open","extra_config":{"test/limit":{} },"backend":[{"url_pattern":"/b"}]} ]}
            """, new() { Plugins = registry }, Front.Folder);

        await front.GetAsync("/e", $"Authorization: {Front.Key}", "X-Role: admin");
        await front.GetAsync("/open", "X-Role: admin");

        Assert.Equal(["B", ""], seen);
    }

    private static Task<PluginFront> StartAsync() => PluginFront.StartAsync($$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{
          "security/cors":{"allow_origins":["https://shop.example.com"]},
          "security/http":{"frame_deny":true,"ssl_redirect":false},
          "auth/basic":{"users":{"alice":"{{{s_hash}}}"} },
          "auth/api-keys":{{{Front.Service("\"identifier\":\"X-Key\"")}}} },"endpoints":[
          {"endpoint":"/e","extra_config":{"auth/api-keys":{"roles":["A"]},"auth/basic":{} },"backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/hosts","extra_config":{"security/http":{"allowed_hosts":["a.example"]} },"backend":[{"url_pattern":"/b"}]} ]}
        """, null, Front.Folder, PluginFront.Folder("Basic", "basic"), PluginFront.Folder("Cors", "cors"), PluginFront.Folder("HttpSecurity", "http-security"));

    private sealed class Watcher(List<string> seen) : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            seen.Add(context.Request.Headers["X-Role"].ToString());
            return next(context);
        }
    }
}
