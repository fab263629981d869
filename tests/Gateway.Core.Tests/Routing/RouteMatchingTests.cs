using System.Diagnostics;
using Gateway.Core.Routing;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Routing;

public sealed class RouteMatchingTests
{
    [Theory]
    [Spec("RTE-015")]
    [InlineData("GET /user/123", "GET /user/{id} id=123")]
    [InlineData("GET /user/A-B-C", "GET /user/{id} id=A-B-C")]
    [InlineData("GET /user/1/2", "404")]
    [InlineData("GET /user", "404")]
    [InlineData("GET /user/", "404")]
    [InlineData("GET /user//", "404")]
    [InlineData("GET /User", "404")]
    public void A_placeholder_takes_one_segment_that_is_not_empty(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /user/{id}").Answer(request));

    [Theory]
    [Spec("RTE-016")]
    [InlineData("GET /a/x%20y", "GET /a/{id} id=x y")]
    [InlineData("GET /a/%C3%A9", "GET /a/{id} id=é")]
    [InlineData("GET /a/%F0%9F%98%80", "GET /a/{id} id=😀")]
    [InlineData("GET /a/x+y", "GET /a/{id} id=x+y")]
    [InlineData("GET /%61/x", "GET /a/{id} id=x")]
    [InlineData("GET /a/1%2F2", "404")]
    [InlineData("GET /a/1%2f2", "404")]
    public void Matching_sees_the_decoded_path(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /a/{id}").Answer(request));

    [Fact]
    [Spec("RTE-016")]
    public void An_encoded_slash_separates_segments() =>
        Assert.Equal("GET /a/{x}/{y} x=1 y=2", Routes.Of("GET /a/{x}/{y}").Answer("GET /a/1%2F2"));

    [Theory]
    [Spec("RTE-016")]
    [InlineData("GET /a/%zz", "400 error: invalid URL escape \"%zz\"")]
    [InlineData("GET /a/%", "400 error: invalid URL escape \"%\"")]
    [InlineData("GET /a/%2", "400 error: invalid URL escape \"%2\"")]
    [InlineData("GET /nowhere/%\"\\", "400 error: invalid URL escape \"%\\\"\\\\\"")]
    [InlineData("GET /a/%ff", "400 error: invalid UTF-8 in URL path")]
    [InlineData("GET /a/%c3", "400 error: invalid UTF-8 in URL path")]
    [InlineData("GET /a/%c0%ae", "400 error: invalid UTF-8 in URL path")]
    [InlineData("GET /a/%ed%a0%80", "400 error: invalid UTF-8 in URL path")]
    [InlineData("GET /a/x\ny", "400 error: invalid control character in URL")]
    public void A_path_that_cannot_be_decoded_is_a_400(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /a/{id}").Answer(request));

    [Fact]
    public void A_lone_surrogate_is_a_400() =>
        Assert.Equal(RouteOutcome.BadParameter, Routes.Of("GET /a/{id}").Match("GET /a/\ud800").Outcome);

    [Theory]
    [Spec("RTE-017")]
    [InlineData("GET /a/x%2520y", "400 error: encoded url params")]
    [InlineData("GET /a/x%3Fy", "400 error: encoded url params")]
    [InlineData("GET /a/x%23y", "400 error: encoded url params")]
    [InlineData("GET /a/%25", "400 error: invalid URL escape \"%\"")]
    [InlineData("GET /a/%25zz1", "400 error: invalid URL escape \"%zz\"")]
    [InlineData("GET /a/%2541%25zz", "400 error: invalid URL escape \"%zz\"")]
    [InlineData("GET /a/%25%C3%A9", "400 error: invalid URL escape \"%\\xc3\\xa9\"")]
    public void A_value_that_is_still_encoded_is_a_400(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /a/{id}").Answer(request));

    [Theory]
    [Spec("RTE-018")]
    [InlineData("GET /a/x%2520y", "GET /a/{id} id=x%20y")]
    [InlineData("GET /a/%25", "GET /a/{id} id=%")]
    [InlineData("GET /a/x%3Fy", "GET /a/{id} id=x?y")]
    [InlineData("GET /a/%2e%2e", "400 error: encoded url params")]
    [InlineData("GET /a/%252e%252e", "400 error: encoded url params")]
    public void Without_the_check_values_pass_but_dot_segments_never(string request, string answer) =>
        Assert.Equal(answer, Routes.With(new RouteOptions { CheckParameters = false }, "GET /a/{id}").Answer(request));

    [Theory]
    [Spec("RTE-019")]
    [InlineData("GET /f/known/y", "GET /f/known/y")]
    [InlineData("GET /f/1/x", "GET /f/{a}/x a=1")]
    [InlineData("GET /f/known/zz", "GET /f/{a}/{b} a=known b=zz")]
    [InlineData("GET /f/known/x", "GET /f/{a}/x a=known")]
    public void Static_segments_win_and_the_search_backtracks(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /f/{a}/{b}", "GET /f/{a}/x", "GET /f/known/y").Answer(request));

    [Fact]
    [Spec("RTE-019")]
    public void Backtracking_goes_over_several_levels()
    {
        var routes = Routes.Of("GET /a/b/c/d", "GET /a/b/{x}/e", "GET /a/{y}/c/f", "GET /{z}/b/c/g");

        Assert.Equal("GET /{z}/b/c/g z=a", routes.Answer("GET /a/b/c/g"));
        Assert.Equal("GET /a/{y}/c/f y=b", routes.Answer("GET /a/b/c/f"));
        Assert.Equal("GET /a/b/{x}/e x=c", routes.Answer("GET /a/b/c/e"));
        Assert.Equal("404", routes.Answer("GET /a/b/c/h"));
    }

    [Fact]
    [Spec("RTE-021")]
    public void Methods_have_trees_of_their_own()
    {
        var routes = Routes.Of("GET /user/{a}", "POST /user/{b}/x", "post /user/{b}/y");

        Assert.Equal("GET /user/{a} a=1", routes.Answer("GET /user/1"));
        Assert.Equal("POST /user/{b}/x b=1", routes.Answer("POST /user/1/x"));
        Assert.Equal("post /user/{b}/y b=1", routes.Answer("POST /user/1/y"));
    }

    [Theory]
    [Spec("RTE-022")]
    [InlineData("GET /file.json", "404")]
    [InlineData("GET /file.%7Bext%7D", "GET /file.{ext}")]
    [InlineData("GET /b/{no name}", "GET /b/{no name}")]
    public void Without_partial_segments_other_braces_are_literal(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /file.{ext}", "GET /b/{no name}").Answer(request));

    [Theory]
    [Spec("RTE-023")]
    [InlineData("GET /foo/x/file.json", "GET /foo/{var}/file.{extension} var=x extension=json")]
    [InlineData("GET /foo/x/file.a.b", "GET /foo/{var}/file.{extension} var=x extension=a.b")]
    [InlineData("GET /foo/x/fi", "GET /foo/{var}/{other} var=x other=fi")]
    [InlineData("GET /foo/x/file.html", "GET /foo/{var}/file.html var=x")]
    [InlineData("GET /foo/x/fix", "GET /foo/{var}/fi{rest} var=x rest=x")]
    [InlineData("GET /foo/x/file.json/more", "404")]
    [InlineData("GET /swallow/file.json", "GET /swallow/file.{ext}.json ext=json")]
    [InlineData("GET /foo/x/file..", "400 error: encoded url params")]
    public void A_partial_segment_ends_the_path(string request, string answer) =>
        Assert.Equal(answer, Routes.Partial(
            "GET /foo/{var}/file.{extension}", "GET /foo/{var}/{other}", "GET /foo/{var}/file.html", "GET /foo/{var}/fi{rest}",
            "GET /swallow/file.{ext}.json").Answer(request));

    [Theory]
    [Spec("RTE-026")]
    [InlineData("GET /a/..")]
    [InlineData("GET /a/.")]
    [InlineData("GET /a/%2e%2E")]
    [InlineData("GET /a/.%2e")]
    [InlineData("GET /a/..;x=y")]
    [InlineData("GET /a/..%5Cx")]
    [InlineData("GET /a/x%5C..")]
    public void A_dot_segment_is_no_value(string request) =>
        Assert.Equal("400 error: encoded url params", Routes.Of("GET /a/{id}").Answer(request));

    [Theory]
    [Spec("RTE-026")]
    [InlineData("...")]
    [InlineData("a..b")]
    [InlineData("..a")]
    [InlineData(".well-known")]
    [InlineData("a;..")]
    public void Dots_within_a_value_are_fine(string value) =>
        Assert.Equal($"GET /a/{{id}} id={value}", Routes.Of("GET /a/{id}").Answer($"GET /a/{value}"));

    [Theory]
    [Spec("RTE-006")]
    [InlineData("GET /foo", "GET foo")]
    [InlineData("GET /x//y", "GET /x//y")]
    [InlineData("GET /Case", "GET /Case")]
    [InlineData("GET /", "GET /")]
    public void A_first_slash_is_added_and_nothing_else_normalised(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET foo", "GET /x//y", "GET /Case", "GET /").Answer(request));

    [Theory]
    [InlineData("OPTIONS *")]
    [InlineData("CONNECT example.com:443")]
    [InlineData("GET ")]
    [InlineData("GET %2Fa%2Fb")]
    public void A_target_without_a_path_has_no_route(string request) =>
        Assert.Equal("404", Routes.Of("GET /a/{id}", "CONNECT /a/{id}").Answer(request));

    [Fact]
    public void A_match_is_reused_without_leftovers()
    {
        var builder = new RouteTableBuilder<string>();
        builder.Add("GET", "/a/{x}/{y}/*", false, "wild");
        builder.Add("GET", "/b/{x}", false, "one");
        var table = builder.Build(new RouteOptions());
        var match = default(RouteMatch<string>);

        table.Match("GET", "/a/1/2/3", ref match);
        table.Match("GET", "/b/9", ref match);
        Assert.Equal("one", match.Handler);
        Assert.Equal(["9"], match.Parameters.ToArray());
        Assert.Null(match.Remainder);
        Assert.Equal("/b/{x}", match.Pattern);

        table.Match("GET", "/none", ref match);
        Assert.Null(match.Handler);
        Assert.Empty(match.Parameters.ToArray());
        Assert.Equal("", match.Pattern);
    }

    [Fact]
    [Spec("RTE-014")]
    public void A_plain_path_without_placeholders_allocates_nothing()
    {
        var builder = new RouteTableBuilder<string>();
        for (var i = 0; i < 100; i++)
            builder.Add("GET", $"/svc{i}/list", false, "static");
        builder.Add("GET", "/svc/{id}", false, "parameter");
        var table = builder.Build(new RouteOptions());
        var match = default(RouteMatch<string>);

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
                table.Match("GET", "/svc42/list", ref match);
        }));
        Assert.Equal(1000 * 32, Allocations.Least(1000 * 32, () =>
        {
            for (var i = 0; i < 1000; i++)
                table.Match("GET", "/svc/abc", ref match);
        }));
    }

    [Fact]
    [Spec("RTE-019")]
    public void Thirty_alternating_levels_do_not_backtrack_exponentially()
    {
        var builder = new RouteTableBuilder<string>();
        // Each route leaves the all-static path at another level, so that every level offers both ways and none ends in "x".
        for (var fork = 0; fork < 30; fork++)
        {
            for (var second = fork; second < 30; second++)
            {
                var pattern = string.Concat(Enumerable.Range(0, 30).Select(i => i == fork || i == second ? "/{p}" : "/a"));
                Assert.Null(builder.Add("GET", pattern + "/end", false, pattern));
            }
        }
        var table = builder.Build(new RouteOptions());
        var match = default(RouteMatch<string>);
        var path = string.Concat(Enumerable.Repeat("/a", 30));
        var watch = Stopwatch.StartNew();

        for (var i = 0; i < 20; i++)
            table.Match("GET", path + "/x", ref match);

        Assert.Equal(RouteOutcome.NotFound, match.Outcome);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"20 look-ups took {watch.Elapsed}");
        table.Match("GET", path + "/end", ref match);
        Assert.Equal(string.Concat(Enumerable.Repeat("/a", 29)) + "/{p}", match.Handler);
    }

    [Fact]
    public void Long_paths_are_no_trouble()
    {
        var routes = Routes.Of("GET /a/{id}", "GET /w/*");

        Assert.Equal("404", routes.Answer("GET " + new string('/', 100_000)));
        Assert.Equal("404", routes.Answer("GET " + string.Concat(Enumerable.Repeat("/%2e%2e", 20_000)) + "/none"));
        Assert.Equal(50_000, routes.Match("GET /w/" + new string('x', 50_000)).Remainder!.Length);
        Assert.Equal(30_000, routes.Match("GET /a/" + string.Concat(Enumerable.Repeat("%41", 30_000))).Parameters[0].Length);
    }
}
