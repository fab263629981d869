using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.Martian.Tests;

public sealed class FilterTests
{
    private const string Branches = """ "modifier":{"header.Modifier":{"name":"X-R","value":"then"}},"else":{"header.Modifier":{"name":"X-R","value":"else"}} """;

    [Theory]
    [InlineData(""" "name":"c" """, "c=1", "then")]
    [InlineData(""" "name":"c" """, "d=1; c", "then")]
    [InlineData(""" "name":"c" """, "C=1", "else")]
    [InlineData(""" "name":"c" """, null, "else")]
    [InlineData(""" "name":"c","value":"" """, "c=1", "then")]
    [InlineData(""" "name":"c","value":"yes" """, "c=no;", "else")]
    [InlineData(""" "name":"c","value":"yes" """, "c=no; c=yes", "then")]
    [InlineData(""" "name":"c","value":"yes" """, "a=1;c=\"yes\"", "then")]
    [InlineData(""" "name":"c","value":"yes" """, "xc=yes; c=yes1", "else")]
    [InlineData(""" "name":"c","value":"yes" """, ";;=; =yes;c", "else")]
    [Spec("MAN-160", "MAN-161")]
    public async Task A_cookie_is_asked_for(string condition, string? cookies, string expected) =>
        Assert.Equal(expected, await RequestAsync("cookie.Filter", condition, r =>
        {
            if (cookies is not null)
                r.Headers.Add("Cookie", cookies);
        }));

    [Theory]
    [InlineData("c=yes; Path=/", "then")]
    [InlineData("other=1; c=yes", "else")]
    [Spec("MAN-161")]
    public async Task In_the_response_phase_the_cookies_that_are_set_count(string cookie, string expected) =>
        Assert.Equal(expected, await ResponseAsync("cookie.Filter", """ "name":"c","value":"yes" """, new FakeResponse(headers: ("Set-Cookie", cookie))));

    [Theory]
    [InlineData(""" "name":"x-tenant" """, "", "then")]
    [InlineData(""" "name":"X-Tenant" """, null, "else")]
    [InlineData(""" "name":"X-Tenant","value":"v1" """, "v1", "then")]
    [InlineData(""" "name":"X-Tenant","value":"v1" """, "V1", "else")]
    [InlineData(""" "name":"X-Tenant","value":"v1" """, "v0|v1", "then")]
    [InlineData(""" "name":"X-Tenant","value":"v1" """, "v1,v2", "else")]
    [InlineData(""" "name":"Host","value":"up:8080" """, null, "then")]
    [InlineData(""" "name":"Host","value":"other" """, null, "else")]
    [Spec("MAN-162")]
    public async Task A_header_is_asked_for(string condition, string? values, string expected) =>
        Assert.Equal(expected, await RequestAsync("header.Filter", condition, r =>
        {
            foreach (var value in values?.Split('|') ?? [])
                r.Headers.Add("X-Tenant", value);
        }));

    [Fact]
    [Spec("MAN-162")]
    public async Task In_the_response_phase_the_headers_of_the_answer_count() =>
        Assert.Equal("then", await ResponseAsync("header.Filter", """ "name":"X-Tenant","value":"v1" """, new FakeResponse(headers: ("x-tenant", "v1"))));

