using System.Text;
using Gateway.Sidecars.Plugins;
using Gateway.Testing;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Sidecars.Tests.Plugins;

public sealed class PlaceFindingsTests
{
    private static readonly ConfigNode s_config = JsonConfigReader.Read("c.json", Encoding.UTF8.GetBytes("""
        { "rules": [ { "expr": 1 },
                     { "expr": 2 } ],
          "a.b": true }
        """), new ConfigDiagnostics())!;

    [Theory]
    [Spec("GRP-237")]
    [InlineData("rules[1].expr", 2, 24)]
    [InlineData("rules[1]", 2, 14)]
    [InlineData("rules[9].expr", 1, 12)]
    [InlineData("[\"a.b\"]", 3, 10)]
    [InlineData("nothing.here", 1, 1)]
    [InlineData("", 1, 1)]
    [InlineData("rules[", 1, 12)]
    [InlineData("rules[x]", 1, 12)]
    [InlineData("[\"", 1, 1)]
    [InlineData("..", 1, 1)]
    public void A_path_leads_to_the_attribute_or_as_far_as_there_is_a_way(string path, int line, int column) =>
        Assert.Equal(new SourcePosition("c.json", line, column), PlaceFindings.PositionOf(s_config, path));

    [Fact]
    [Spec("GRP-237")]
    public void What_a_sidecar_finds_is_a_finding_of_the_load()
    {
        var found = new ConfigDiagnostics();
        PlaceFindings.Report([new Diagnostic { Severity = Severity.Warning, Path = "rules[1].expr", Message = "is never\ntrue" }], "acme/audit", s_config, "endpoints[0].extra_config.acme/audit", found);
        Assert.Equal("c.json:2:24 endpoints[0].extra_config.acme/audit.rules[1].expr: is never true", found.All.Single().ToString());
        Assert.False(found.HasErrors);
    }

    [Theory]
    [Spec("GRP-237")]
    [InlineData("acme/audit", false, false)]
    [InlineData("acme/audit", true, true)]
    [InlineData("auth/acme", false, true)]
    [InlineData("security/acme", false, true)]
    public void An_error_refuses_the_start_where_it_says_so_or_where_something_is_guarded(string name, bool refuses, bool refused)
    {
        var found = new ConfigDiagnostics();
        PlaceFindings.Report([new Diagnostic { Severity = Severity.Error, Message = "no", RefusesStart = refuses }], name, s_config, "", found);
        Assert.Equal(refused, found.All.Single().RefusesStart);
    }
}
