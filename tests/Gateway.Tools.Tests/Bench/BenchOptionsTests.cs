using Gateway.Bench;
using Xunit;

namespace Gateway.Tools.Tests.Bench;

public sealed class BenchOptionsTests
{
    [Fact]
    public void Measures_all_scenarios_in_three_rounds_unless_told_otherwise()
    {
        BenchOptions options = BenchOptions.Parse([]);

        Assert.Equal(BenchMode.Load, options.Mode);
        Assert.Null(options.Scenarios);
        Assert.Equal((3, 10, 12), (options.Rounds, options.Duration, options.Warmup));
    }

    [Fact]
    public void Later_options_refine_quick()
    {
        BenchOptions options = BenchOptions.Parse(["routes", "--quick", "--rounds", "2", "--gateway", "x/gateway", "--output", "r.md"]);

        Assert.Equal(BenchMode.Routes, options.Mode);
        Assert.Equal((2, 3, "x/gateway", "r.md"), (options.Rounds, options.Duration, options.GatewayPath, options.Output));
    }

    [Fact]
    public void Starts_the_gateway_fifteen_times_for_each_way_of_using_plugins_unless_told_otherwise()
    {
        BenchOptions options = BenchOptions.Parse(["plugins", "--plugin", "p/audit", "--value", "{\"a\":1}"]);

        Assert.Equal((BenchMode.Plugins, 15, "p/audit", "{\"a\":1}"), (options.Mode, options.Rounds, options.PluginFolder, options.PluginValue));
        Assert.Equal(4, BenchOptions.Parse(["plugins", "--rounds", "4"]).Rounds);
    }

    [Fact]
    public void Measures_sidecars()
    {
        Assert.Equal((BenchMode.Sidecar, 3), (BenchOptions.Parse(["sidecar"]).Mode, BenchOptions.Parse(["sidecar"]).Rounds));
        Assert.Throws<BenchException>(() => BenchOptions.Parse(["sidecar", "--skip-gateway"]));
    }

    [Fact]
    public void Takes_scenarios_in_any_case()
    {
        Assert.Equal(["s1", "S5a"], BenchOptions.Parse(["--scenarios", "s1, S5a"]).Scenarios!);
    }

    [Theory]
    [InlineData("--rounds")]
    [InlineData("--rounds", "0")]
    [InlineData("--duration", "ten")]
    [InlineData("--scenarios", "S1,S9")]
    [InlineData("--fast")]
    [InlineData("routes", "--skip-gateway")]
    [InlineData("plugins", "--skip-gateway")]
    [InlineData("plugins", "--plugin")]
    [InlineData("routes", "--plugin", "p/audit")]
    public void Refuses_what_it_does_not_understand(params string[] arguments)
    {
        Assert.Throws<BenchException>(() => BenchOptions.Parse(arguments));
    }
}