    [Theory]
    [InlineData("v1.2.3-alpha", "then")]
    [InlineData("v1.2.3-alpha1", null)]
    [InlineData("v1|v1-beta", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [Spec("MAN-163")]
    public async Task The_first_value_of_a_header_is_matched_and_there_is_no_else(string? values, string? expected)
    {
        void Change(ProxyRequest request)
        {
            foreach (var value in values?.Split('|') ?? [])
                request.Headers.Add("X-App-Version", value);
        }
        const string Condition = """ "header":"X-App-Version","regex":".*-(alpha|beta|preview)$" """;

        Assert.Equal(expected, await RequestAsync("header.RegexFilter", Condition, Change));
        // The request's header counts in the response phase as well.
        Assert.Equal(expected, await ResponseAsync("header.RegexFilter", Condition, new FakeResponse(headers: ("X-App-Version", "no")), Change));
    }

    [Fact]
    [Spec("MAN-163")]
    public async Task An_empty_header_does_not_match_even_what_matches_everything() =>
        Assert.Null(await RequestAsync("header.RegexFilter", """ "header":"X-A","regex":".*" """, static r => r.Headers.Add("X-A", "")));

    [Theory]
    [InlineData(""" "name":"b","value":"2" """, "then")]
    [InlineData(""" "name":"b","value":"3" """, "else")]
    [InlineData(""" "name":"b" """, "then")]
    [InlineData(""" "name":"b","value":"" """, "then")]
    [InlineData(""" "name":"B" """, "else")]
    [InlineData(""" "name":"m","value":"second one" """, "then")]
    [InlineData(""" "name":"é","value":"ü" """, "then")]
    [InlineData(""" "name":"bad" """, "else")]
    [InlineData(""" "name":"flag" """, "then")]
    [Spec("MAN-164")]
    public async Task A_parameter_is_asked_for_in_both_phases(string condition, string expected)
    {
        static void Change(ProxyRequest request) => request.Target = "/p?b=2&m=1&m=second+one&%C3%A9=%c3%bc&bad=%zz&flag";

        Assert.Equal(expected, await RequestAsync("querystring.Filter", condition, Change));
        Assert.Equal(expected, await ResponseAsync("querystring.Filter", condition, new FakeResponse(), Change));
    }

    [Theory]
    [InlineData("", "then")]
    [InlineData(""" "scheme":"http","host":"api.example.com:8080","path":"/base/a b","query":"y=2&x=1&x=0" """, "then")]
    [InlineData(""" "scheme":"https" """, "else")]
    [InlineData(""" "host":"api.example.com" """, "else")]
    [InlineData(""" "host":"*.example.com:8080" """, "then")]
    [InlineData(""" "host":"*.*.*:8080" """, "then")]
    [InlineData(""" "host":"*.com:8080" """, "else")]
    [InlineData(""" "host":"api.*:8080" """, "else")]
    [InlineData(""" "host":"API.example.com:8080" """, "then")]
    [InlineData(""" "path":"/base" """, "else")]
    [InlineData(""" "path":"/base/a%20b" """, "else")]
    [InlineData(""" "path":"/base/a b/" """, "else")]
    [InlineData(""" "query":"x=1&x=0" """, "else")]
    [InlineData(""" "query":"x=1&x=1&y=2" """, "else")]
    [InlineData(""" "query":"x=1&x=0&y=2&z=1" """, "else")]
    [InlineData(""" "query":"x=0&x=1&y=2" """, "then")]
    [Spec("MAN-165")]
    public async Task Every_given_part_of_the_url_must_be_equal(string condition, string expected)
    {
        static void Change(ProxyRequest request)
        {
            request.Host = new BackendHost("http", "api.example.com", 8080, "/base");
            request.Target = "/a%20b?x=1&x=0&y=2";
        }
        var comma = condition.Length == 0 ? "\"@c\":1" : condition;

        Assert.Equal(expected, await RequestAsync("url.Filter", comma, Change));
        Assert.Equal(expected, await ResponseAsync("url.Filter", comma, new FakeResponse(), Change));
    }

    [Theory]
    [InlineData("example.com", "http", 80, "then")]
    [InlineData("example.com:80", "http", 80, "then")]
    [InlineData("example.com", "https", 443, "then")]
    [InlineData("example.com:80", "https", 443, "else")]
    public async Task A_host_without_port_means_the_schemes_own(string host, string scheme, int port, string expected) =>
        Assert.Equal(expected, await RequestAsync("url.Filter", $"\"host\":\"{host}\"", r => r.Host = new BackendHost(scheme, "example.com", port)));

    [Theory]
    [InlineData(".*localhost.*", "then")]
    [InlineData("^http://localhost:81/base/p$", "then")]
    [InlineData("legacy", "else")]
    [InlineData("LOCALHOST", "else")]
    [InlineData("(?i)LOCALHOST", "then")]
    [Spec("MAN-166")]
    public async Task The_url_without_its_query_is_matched(string regex, string expected) =>
        Assert.Equal(expected, await RequestAsync("url.RegexFilter", $"\"regex\":\"{regex}\"", static r =>
        {
            r.Host = new BackendHost("http", "localhost", 81, "/base");
            r.Target = "/p?legacy=1";
        }));

    [Fact]
    public async Task A_long_url_is_matched_as_a_whole() =>
        Assert.Equal("then", await RequestAsync("url.RegexFilter", """ "regex":"^http://up:8080/a{900}z$" """, static r => r.Target = "/" + new string('a', 900) + "z"));

    [Theory]
    [InlineData(1234, "http", 1234, "then")]
    [InlineData(1234, "http", 1235, null)]
    [InlineData(80, "http", 80, "then")]
    [InlineData(443, "https", 443, "then")]
    [Spec("MAN-167")]
    public async Task The_port_of_the_call_is_compared_and_there_is_no_else(int wanted, string scheme, int actual, string? expected) =>
        Assert.Equal(expected, await RequestAsync("port.Filter", $"\"port\":{wanted}", r => r.Host = new BackendHost(scheme, "up", actual), "[\"request\"]"));

    [Fact]
    [Spec("MAN-160")]
    public async Task Without_else_and_condition_nothing_happens()
    {
        var sent = await Rig.SentAsync("""{"header.Filter":{"scope":["request"],"name":"X-A","modifier":{"header.Modifier":{"name":"X-R","value":"1"}}}}""");

        Assert.Equal(0, sent.Headers.Count);
    }

    private static async Task<string?> RequestAsync(string filter, string condition, Action<ProxyRequest> change, string scope = "[\"request\"]") =>
        (await Rig.SentAsync($$$"""{"{{{filter}}}":{"scope":{{{scope}}},{{{condition}}},{{{Branches}}}}}""", change)).Headers.Get("X-R");

    private static async Task<string?> ResponseAsync(string filter, string condition, FakeResponse response, Action<ProxyRequest>? change = null) =>
        (await Rig.AnswerAsync($$$"""{"{{{filter}}}":{"scope":["response"],{{{condition}}},{{{Branches}}}}}""", response, change)).Headers.Get("X-R");
}
