using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.Quota.Counting;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

public sealed class EndpointTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private readonly string _name = Fresh.Name();

    [Fact, Spec("TRF-148")]
    public async Task A_processor_alone_changes_no_request()
    {
        await using var front = await StartAsync("", "");

        Assert.Equal("200 200 200 200 200", await front.StatusesAsync(5, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("", redis.Server.Cli("keys", $"{_name}:*"));
    }

    [Fact, Spec("TRF-162", "TRF-163", "TRF-172", "TRF-151")]
    public async Task Answers_tell_what_is_left_and_the_first_too_many_when_to_come_again()
    {
        await using var front = await StartAsync(Front.Quota(_name), """[{"name":"gold","limits":[{"amount":2,"unit":"month"},{"amount":50,"unit":"year"}]},{"name":"free","limits":[{"amount":1,"unit":"year"}]}]""");

        var first = await GoldAsync(front);
        Assert.Equal((200, "\"month\";n=2|\"year\";n=50", "\"month\";n=1|\"year\";n=49"), (first.Status, first.Header("X-Quota-Limit"), first.Header("X-Quota-Remaining")));
        Assert.Null(first.Header("Retry-After"));
        Assert.Equal("\"month\";n=0|\"year\";n=48", (await GoldAsync(front)).Header("X-Quota-Remaining"));

        var refused = await GoldAsync(front);
        var now = long.Parse(redis.Server.Cli("time").Split('\n')[0], CultureInfo.InvariantCulture);
        var rest = QuotaUnit.Find("month")!.WindowOf(now).End - now;
        Assert.Equal((429, true, "0"), (refused.Status, refused.IsBare, refused.Header("Content-Length")));
        Assert.InRange(long.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), rest - 5, rest + 5);
        Assert.Empty(refused.HeadersStarting("X-Quota"));
        Assert.EndsWith("=2", redis.Server.Fields($"{_name}:literal:gold:ann").Split(' ')[0], StringComparison.Ordinal);
        Assert.Equal(2, front.Upstream.Received.Count);
        await front.Gateway.WaitForLogAsync("Error #01: quota exhausted");
    }

    [Fact, Spec("TRF-164")]
    public async Task Headers_are_left_out_where_they_are_disabled()
    {
        await using var front = await StartAsync(Front.Quota(_name, ",\"disable_quota_headers\":true"));

        Assert.Empty((await GoldAsync(front)).HeadersStarting("X-Quota"));
        await front.StatusesAsync(2, "/e", "X-Plan: gold", "X-User: ann");
        var refused = await GoldAsync(front);
        Assert.Equal((429, (string?)null), (refused.Status, refused.Header("Retry-After")));
    }

    [Fact, Spec("TRF-181", "TRF-169", "TRF-171", "TRF-178")]
    public async Task Everybody_else_is_counted_by_address_and_a_known_user_behind_it_is_not_affected()
    {
        await using var front = await StartAsync(Front.Quota(_name));

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e"));
        Assert.Equal("429", await front.StatusesAsync(1, "/e", "X-Plan: silver", "X-User: ann"));
        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("200", await front.StatusesAsync(1, "/e", "x-plan: gold", "x-user: bob"));
        Assert.Equal("200 200", await front.StatusesAsync(2, "/open"));
        Assert.Equal($"{_name}:*::127.0.0.1 {_name}:literal:gold:ann {_name}:literal:gold:bob", string.Join(' ', redis.Server.Cli("keys", $"{_name}:*").Split('\n').Order(StringComparer.Ordinal)));
    }

    [Theory, Spec("TRF-168", "TRF-170")]
    [InlineData("false", 400)]
    [InlineData("true", 200)]
    public async Task Without_tier_or_client_a_request_is_not_counted(string allows, int status)
    {
        await using var front = await StartAsync($$"""
            "governance/quota":{"quota_name":"{{_name}}","tier_key":"X-Plan","on_unmatched_tier_allow":{{allows}},"tiers":[{"rule_name":"gold","tier_value":"gold","key":"X-User"}]}
            """);

        foreach (var headers in new string[][] { [], ["X-Plan: silver", "X-User: ann"], ["X-Plan: Gold", "X-User: ann"], ["X-Plan: gold"], ["X-Plan: gold", "X-User: "] })
        {
            var reply = await front.GetAsync("/e", headers);
            Assert.Equal(status, reply.Status);
            Assert.Empty(reply.HeadersStarting("X-Quota"));
            Assert.True(status == 200 || (reply.IsBare && reply.Header("Content-Length") == "0"));
        }
        Assert.Equal("", redis.Server.Cli("keys", $"{_name}:*"));
    }

    [Fact, Spec("TRF-169", "TRF-430")]
    public async Task A_policy_chooses_a_tier_and_stands_in_the_key()
    {
        await using var front = await StartAsync($$"""
            "governance/quota":{"quota_name":"{{_name}}","tier_key":"X-Plan","tiers":[
              {"rule_name":"free","tier_value":"value.startsWith('trial-')","tier_value_as":"policy","key":"X-User"},
              {"rule_name":"gold","tier_value":"trial-x","key":"X-User"}]}
            """);

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "X-Plan: trial-x", "X-User: ann"));
        Assert.Equal("429", await front.StatusesAsync(1, "/e", "X-Plan: trial-y", "X-User: ann"));
        Assert.Equal($"{_name}:policy:value.startsWith('trial-'):ann", redis.Server.Cli("keys", $"{_name}:*"));
    }

    [Fact, Spec("TRF-171")]
    public async Task Clients_may_be_told_apart_by_a_placeholder_or_a_header_of_addresses()
    {
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(redis.Server.Address, _name)}}} },"endpoints":[
              {"endpoint":"/users/{id}","backend":[{"url_pattern":"/b"}],"extra_config":{"governance/quota":{"quota_name":"{{{_name}}}","tier_key":"X-Plan","tiers":[{"rule_name":"free","tier_value_as":"*","strategy":"param","key":"id"}]} } },
              {"endpoint":"/from","backend":[{"url_pattern":"/b"}],"extra_config":{"governance/quota":{"quota_name":"{{{_name}}}","tier_key":"X-Plan","tiers":[{"rule_name":"free","tier_value_as":"*","strategy":"ip","key":"X-Origin"}]} } }]}
            """);

        Assert.Equal("200 429", await front.StatusesAsync(2, "/users/1"));
        Assert.Equal("200", await front.StatusesAsync(1, "/users/2"));
        Assert.Equal("200 429", await front.StatusesAsync(2, "/from", "X-Origin: [2001:db8::0:1]:443, 10.0.0.1"));
        Assert.Equal("1", redis.Server.Cli("exists", $"{_name}:*::2001:db8::1"));
    }

    [Fact, Spec("TRF-179", "TRF-182")]
    public async Task Endpoints_share_the_counters_of_a_client_and_what_a_rate_limit_refuses_costs_nothing()
    {
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(redis.Server.Address, _name)}}} },"endpoints":[
              {"endpoint":"/a","backend":[{"url_pattern":"/b"}],"extra_config":{ {{{Front.Quota(_name)}}} }},
              {"endpoint":"/b","backend":[{"url_pattern":"/b"}],"extra_config":{ {{{Front.Quota(_name)}}},"qos/ratelimit/router":{"max_rate":1,"every":"1h"} }}]}
            """);

        Assert.Equal("200 503 503", await front.StatusesAsync(3, "/b", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("200 200 429", await front.StatusesAsync(3, "/a", "X-Plan: gold", "X-User: ann"));
    }

    [Fact, Spec("TRF-178")]
    public async Task It_stands_behind_the_authentication_of_its_endpoint()
    {
        await using var front = await Front.StartAsync(Front.Document(
            Front.Services(redis.Server.Address, _name) + ""","auth/api-keys":{"keys":[{"key":"one","roles":["gold"]}],"propagate_role":"X-Plan"}""",
            $$"""
            "auth/api-keys":{"roles":["gold"]},"governance/quota":{"quota_name":"{{_name}}","tier_key":"X-Plan","tiers":[{"rule_name":"gold","tier_value":"gold","key":"X-User"}]}
            """));

        Assert.Equal("401 401", await front.StatusesAsync(2, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("200 200 200 429", await front.StatusesAsync(4, "/e", "Authorization: Bearer one", "X-Plan: none", "X-User: ann"));
    }

    [Fact, Spec("TRF-432")]
    public async Task Secrets_that_tell_clients_apart_are_never_stored()
    {
        await using var front = await StartAsync($$"""
            "governance/quota":{"quota_name":"{{_name}}","tier_key":"X-Plan","tiers":[{"rule_name":"free","tier_value_as":"*","key":"authorization"}]}
            """);

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "Authorization: Bearer opensesame"));
        Assert.Matches($"^{_name}:\\*::[0-9a-f]{{64}}$", redis.Server.Cli("keys", $"{_name}:*"));
    }

    [Fact, Spec("TRF-169", "TRF-151")]
    public async Task An_empty_way_to_compare_is_a_literal()
    {
        await using var front = await StartAsync($$"""
            "governance/quota":{"quota_name":"{{_name}}","tier_key":"X-Plan","tiers":[{"rule_name":"free","tier_value":"gold","tier_value_as":"","key":"X-User"}]}
            """);

        Assert.Equal("200 429", await front.StatusesAsync(2, "/e", "X-Plan: gold", "X-User: ann"));
        Assert.Equal($"{_name}:literal:gold:ann", redis.Server.Cli("keys", $"{_name}:*"));
    }

    [Fact, Spec("TRF-153", "TRF-432")]
    public async Task A_secret_is_digested_once_where_all_clients_are()
    {
        await using var front = await Front.StartAsync(Front.Document(Front.Services(redis.Server.Address, _name, more: ",\"hash_keys\":true"), $$"""
            "governance/quota":{"quota_name":"{{_name}}","tier_key":"X-Plan","tiers":[{"rule_name":"free","tier_value_as":"*","key":"authorization"}]}
            """));

        await front.StatusesAsync(1, "/e", "Authorization: Bearer opensesame");

        Assert.Equal($"{_name}:*::{ClientDigest.Of("Bearer opensesame")}", redis.Server.Cli("keys", $"{_name}:*"));
    }

    [Fact, Spec("TRF-155")]
    public async Task Counters_survive_a_restart_and_a_reload()
    {
        await using (var first = await StartAsync(Front.Quota(_name)))
        {
            Assert.Equal("200", await first.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: ann"));
            await first.Gateway.ReloadAsync(Front.Document(Front.Services(redis.Server.Address, _name), Front.Quota(_name), attributes: ",\"timeout\":\"3s\""));
            Assert.Equal("200", await first.StatusesAsync(1, "/e", "X-Plan: gold", "X-User: ann"));
        }
        await using var second = await StartAsync(Front.Quota(_name));

        Assert.Equal("200 429", await second.StatusesAsync(2, "/e", "X-Plan: gold", "X-User: ann"));
    }

    [Fact, Spec("TRF-433")]
    public async Task A_decision_is_one_command()
    {
        await using var front = await StartAsync(Front.Quota(_name), """[{"name":"gold","limits":[{"amount":9,"unit":"day"},{"amount":9,"unit":"month"},{"amount":9,"unit":"year"}]},{"name":"free","limits":[{"amount":1,"unit":"year"}]}]""");
        await GoldAsync(front);
        var before = Calls();

        await front.StatusesAsync(4, "/e", "X-Plan: gold", "X-User: ann");

        Assert.Equal(before + 4, Calls());

        int Calls() => int.Parse(redis.Server.Scripts().Split("calls=")[1], CultureInfo.InvariantCulture);
    }

    private Task<PluginFront> StartAsync(string endpoint, string rules = Front.Year) =>
        Front.StartAsync(Front.Document(Front.Services(redis.Server.Address, _name, rules.Length == 0 ? Front.Year : rules), endpoint));

    private static Task<FrontReply> GoldAsync(PluginFront front) => front.GetAsync("/e", "X-Plan: gold", "X-User: ann");
}
