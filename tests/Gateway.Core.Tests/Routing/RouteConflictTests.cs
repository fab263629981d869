using Gateway.Core.Routing;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Routing;

public sealed class RouteConflictTests
{
    [Theory]
    [Spec("RTE-005", "RTE-020", "RTE-241")]
    [InlineData("/a", "/a")]
    [InlineData("/a/{id}", "/a/{id}")]
    [InlineData("/v1/*", "/v1/*")]
    [InlineData("/user/{userid}", "/user/{iduser}/some")]
    [InlineData("/v1/foo", "/v1/*")]
    [InlineData("/v1/*", "/v1/foo/bar")]
    [InlineData("/v1/*", "/v1/{id}")]
    [InlineData("/v1/", "/v1/*")]
    public void Routes_in_each_others_way_are_refused_by_a_message_that_names_both(string first, string second)
    {
        var builder = new RouteTableBuilder<int>();
        Assert.Null(builder.Add("GET", first, false, 1));

        var conflict = builder.Add("get", second, false, 2);

        Assert.NotNull(conflict);
        Assert.Equal(first, conflict.OtherPattern);
        Assert.StartsWith($"endpoint GET {second} conflicts with GET {first}: ", conflict.Message, StringComparison.Ordinal);
        Assert.Equal(conflict.Message, Assert.Throws<InvalidOperationException>(() => builder.Build(new RouteOptions())).Message);
    }

    [Fact]
    [Spec("RTE-020")]
    public void The_message_names_both_placeholders()
    {
        var builder = new RouteTableBuilder<int>();
        builder.Add("GET", "/user/{userid}", false, 1);

        var conflict = builder.Add("GET", "/user/{iduser}/some", false, 2);

        Assert.Contains("{iduser}", conflict!.Message, StringComparison.Ordinal);
        Assert.Contains("{userid}", conflict.Message, StringComparison.Ordinal);
        Assert.Null(builder.Add("POST", "/user/{iduser}/some", false, 3));
        Assert.Null(builder.Add("GET", "/user/{userid}/some", false, 4));
    }

    [Theory]
    [InlineData("/v1", "/v1/*")]
    [InlineData("/{var}/*", "/v1/{service}/*")]
    [InlineData("/v1/{a}/x", "/v1/foo/*")]
    public void Routes_that_only_look_alike_live_together(string first, string second)
    {
        var builder = new RouteTableBuilder<int>();

        Assert.Null(builder.Add("GET", first, false, 1));
        Assert.Null(builder.Add("GET", second, false, 2));
        Assert.Empty(builder.Conflicts);
    }

    [Fact]
    [Spec("RTE-023")]
    public void Partial_segments_conflict_when_their_text_is_equal()
    {
        var builder = new RouteTableBuilder<int>();
        Assert.Null(builder.Add("GET", "/file.{ext}", true, 1));
        Assert.Null(builder.Add("GET", "/fi{ext}", true, 1));

        Assert.NotNull(builder.Add("GET", "/file.{other}.json", true, 2));
    }

    [Theory]
    [Spec("RTE-008", "RTE-023", "RTE-024", "RTE-240")]
    [InlineData("/abc*")]
    [InlineData("/*")]
    [InlineData("/*/a/*")]
    [InlineData("/v1/*/foo/*")]
    [InlineData("/a/:id")]
    [InlineData("/a/{x}{y}")]
    [InlineData("/a.{x}/b")]
    [InlineData("/{x}.json/b")]
    public void Malformed_patterns_are_refused(string pattern)
    {
        var conflict = new RouteTableBuilder<int>().Add("GET", pattern, true, 1);

        Assert.NotNull(conflict);
        Assert.Null(conflict.OtherPattern);
        Assert.StartsWith($"endpoint GET {pattern}: ", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_has_a_bounded_depth()
    {
        var builder = new RouteTableBuilder<int>();

        Assert.Null(builder.Add("GET", string.Concat(Enumerable.Repeat("/a", 256)), false, 1));
        Assert.NotNull(builder.Add("GET", string.Concat(Enumerable.Repeat("/a", 257)), false, 1));
    }

    [Fact]
    public void One_route_may_serve_many_methods()
    {
        string[] methods = ["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "DELETE", "CONNECT", "TRACE"];
        var builder = new RouteTableBuilder<string>();

        Assert.Null(builder.Add(methods, "/__debug/*", false, "debug"));
        Assert.Null(builder.Add(["GET"], "/__health", false, "health"));

        var table = builder.Build(new RouteOptions());
        var match = default(RouteMatch<string>);
        foreach (var method in methods)
        {
            table.Match(method, "/__debug/x/y", ref match);
            Assert.Equal("debug", match.Handler);
        }
        table.Match("POST", "/__health", ref match);
        Assert.Equal((RouteOutcome.MethodNotAllowed, "GET"), (match.Outcome, match.Allow));
    }
}
