using System.Text.Json;
using Gateway.Core.Server;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.Quota.Tests;

/// <summary>What a start and a check say of mistakes.</summary>
public sealed class LoadTests
{
    private const string Nowhere = "127.0.0.1:1";

    [Theory, Spec("TRF-161", "TRF-071", "TRF-177")]
    [InlineData("""[{"name":"gold","limits":[{"amount":1,"unit":"hours"}]}]""", "", "governance/processors.quotas[0].rules[0].limits[0].unit: \"hours\" is no unit; did you mean \"hour\"? (second, minute, hour, day, week, month, year)")]
    [InlineData("""[{"name":"gold","limits":[{"amount":1,"unit":"hour"},{"amount":2,"unit":"hour"}]}]""", "", "a rule has one limit per unit")]
    [InlineData("""[{"name":"gold","limits":[{"amount":-1,"unit":"hour"}]}]""", "", "limits[0].amount: expected how much a window holds, 0 or more")]
    [InlineData("""[{"name":"gold","limits":[{"unit":"hour"}]}]""", "", "limits[0].amount: expected how much")]
    [InlineData("""[{"name":"gold","limits":[]}]""", "", "rules[0].limits: expected a list with a limit at least")]
    [InlineData("[]", "", "quotas[0].rules: expected a list with a rule at least")]
    [InlineData("""[{"name":"gold","limits":[{"amount":1,"unit":"day"}]},{"name":"gold","limits":[{"amount":1,"unit":"day"}]}]""", "", "rules[1].name: \"gold\" is used twice")]
    [InlineData(Front.Year, ",\"connection_name\":\"b\"", "connection_name: \"b\" is no Redis connection; expected a name of extra_config.redis of the service")]
    [InlineData(Front.Year, ",\"on_failure_max_retries\":-1", "on_failure_max_retries: expected a number of attempts")]
    [InlineData(Front.Year, ",\"on_failure_backoff_strategy\":\"linar\"", "did you mean \"linear\"?")]
    [InlineData(Front.Year, ",\"deny_queue_flush_interval\":\"soon\"", "deny_queue_flush_interval: \"soon\" is no time")]
    [InlineData(Front.Year, ",\"rejecter_cache\":{\"N\":0,\"P\":0.1}", "rejecter_cache.N: expected how many clients")]
    [InlineData(Front.Year, ",\"rejecter_cache\":{\"N\":10,\"P\":1}", "rejecter_cache.P: expected a probability")]
    [InlineData(Front.Year, ",\"rejecter_cache\":{\"N\":2000000000,\"P\":1e-9}", "takes more than 1 GiB")]
    [InlineData(Front.Year, ",\"rejecter_cache\":{\"N\":10,\"P\":0.1,\"hash_name\":\"best\"}", "hash_name: \"best\" is no family")]
    public async Task A_faulty_processor_is_reported_and_missing_where_it_is_attached(string rules, string more, string expected)
    {
        await using var front = await Front.StartAsync(Front.Document(Front.Services(Nowhere, "plans", rules, more), Front.Quota("plans")));

        var finding = front.Gateway.Diagnostics.All.First(static finding => finding.Severity == ConfigSeverity.Error);
        Assert.Contains(expected, finding.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"\.json:\d+:\d+ extra_config\.governance/processors", finding.ToString());
        await front.Gateway.WaitForLogAsync(expected);
        await front.Gateway.WaitForLogAsync("the processor \"plans\" has errors of its own");
        Assert.Equal("500 200", $"{await front.StatusesAsync(1, "/e")} {await front.StatusesAsync(1, "/open")}");
        Assert.Contains("plans: faulty", (await front.GetAsync("/__health")).Body, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-161")]
    public async Task Of_two_processors_with_one_name_none_is_used_and_others_are()
    {
        await using var server = await RedisServer.StartAsync();
        await using var front = await Front.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"redis":{"connection_pools":[{"name":"a","address":"{{{server.Address}}}"}]},"governance/processors":{"quotas":[
              {"name":"one","connection_name":"a","rules":{{{Front.Year}}}},{"name":"two","connection_name":"a","rules":{{{Front.Year}}}},{"name":"one","connection_name":"a","rules":{{{Front.Year}}}}]}},"endpoints":[
              {"endpoint":"/one","backend":[{"url_pattern":"/b"}],"extra_config":{ {{{Front.Quota("one")}}} }},{"endpoint":"/two","backend":[{"url_pattern":"/b"}],"extra_config":{ {{{Front.Quota("two")}}} }}]}
            """);

        Assert.Equal("500 200", $"{await front.StatusesAsync(1, "/one")} {await front.StatusesAsync(1, "/two")}");
        Assert.Contains(front.Gateway.Diagnostics.All, static finding => finding.ToString().Contains("quotas[2].name: \"one\" is used twice", StringComparison.Ordinal));
    }

    [Theory, Spec("TRF-177")]
    [InlineData("quota_name", "plan", "quota_name: no processor of \"governance/processors\" is named \"plan\"; did you mean \"plans\"? (plans)")]
    [InlineData("rule_name", "glod", "tiers[0].rule_name: no rule of the processor \"plans\" is named \"glod\"; did you mean \"gold\"? (gold, free)")]
    public async Task A_name_that_is_unknown_costs_its_endpoint(string attribute, string value, string expected)
    {
        var quota = attribute == "quota_name" ? Front.Quota(value) : Front.Quota("plans").Replace("\"rule_name\":\"gold\"", $"\"rule_name\":\"{value}\"", StringComparison.Ordinal);
        foreach (var (endpoint, backend) in new[] { (quota, ""), ("", quota) })
        {
            await using var front = await Front.StartAsync(Front.Document(Front.Services(Nowhere, "plans"), endpoint, backend));

            Assert.Contains(front.Gateway.Diagnostics.All, finding => finding.Severity == ConfigSeverity.Error && finding.ToString().Contains(expected, StringComparison.Ordinal));
            Assert.Equal("500 200", $"{await front.StatusesAsync(1, "/e")} {await front.StatusesAsync(1, "/open")}");
            await front.Gateway.WaitForLogAsync(expected[(expected.IndexOf(':', StringComparison.Ordinal) + 2)..]);
            Assert.DoesNotContain(front.Upstream.Received, static request => request.Target == "/b");
        }
    }

    [Fact, Spec("TRF-177")]
    public async Task At_the_service_it_costs_every_request()
    {
        await using var front = await Front.StartAsync(Front.Document(Front.Services(Nowhere, "plans") + "," + Front.Quota("other"), ""));

        Assert.Equal("500 500 500", $"{await front.StatusesAsync(1, "/open")} {await front.StatusesAsync(1, "/nowhere")} {await front.StatusesAsync(1, "/__health")}");
        Assert.Contains(front.Gateway.Diagnostics.All, static finding => finding is { Severity: ConfigSeverity.Error, KeepsStart: true });
        await front.Gateway.WaitForLogAsync("every request is answered with 500");
    }

    [Theory, Spec("TRF-171", "TRF-169", "TRF-067")]
    [InlineData("""{"quota_name":"plans","tier_key":"X-Plan","tiers":[]}""", "tiers: expected a list")]
    [InlineData("""{"quota_name":"plans","tiers":[{"rule_name":"gold","tier_value_as":"*","strategy":"ip"}]}""", "tier_key: expected the name of the header")]
    [InlineData("""{"quota_name":"plans","tier_key":"X-Plan","tiers":[{"rule_name":"gold","tier_value_as":"*","strategy":"cookie"}]}""", "strategy: \"cookie\" is no strategy")]
    [InlineData("""{"quota_name":"plans","tier_key":"X-Plan","tiers":[{"rule_name":"gold","tier_value_as":"*"}]}""", "key: clients cannot be told apart without it")]
    [InlineData("""{"quota_name":"plans","tier_key":"X-Plan","tiers":[{"rule_name":"gold","tier_value":"value ==","tier_value_as":"policy","key":"X-User"}]}""", "tier_value: the policy")]
    [InlineData("""{"quota_name":"plans","tier_key":"X-Plan","weight_strategy":"trailer","tiers":[{"rule_name":"gold","tier_value_as":"*","strategy":"ip"}]}""", "weight_strategy: \"trailer\" is no strategy")]
    public async Task What_cannot_be_understood_refuses_the_start(string quota, string expected)
    {
        foreach (var document in new[] { Front.Document(Front.Services(Nowhere, "plans"), $"\"governance/quota\":{quota}"), Front.Document(Front.Services(Nowhere, "plans") + $",\"governance/quota\":{quota}", "") })
        {
            var failure = await Assert.ThrowsAsync<ConfigurationException>(() => Front.StartAsync(document));
            Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact, Spec("TRF-171")]
    public async Task The_service_knows_no_placeholders()
    {
        var quota = """ "governance/quota":{"quota_name":"plans","tier_key":"X-Plan","tiers":[{"rule_name":"gold","tier_value_as":"*","strategy":"param","key":"id"}]} """;

        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => Front.StartAsync(Front.Document(Front.Services(Nowhere, "plans") + "," + quota, "")));

        Assert.Contains("the service knows no placeholders", failure.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("TRF-174")]
    [InlineData("body", "no-op", "the body of \"no-op\" is not looked into")]
    [InlineData("header", "json", "answers of this encoding show no headers")]
    public async Task A_weight_that_can_never_be_found_is_reported(string strategy, string encoding, string expected)
    {
        var document = Front.Document(Front.Services(Nowhere, "plans"), Front.Quota("plans", $",\"weight_key\":\"cost\",\"weight_strategy\":\"{strategy}\""), attributes: $",\"output_encoding\":\"{encoding}\"");
        await using var front = await Front.StartAsync(document);

        Assert.Contains(front.Gateway.Diagnostics.All, finding => finding.Severity == ConfigSeverity.Warning && finding.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Theory, Spec("TRF-442")]
    [InlineData("gold", "gold:eu", true)]
    [InlineData("gold:eu", "gold", true)]
    [InlineData("gold", "gold-eu", false)]
    [InlineData("gold:us", "gold:eu", false)]
    public async Task Attack_by_clients_with_colons_in_their_names_is_reported_where_tiers_allow_it(string one, string two, bool isReported)
    {
        var quota = $$"""
            "governance/quota":{"quota_name":"plans","tier_key":"X-Plan","tiers":[{"rule_name":"gold","tier_value":"{{one}}","key":"X-User"},{"rule_name":"gold","tier_value":"{{two}}","key":"X-User"}]}
            """;
        await using var front = await Front.StartAsync(Front.Document(Front.Services(Nowhere, "plans"), quota));

        Assert.Equal(isReported, front.Gateway.Diagnostics.All.Any(static finding => finding.Severity == ConfigSeverity.Warning && finding.ToString().Contains(
            "tier_value: a client of the tier \"gold\" whose name begins with \"eu:\" shares a counter with one of this tier", StringComparison.Ordinal)));
    }

    [Theory, Spec("TRF-161")]
    [InlineData("processors", """{"quotas":[{"name":"a","connection_name":"b","rules":[{"name":"c","limits":[{"amount":1,"unit":"fortnight"}]}]}]}""", false)]
    [InlineData("processors", """{"quotas":[{"name":"a","connection_name":"b"}]}""", false)]
    [InlineData("processors", """{"quotas":[{"name":"a","connection_name":"b","rejecter_cache":{"N":5},"rules":[{"name":"c","limits":[{"amount":1,"unit":"day"}]}]}]}""", false)]
    [InlineData("processors", """{"quotas":[{"name":"a","connection_name":"b","rules":[{"name":"c","limits":[{"amount":1,"unit":"day"}]}]}]}""", true)]
    [InlineData("quota", """{"quota_name":"a","tier_key":"b","tiers":[{"rule_name":"c","strategy":"param","key":"id"}]}""", true)]
    [InlineData("service-quota", """{"quota_name":"a","tier_key":"b","tiers":[{"rule_name":"c","strategy":"param","key":"id"}]}""", false)]
    [InlineData("quota", """{"quota_name":"a","tier_key":"b"}""", false)]
    public void The_schema_says_what_a_lint_refuses(string schema, string value, bool isValid) =>
        Assert.Equal(isValid, !ReadSchema(schema).Validate(JsonDocument.Parse(value).RootElement).Any());

    [Fact, Spec("TRF-151")]
    public void The_readmes_example_is_valid()
    {
        var extra = JsonDocument.Parse(PluginFront.ReadmeExample(Path.Combine(Front.Folder, "..", "..", "..", "..", ".."))).RootElement.GetProperty("extra_config");

        Assert.Empty(ReadSchema("processors").Validate(extra.GetProperty("governance/processors")));
        Assert.Empty(ReadSchema("service-quota").Validate(extra.GetProperty("governance/quota")));
    }

    private static Schema ReadSchema(string name) => Schema.Compile(JsonDocument.Parse(File.ReadAllText(Path.Combine(Front.Folder, $"{name}.schema.json"))).RootElement);
}
