using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Tiers.Tests;

public sealed class FaultTests
{
    [Theory]
    [Spec("TRF-067")]
    [InlineData("value.startsWith('a'", "tier 1", "line 1, column ")]
    [InlineData("req_headers['X'][0] == value", "tier 1", "req_headers")]
    [InlineData("JWT.sub == value", "tier 1", "JWT")]
    [InlineData("value.startWith('a')", "tier 1", "startWith")]
    [InlineData("value", "tier 1", "gives string")]
    [InlineData("size(value)", "tier 1", "gives int")]
    [InlineData("value.matches('(')", "tier 1", "column")]
    public void A_policy_that_does_not_compile_refuses_the_start_and_says_which(string policy, string tier, string reason)
    {
        var selector = Rig.Read($$"""{"tier_key":"X-Plan","tiers":[{"tier_value":"a"},{"tier_value":"{{policy}}","tier_value_as":"policy"}]}""", out var findings);

        Assert.Null(selector);
        var finding = findings[0];
        Assert.Equal((ConfigSeverity.Error, true, "tiered.tiers[1].tier_value"), (finding.Severity, finding.RefusesStart, finding.Path));
        Assert.Contains(tier, finding.Message, StringComparison.Ordinal);
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
        Assert.Contains(ConfigText.Quote(policy), finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("TRF-414")]
    [InlineData("""{"tier_key":"","tiers":[{"tier_value_as":"*"}]}""", "tiered.tier_key", "the name of the header")]
    [InlineData("""{"tier_key":"X Plan","tiers":[{"tier_value_as":"*"}]}""", "tiered.tier_key", "the name of the header")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[]}""", "tiered.tiers", "a tier at least")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{}]}""", "tiered.tiers[0].tier_value", "the value of the header")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value_as":"policy"}]}""", "tiered.tiers[0].tier_value", "true or false")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value":" ","tier_value_as":"policy"}]}""", "tiered.tiers[0].tier_value", "true or false")]
    [InlineData("""{"tier_key":"X-Plan","tiers":[{"tier_value":"a","tier_value_as":"polic"}]}""", "tiered.tiers[0].tier_value_as", "did you mean \"policy\"?")]
    public void What_cannot_be_read_refuses_the_start(string json, string path, string reason)
    {
        Assert.Null(Rig.Read(json, out var findings));

        var finding = Assert.Single(findings);
        Assert.Equal((ConfigSeverity.Error, true, path), (finding.Severity, finding.RefusesStart, finding.Path));
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("TRF-056")]
    [InlineData("""{"tier_value_as":"*"},{"tier_value":"a"}""", 1, "tiers[0] above matches every one")]
    [InlineData("""{"tier_value_as":"*"},{"tier_value":"value == 'a'","tier_value_as":"policy"}""", 1, "tiers[0] above matches every one")]
    [InlineData("""{"tier_value":"b"},{"tier_value_as":"*"},{"tier_value_as":"*"}""", 2, "tiers[1] above matches every one")]
    [InlineData("""{"tier_value":"a"},{"tier_value":"b"},{"tier_value":"a"}""", 2, "tiers[0] above has the same value")]
    [InlineData("""{"tier_value":"*"}""", 0, "\"tier_value_as\": \"*\"")]
    public void Tiers_that_no_request_reaches_are_warnings(string tiers, int index, string reason)
    {
        Assert.NotNull(Rig.Read($$"""{"tier_key":"X-Plan","tiers":[{{tiers}}]}""", out var findings));

        var finding = Assert.Single(findings);
        Assert.Equal((ConfigSeverity.Warning, $"tiered.tiers[{index}].tier_value"), (finding.Severity, finding.Path));
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
    }
}
