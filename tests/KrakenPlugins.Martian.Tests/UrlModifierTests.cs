using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.Martian.Tests;

public sealed class UrlModifierTests
{
    [Theory]
    [InlineData(""" "scheme":"http","host":"localhost:8081","path":"/__echo/hello","query":"flag=true" """, "http://localhost:8081/__echo/hello?flag=true", "up:8080")]
    [InlineData(""" "path":"/other" """, "http://up:8080/other?b=2&a=1", null)]
    [InlineData(""" "path":"no-slash" """, "http://up:8080/no-slash?b=2&a=1", null)]
    [InlineData(""" "query":"x=1&y=a b#c" """, "http://up:8080/p?x=1&y=a%20b%23c", null)]
    [InlineData(""" "host":"other" """, "http://other/p?b=2&a=1", "up:8080")]
    [InlineData(""" "host":"[::1]:99" """, "http://[::1]:99/p?b=2&a=1", "up:8080")]
    [InlineData(""" "scheme":"https" """, "https://up:8080/p?b=2&a=1", null)]
    [InlineData(""" "scheme":"","host":"","path":"","query":"" """, "http://up:8080/p?b=2&a=1", null)]
    [InlineData(""" "path":"/a b?c#d%20é/@evil" """, "http://up:8080/a%20b%3Fc%23d%2520%C3%A9/@evil?b=2&a=1", null)]
    [InlineData(""" "path":"//evil.example/x" """, "http://up:8080//evil.example/x?b=2&a=1", null)]
    [Spec("MAN-156")]
    public async Task Only_the_given_parts_are_replaced_and_the_host_header_stays(string parts, string url, string? hostHeader)
    {
        var sent = await Rig.SentAsync($$$"""{"url.Modifier":{"scope":["request"],{{{parts}}}}}""");

        Assert.Equal((url, hostHeader), (sent.Host + sent.Target, sent.HostHeader));
    }

    [Fact]
    public async Task A_path_takes_the_place_of_the_hosts_base_path_too()
    {
        var sent = await Rig.SentAsync("""{"url.Modifier":{"scope":["request"],"path":"/new"}}""", static r => r.Host = new BackendHost("http", "up", 80, "/base"));

        Assert.Equal("http://up/new?b=2&a=1", sent.Host + sent.Target);
    }

    [Fact]
    public async Task A_host_keeps_the_base_path_and_the_same_host_is_made_once()
    {
        var rig = Rig.Of("""{"url.Modifier":{"scope":["request"],"host":"other"}}""");
        var host = new BackendHost("http", "up", 80, "/base") { Authorization = "Basic secret" };

        var first = (await rig.RunAsync(r => r.Host = host)).Request.Host!;
        var second = (await rig.RunAsync(r => r.Host = host)).Request.Host!;

        Assert.Equal("http://other/base", first.ToString());
        Assert.Same(first, second);
        Assert.Null(first.Authorization);
    }

    [Fact]
    public async Task Hosts_that_come_and_go_are_not_remembered_for_ever()
    {
        var rig = Rig.Of("""{"port.Modifier":{"scope":["request"],"port":81}}""");
        var made = new List<WeakReference>();
        for (var i = 0; i < 500; i++)
            made.Add(new WeakReference((await rig.RunAsync(r => r.Host = new BackendHost("http", $"h{i}", 80))).Request.Host));

        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.True(made.Count(static m => m.IsAlive) <= 70, $"{made.Count(static m => m.IsAlive)} hosts are remembered");
        GC.KeepAlive(rig);
    }

    [Theory]
    [InlineData("http", 8080, "https", "https://up:8080")]
    [InlineData("http", 80, "https", "https://up")]
    [InlineData("https", 443, "http", "http://up")]
    public async Task A_scheme_brings_its_own_port_where_the_url_named_none(string from, int port, string to, string expected)
    {
        var sent = await Rig.SentAsync($$$"""{"url.Modifier":{"scope":["request"],"scheme":"{{{to}}}"}}""", r => r.Host = new BackendHost(from, "up", port));

        Assert.Equal(expected, sent.Host!.ToString());
    }

    [Fact]
    public async Task Credentials_of_the_url_do_not_fall_back_to_clear_text()
    {
        var sent = await Rig.SentAsync("""{"url.Modifier":{"scope":["request"],"scheme":"http"}}""", static r => r.Host = new BackendHost("https", "up", 443) { Authorization = "Basic secret" });

        Assert.Null(sent.Host!.Authorization);
    }

