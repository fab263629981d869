using Gateway.Core.Configuration;
using Gateway.Core.Routing;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Routing;

public sealed class RouteOutcomeTests
{
    [Theory]
    [Spec("RTE-004", "RTE-027", "RTE-028")]
    [InlineData("POST /a", "405 GET, PUT")]
    [InlineData("HEAD /a", "405 GET, PUT")]
    [InlineData("OPTIONS /a", "405 GET, PUT")]
    [InlineData("BREW /a", "405 GET, PUT")]
    [InlineData("get /a", "405 GET, PUT")]
    [InlineData("DELETE /b/1", "405 POST")]
    [InlineData("GET /none", "404")]
    [InlineData("GET /A/b", "404")]
    public void A_wrong_method_is_a_405_with_the_methods_sorted(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("PUT /a", "GET /a", "POST /b/{id}").Answer(request));

    [Fact]
    [Spec("RTE-030")]
    public void A_wrong_method_can_be_a_404() =>
        Assert.Equal("404", Routes.With(new RouteOptions { HandleMethodNotAllowed = false }, "GET /a").Answer("POST /a"));

    [Theory]
    [Spec("RTE-031")]
    [InlineData("GET /a/", "301 /a")]
    [InlineData("POST /a/", "307 /a")]
    [InlineData("GET /b", "301 /b/")]
    [InlineData("GET /p/x%20y/", "301 /p/x%20y")]
    [InlineData("GET /a%2F", "301 /a")]
    [InlineData("DELETE /a/", "404")]
    [InlineData("CONNECT /a/", "404")]
    public void A_final_slash_more_or_less_redirects(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /a", "POST /a", "CONNECT /a", "GET /b/", "GET /p/{id}").Answer(request));

    [Theory]
    [Spec("RTE-032")]
    [InlineData("GET /A/1", "301 /a/1")]
    [InlineData("GET //a//1", "301 /a/1")]
    [InlineData("PUT /A/b", "307 /a/B")]
    [InlineData("GET /x/../A/KeepCase", "301 /a/KeepCase")]
    [InlineData("GET /x/%2e%2e/a/1", "301 /a/1")]
    [InlineData("GET /./a/1", "301 /a/1")]
    [InlineData("GET /A/1/", "301 /a/1")]
    [InlineData("GET /CAF%C3%89", "301 /caf%C3%A9")]
    [InlineData("GET /V1", "301 /v1/")]
    [InlineData("GET /V1/x%2Fy%3Fz", "404")]
    [InlineData("GET /V1/x%2Fy%20z", "301 /v1/x%2Fy%20z")]
    [InlineData("GET //V1//x", "301 /v1/x")]
    public void Another_spelling_redirects_to_the_registered_one(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /a/{id}", "PUT /a/B", "GET /café", "GET /v1/*").Answer(request));

    [Theory]
    [Spec("RTE-033")]
    [InlineData("GET /FOO", "404")]
    [InlineData("GET /FOO/only", "301 /Foo/only")]
    [InlineData("GET //foo", "301 /foo")]
    [InlineData("GET /F/KNOWN/Y", "301 /f/known/y")]
    [InlineData("GET /F/KNOWN/Z", "301 /f/KNOWN/Z")]
    public void Where_the_spelling_is_ambiguous_nothing_is_found(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /Foo", "GET /foo", "GET /Foo/only", "GET /f/{a}/{b}", "GET /f/known/y").Answer(request));

    [Theory]
    [Spec("RTE-033")]
    [InlineData("GET /FILE.x", "404")]
    [InlineData("GET /Other.x", "301 /other.x")]
    public void Partial_segments_take_part_in_redirects(string request, string answer) =>
        Assert.Equal(answer, Routes.Partial("GET /File.{e}", "GET /file.{e}", "GET /other.{e}").Answer(request));

    [Theory]
    [Spec("RTE-034")]
    [InlineData("GET //evil.example/")]
    [InlineData("GET //evil.example")]
    [InlineData("GET /%2Fevil.example/")]
    [InlineData("GET /%5Cevil.example/")]
    [InlineData("GET /a/%0d%0aSet-Cookie:x/")]
    [InlineData("GET //x//evil/")]
    public void A_redirect_stays_on_the_host_and_in_the_line(string request)
    {
        var match = Routes.Of("GET /{p}", "GET /a/{p}", "GET //x//{p}").Match(request);

        if (match.Outcome != RouteOutcome.Redirect)
            return;
        Assert.Matches("^/[^/\\\\]", match.Location);
        Assert.DoesNotContain(match.Location, c => c is <= ' ' or >= '\x7f' or '\\');
    }

    [Fact]
    [Spec("RTE-034")]
    public void Only_trailing_slash_redirects_take_the_prefix()
    {
        var routes = Routes.Of("GET /a");

        Assert.True(routes.Match("GET /a/").IsTrailingSlashRedirect);
        Assert.False(routes.Match("GET /A").IsTrailingSlashRedirect);
    }

    [Theory]
    [Spec("RTE-034")]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("/api", "/api")]
    [InlineData("api/", "/api")]
    [InlineData("//evil.com//x", "/evilcom/x")]
    [InlineData("/a/../b", "/a/b")]
    [InlineData("https://h", "/https/h")]
    [InlineData("/\r\nX: y", "/Xy")]
    [InlineData("/./", "")]
    [InlineData("\\\\x", "/x")]
    public void The_forwarded_prefix_is_sanitised(string? value, string prefix) => Assert.Equal(prefix, RedirectPrefix.Sanitise(value));

    [Theory]
    [Spec("RTE-035")]
    [InlineData(true, true, "GET /a/", "404")]
    [InlineData(true, true, "GET /A", "404")]
    [InlineData(true, false, "GET /a/", "301 /a")]
    [InlineData(false, true, "GET /a/", "301 /a")]
    [InlineData(false, true, "GET /A", "404")]
    public void Redirects_can_be_switched_off(bool noTrailingSlash, bool noFixedPath, string request, string answer)
    {
        var options = RouteOptions.From(new RouterConfig
        {
            DisableRedirectTrailingSlash = noTrailingSlash,
            DisableRedirectFixedPath = noFixedPath,
        });

        Assert.Equal(answer, Routes.With(options, "GET /a").Answer(request));
    }

    [Theory]
    [Spec("RTE-036")]
    [InlineData("GET //big//1/2", "GET /big/{a}/{b} a=1 b=2")]
    [InlineData("GET /x/..//big/./1/2", "GET /big/{a}/{b} a=1 b=2")]
    [InlineData("GET /big/9/%2e%2e/1%2F2", "GET /big/{a}/{b} a=1 b=2")]
    [InlineData("GET /../../big/1/2", "GET /big/{a}/{b} a=1 b=2")]
    [InlineData("GET /v1//x%2Fy/../z%20", "GET /v1/* *=x/z%20")]
    [InlineData("GET /v1/a/..%2Fb", "GET /v1/* *=b")]
    [InlineData("GET /v1/..%2Fv1/b", "GET /v1/* *=b")]
    [InlineData("GET /v1/a//", "GET /v1/* *=a/")]
    [InlineData("GET /v1/a/.", "GET /v1/* *=a/")]
    [InlineData("GET /v1/a/b/..", "GET /v1/* *=a")]
    public void Extra_slashes_and_dots_can_be_removed_first(string request, string answer) =>
        Assert.Equal(answer, Routes.With(new RouteOptions { RemoveExtraSlash = true }, "GET /big/{a}/{b}", "GET /v1/*").Answer(request));

    [Theory]
    [Spec("RTE-040")]
    [InlineData("OPTIONS /a", "200 GET, POST")]
    [InlineData("OPTIONS /b/1", "200 DELETE")]
    [InlineData("OPTIONS /own", "OPTIONS /own")]
    [InlineData("OPTIONS /none", "404")]
    [InlineData("OPTIONS /a/", "307 /a")]
    [InlineData("OPTIONS /cc", "404")]
    [InlineData("PUT /a", "405 GET, POST")]
    public void Options_can_be_answered_by_the_router(string request, string answer) =>
        Assert.Equal(answer, Routes.With(
            new RouteOptions { AutoOptions = true }, "POST /a", "GET /a", "DELETE /b/{id}", "OPTIONS /own", "GET /Cc", "PUT /cC").Answer(request));

    [Theory]
    [Spec("RTE-234", "RTE-236", "RTE-237")]
    [InlineData("GET /v1/hello", "GET /v1/* *=hello")]
    [InlineData("GET /v1/a/b/c", "GET /v1/* *=a/b/c")]
    [InlineData("GET /v1/", "GET /v1/* *=")]
    [InlineData("GET /v1", "301 /v1/")]
    [InlineData("POST /v2", "307 /v2/")]
    [InlineData("GET /v3/users/1/2", "GET /v3/{service}/* service=users *=1/2")]
    [InlineData("GET /v3/x", "GET /{var}/* var=v3 *=x")]
    [InlineData("GET /other/x", "GET /{var}/* var=other *=x")]
    [InlineData("GET /v3/", "GET /{var}/* var=v3 *=")]
    [InlineData("GET /v1//x", "GET /v1/* *=/x")]
    public void A_wildcard_takes_the_remainder(string request, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /v1/*", "POST /v2/*", "GET /{var}/*", "GET /v3/{service}/*").Answer(request));

    [Fact]
    [Spec("RTE-236")]
    public void Without_redirects_a_wildcards_prefix_alone_is_a_404()
    {
        var options = new RouteOptions { RedirectTrailingSlash = false, RedirectFixedPath = false };

        Assert.Equal("404", Routes.With(options, "GET /v1/*").Answer("GET /v1"));
    }

    [Theory]
    [Spec("RTE-243", "RTE-244")]
    [InlineData("a%20b", "GET /v1/* *=a%20b")]
    [InlineData("a%2Fb", "GET /v1/* *=a%2Fb")]
    [InlineData("x%2520y", "GET /v1/* *=x%2520y")]
    [InlineData("%c3%a9", "GET /v1/* *=%c3%a9")]
    [InlineData("a\\b", "GET /v1/* *=a%5Cb")]
    [InlineData("a(b)!'[]", "GET /v1/* *=a(b)!'[]")]
    [InlineData("é\"<", "GET /v1/* *=%C3%A9%22%3C")]
    [InlineData("..", "400 error: encoded url params")]
    [InlineData("a/../../b", "400 error: encoded url params")]
    [InlineData("%2e%2e/b", "400 error: encoded url params")]
    [InlineData(".%2E%2fb", "400 error: encoded url params")]
    [InlineData("a/..%5cb", "400 error: encoded url params")]
    [InlineData("..\\b", "400 error: encoded url params")]
    [InlineData("a%5c..", "400 error: encoded url params")]
    [InlineData("..;x=1/b", "400 error: encoded url params")]
    [InlineData("%252e%252e%252fb", "400 error: encoded url params")]
    [InlineData("%25252e./b", "400 error: encoded url params")]
    [InlineData("./b", "400 error: encoded url params")]
    [InlineData("a%3Fb=1", "400 error: encoded url params")]
    [InlineData("a%23b", "400 error: encoded url params")]
    public void The_remainder_stays_encoded_and_cannot_leave_the_prefix(string remainder, string answer) =>
        Assert.Equal(answer, Routes.Of("GET /v1/*").Answer("GET /v1/" + remainder));

    [Fact]
    [Spec("RTE-243")]
    public void The_remainder_is_found_behind_escaped_slashes() =>
        Assert.Equal("GET /v1/{s}/* s=a b *=x%2Fy", Routes.Of("GET /v1/{s}/*").Answer("GET /v1%2Fa%20b%2fx%2Fy"));

    [Theory]
    [Spec("RTE-242")]
    [InlineData(true)]
    [InlineData(false)]
    public void Variable_first_wildcards_never_fail_at_request_time(bool fixedPath)
    {
        var routes = Routes.With(new RouteOptions { RedirectFixedPath = fixedPath }, "GET /{foo}/bar/*", "GET /{foo}/{baz}/x/*", "GET /a/b");

        Assert.Equal("GET /{foo}/bar/* foo=1 *=x", routes.Answer("GET /1/bar/x"));
        Assert.Equal("404", routes.Answer("GET /A"));
        Assert.Equal(fixedPath ? "301 /1/bar/Q" : "404", routes.Answer("GET /1/BAR/Q"));
    }
}
