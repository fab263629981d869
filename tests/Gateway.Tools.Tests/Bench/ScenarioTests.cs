using System.Text;
using System.Text.Json.Nodes;
using Gateway.Bench;
using Xunit;

namespace Gateway.Tools.Tests.Bench;

public sealed class ScenarioTests
{
    [Fact]
    public void Accepts_the_expected_body_in_any_order_of_keys()
    {
        Scenario scenario = Scenario.All.Single(scenario => scenario.Name == "S2");
        JsonObject expected = scenario.Expected.AsObject();
        var reversed = new JsonObject(expected.Reverse().Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

        Assert.Null(scenario.Mismatch(Encoding.UTF8.GetBytes(reversed.ToJsonString())));
    }

    [Theory]
    [InlineData("S2")]
    [InlineData("S3")]
    [InlineData("S4")]
    [InlineData("S5a")]
    [InlineData("S5b")]
    public void Never_takes_an_empty_or_an_unchanged_or_a_broken_body_for_the_result(string name)
    {
        Scenario scenario = Scenario.All.Single(scenario => scenario.Name == name);

        Assert.NotNull(scenario.Mismatch("{}"u8));
        Assert.NotNull(scenario.Mismatch("{"u8));
        Assert.All([Fixtures.User, Fixtures.Big, Fixtures.List], body => Assert.NotNull(scenario.Mismatch(body)));
    }

    [Fact]
    public void A_pass_through_must_not_change_a_byte()
    {
        Assert.Null(Scenario.Baseline.Mismatch(Fixtures.User));
        Assert.NotNull(Scenario.Baseline.Mismatch(Encoding.UTF8.GetBytes(JsonNode.Parse(Fixtures.User)!.ToJsonString())));
    }

    [Fact]
    public void Writes_an_endpoint_for_each_scenario_and_leaves_the_scenario_as_it_was()
    {
        JsonArray endpoints = GatewayProcess.Endpoints(Scenario.All);
        JsonArray again = GatewayProcess.Endpoints(Scenario.All);

        Assert.Equal(["/s1", "/s2", "/s3", "/s4", "/s5a", "/s5b", "/s6"], endpoints.Select(endpoint => (string?)endpoint!["endpoint"]));
        Assert.True(JsonNode.DeepEquals(endpoints, again));
    }
}