    [Theory]
    [InlineData(""" "port":8081 """, "http", 1234, "http://up:8081")]
    [InlineData(""" "port":80 """, "http", 1234, "http://up")]
    [InlineData(""" "defaultForScheme":true """, "http", 1234, "http://up")]
    [InlineData(""" "defaultForScheme":true """, "https", 1234, "https://up")]
    [InlineData(""" "remove":true """, "http", 1234, "http://up")]
    [InlineData(""" "remove":true,"port":0,"defaultForScheme":false """, "https", 1234, "https://up")]
    [Spec("MAN-158")]
    public async Task The_port_changes_in_the_url_and_so_in_the_host_header(string option, string scheme, int port, string expected)
    {
        var sent = await Rig.SentAsync($$$"""{"port.Modifier":{"scope":["request"],{{{option}}}}}""", r => r.Host = new BackendHost(scheme, "up", port, "/b") { Authorization = "Basic x" });

        Assert.Equal((expected + "/b", null, "Basic x"), (sent.Host!.ToString(), sent.HostHeader, sent.Host.Authorization));
    }

    [Theory]
    [InlineData("virtual", "virtual:8081")]
    [InlineData("virtual:1", "virtual:8081")]
    [InlineData("[::1]", "[::1]:8081")]
    [InlineData("[::1]:1", "[::1]:8081")]
    [Spec("MAN-158")]
    public async Task The_port_changes_in_a_host_header_of_its_own_too(string header, string expected)
    {
        var sent = await Rig.SentAsync("""{"port.Modifier":{"scope":["request"],"port":8081}}""", r => r.HostHeader = header);

        Assert.Equal(expected, sent.HostHeader);
    }

    [Theory]
    [InlineData("/q?currency=EUR&amount=55", "/q?amount=75&currency=EUR")]
    [InlineData("/q", "/q?amount=75")]
    [InlineData("/q?", "/q?amount=75")]
    [InlineData("/q?z=1&a=2&amount=1&z=0&amount=2", "/q?a=2&amount=75&z=1&z=0")]
    [InlineData("/q?b=a+b%20c&flag&%C3%A9=%ff&x=%2F", "/q?amount=75&b=a+b+c&flag=&x=%2F&%C3%A9=%FF")]
    [InlineData("/q?am%6funt=1&bad=%zz&semi;colon=1&&ok=1", "/q?amount=75&ok=1")]
    [InlineData("/q?a=b=c", "/q?a=b%3Dc&amount=75")]
    [Spec("MAN-157")]
    public async Task One_parameter_is_set_and_the_query_is_sorted_by_name(string target, string expected)
    {
        var sent = await Rig.SentAsync("""{"querystring.Modifier":{"scope":["request"],"name":"amount","value":"75"}}""", r => r.Target = target);

        Assert.Equal(expected, sent.Target);
    }

    [Fact]
    [Spec("MAN-142")]
    public async Task Values_are_static_and_escaped()
    {
        var sent = await Rig.SentAsync("""{"querystring.Modifier":{"scope":["request"],"name":"a b","value":"{id}&é\r\n"}}""", static r =>
        {
            r.Target = "/q";
            r.Parameters.Add("Id", "7");
        });

        Assert.Equal("/q?a+b=%7Bid%7D%26%C3%A9%0D%0A", sent.Target);
    }

    [Fact]
    [Spec("MAN-153")]
    public async Task The_url_is_put_aside_as_it_stands_at_that_point()
    {
        var outcome = await Rig.Of("""
            {"fifo.Group":{"scope":["request","response"],"modifiers":[
            {"stash.Modifier":{"scope":["request","response"],"headerName":"x-stash"}},
            {"querystring.Modifier":{"scope":["request"],"name":"c","value":"3"}},
            {"stash.Modifier":{"scope":["request"],"headerName":"X-Later"}}]}}
            """).RunAsync();

        Assert.Equal("http://up:8080/p?b=2&a=1", outcome.Request.Headers.Get("X-Stash"));
        Assert.Equal("http://up:8080/p?a=1&b=2&c=3", outcome.Request.Headers.Get("X-Later"));
        Assert.Equal(("http://up:8080/p?b=2&a=1", null), (outcome.Response!.Headers.Get("X-Stash"), outcome.Response.Headers.Get("X-Later")));
    }

    [Fact]
    public async Task Nothing_was_put_aside_where_a_filter_kept_the_request_phase_away()
    {
        var answer = await Rig.AnswerAsync(
            """{"header.Filter":{"name":"X-Backend","modifier":{"stash.Modifier":{"headerName":"X-Stash"}}}}""",
            new FakeResponse(headers: ("X-Backend", "1")));

        Assert.Null(answer.Headers.Get("X-Stash"));
    }
}
