using Gateway.Core.Plugins;

namespace Gateway.Plugins.Tests;

/// <summary>Versions as Semantic Versioning orders them, and the ranges of manifests.</summary>
public sealed class VersionTests
{
    [Fact]
    public void Versions_are_ordered_as_the_specification_of_Semantic_Versioning_orders_them()
    {
        string[] ordered = ["0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2", "1.10", "2"];

        var parsed = ordered.Reverse().Select(Parse).Order().Select(static v => v.ToString());

        Assert.Equal(ordered.Select(static v => Parse(v).ToString()), parsed);
        Assert.Equal(Parse("1.2.0"), Parse("1.2+build.7"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3.4")]
    [InlineData("v1.0")]
    [InlineData("1.x")]
    [InlineData("1.0-")]
    [InlineData("1.0-a..b")]
    [InlineData("-1.0")]
    [InlineData("99999999999.0")]
    public void What_is_no_version_is_refused(string text) => Assert.False(SemanticVersion.TryParse(text, out _));

    [Theory]
    [InlineData("[0.2,1.0)", "0.2.0", true)]
    [InlineData("[0.2,1.0)", "0.99.1", true)]
    [InlineData("[0.2,1.0)", "0.1.9", false)]
    [InlineData("[0.2,1.0)", "1.0.0", false)]
    [InlineData("[0.2,1.0)", "1.0.0-beta", false)]
    [InlineData("(0.2,1.0]", "0.2.0", false)]
    [InlineData("(0.2,1.0]", "1.0.0", true)]
    [InlineData("[1.5]", "1.5.0", true)]
    [InlineData("[1.5]", "1.5.1", false)]
    [InlineData("(,2.0)", "0.0.1", true)]
    [InlineData("[1.0,)", "77.0.0", true)]
    [InlineData("0.2", "0.3.0", true)]
    [InlineData("0.2", "0.1.0", false)]
    [InlineData(" [ 0.2 , 1.0 ) ", "0.5.0", true)]
    public void A_range_takes_the_versions_that_NuGet_would_take(string range, string version, bool expected)
    {
        Assert.True(VersionRange.TryParse(range, out var parsed));

        Assert.Equal(expected, parsed.Contains(Parse(version)));
        Assert.Equal(expected, !parsed.IsBelow(Parse(version)) && !parsed.IsAbove(Parse(version)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("(1.0)")]
    [InlineData("[2.0,1.0]")]
    [InlineData("[1.0,2.0,3.0]")]
    [InlineData("[1.0,2.0")]
    [InlineData("^1.0")]
    public void What_is_no_range_is_refused(string text) => Assert.False(VersionRange.TryParse(text, out _));

    private static SemanticVersion Parse(string text) => SemanticVersion.TryParse(text, out var version) ? version : throw new ArgumentException(text);
}
