using System.Net;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Martian.Tests.FrontDoor;

public sealed class RequestTests
{
    [Fact]
    [Spec("AIG-001", "MAN-141", "MAN-147", "RTE-090")]
    public async Task A_static_credential_reaches_the_backend_and_the_rest_passes_byte_for_byte()
    {
        await using var front = await Front.StartNoOpAsync("""{"header.Modifier":{"scope":["request"],"name":"Authorization","value":"Bearer K"}}""", "\"method\":\"POST\",");
        front.Upstream.On("/b", static async context =>
        {
            context.Response.StatusCode = 202;
            context.Response.Headers["X-Vendor"] = "v";
            await context.Response.WriteAsync("answer");
        });
        var body = "{\"a\" : 1.0}\n" + new string('x', 300_000);

        var reply = await front.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/e") { Content = new StringContent(body), Headers = { { "Authorization", "Bearer client" } } });

        Assert.Equal((202, "answer", "v"), (reply.Status, reply.Body, reply.Header("X-Vendor")));
        Assert.Equal(("Bearer K", body), (front.Last.Header("Authorization"), front.Last.Body));
    }

    [Fact]
    [Spec("MAN-145", "MAN-147")]
    public async Task The_user_agent_and_the_host_are_set_for_the_backend()
    {
        await using var front = await Front.StartAsync("""
            {"fifo.Group":{"scope":["request","response"],"modifiers":[
              {"header.Modifier":{"scope":["request","response"],"name":"user-agent","value":"Late-Night-Commander v2.3"}},
              {"header.Modifier":{"scope":["request"],"name":"Host","value":"virtual.example:81"}}]}}
            """);

        var reply = await front.GetAsync();

        Assert.Equal(200, reply.Status);
        Assert.Equal(("Late-Night-Commander v2.3", "virtual.example:81"), (front.Last.Header("User-Agent"), front.Last.Header("Host")));
    }

    [Fact]
    [Spec("MAN-148", "MAN-149", "MAN-150", "MAN-151")]
    public async Task Headers_are_appended_copied_removed_and_identified()
    {
        await using var front = await Front.StartAsync("""
            {"fifo.Group":{"scope":["request"],"modifiers":[
              {"header.Append":{"name":"X-Some","value":"I am"}},
              {"header.Append":{"name":"X-Forwarded-For","value":"6.6.6.6"}},
              {"header.Copy":{"from":"User-Agent","to":"X-Browser"}},
              {"header.Id":{"header":"X-Request-Id"}},
              {"header.Blacklist":{"names":["User-Agent","X-Forwarded-Host","Accept-Encoding","X-Gone"]}}]}}
            """, "\"input_headers\":[\"X-Some\",\"X-Gone\"],");

        await front.GetAsync("/e", "X-Some: a", "X-Gone: secret");

        var names = front.Last.Headers.Select(static h => h.Key).Order(StringComparer.Ordinal);
        Assert.Equal(["Host", "X-Browser", "X-Forwarded-For", "X-Request-Id", "X-Some", "X-Some"], names);
        Assert.Equal(("a, I am", "127.0.0.1"), (front.Last.Header("X-Some"), front.Last.Header("X-Forwarded-For")));
        Assert.StartsWith("KrakenD Version", front.Last.Header("X-Browser"), StringComparison.Ordinal);
        Assert.Equal(36, front.Last.Header("X-Request-Id")!.Length);
    }

    [Fact]
    [Spec("MAN-151")]
    public async Task Each_backend_request_has_an_identifier_of_its_own_and_a_clients_stays()
    {
        await using var front = await Front.StartAsync("""{"header.Id":{}}""", "\"input_headers\":[\"X-Krakend-Id\"],");

        await front.GetAsync();
        await front.GetAsync();
        await front.GetAsync("/e", "X-Krakend-Id: mine");

        var ids = front.Upstream.Received.Select(static r => r.Header("X-Krakend-Id")).ToArray();
        Assert.Equal((3, "mine"), (ids.Distinct().Count(), ids[2]));
    }

    [Fact]
    [Spec("MAN-152", "MAN-161")]
    public async Task Cookies_are_added_and_asked_for()
    {
        const string Filter = """
            {"fifo.Group":{"scope":["request"],"modifiers":[
              {"cookie.Filter":{"name":"marketingCookies","value":"yes",
                "modifier":{"header.Modifier":{"name":"Accepts","value":"true"}},
                "else":{"header.Modifier":{"name":"Accepts","value":"false"}}}},
              {"cookie.Modifier":{"name":"n","value":"v"}}]}}
            """;
        await using var listed = await Front.StartAsync(Filter, "\"input_headers\":[\"Cookie\"],");
        await using var closed = await Front.StartAsync(Filter);

        await listed.GetAsync("/e", "Cookie: marketingCookies=no");
        var no = (listed.Last.Header("Accepts"), listed.Last.Header("Cookie"));
        await listed.GetAsync("/e", "Cookie: a=1; marketingCookies=yes");
        var yes = (listed.Last.Header("Accepts"), listed.Last.Header("Cookie"));
        await closed.GetAsync("/e", "Cookie: marketingCookies=yes");

        Assert.Equal(("false", "marketingCookies=no; n=v"), no);
        Assert.Equal(("true", "a=1; marketingCookies=yes; n=v"), yes);
        Assert.Equal(("false", "n=v"), (closed.Last.Header("Accepts"), closed.Last.Header("Cookie")));
    }

    [Fact]
    [Spec("MAN-142", "MAN-143")]
    public async Task Only_what_the_endpoint_lets_in_is_seen_and_variables_are_text()
    {
        const string Group = """
            {"fifo.Group":{"scope":["request"],"modifiers":[
              {"header.Modifier":{"name":"X-Id","value":"{id}"}},
              {"header.Filter":{"name":"X-Secret","modifier":{"header.Modifier":{"name":"X-Seen","value":"header"}}}},
              {"querystring.Filter":{"name":"q","modifier":{"header.Modifier":{"name":"X-Seen","value":"query"}}}}]}}
            """;
        await using var front = await Front.StartAllAsync($$$"""
            {"endpoint":"/closed/{id}","backend":[{"url_pattern":"/b","extra_config":{"modifier/martian":{{{Group}}}}}]},
            {"endpoint":"/open/{id}","input_query_strings":["q"],"backend":[{"url_pattern":"/b","extra_config":{"modifier/martian":{{{Group}}}}}]}
            """);

        await front.GetAsync("/closed/7?q=1", "X-Secret: 1");
        var closed = front.Last;
        await front.GetAsync("/open/7?q=1", "X-Secret: 1");

        Assert.Equal(("{id}", null), (closed.Header("X-Id"), closed.Header("X-Seen")));
        Assert.Equal(("{id}", "query"), (front.Last.Header("X-Id"), front.Last.Header("X-Seen")));
    }

    [Fact]
    [Spec("MAN-154")]
    public async Task A_get_call_gets_a_body()
    {
        await using var front = await Front.StartAsync("""{"body.Modifier":{"scope":["request"],"body":"eyJtc2ciOiJ5b3Ugcm9jayEifQ=="}}""");

        await front.GetAsync();

        Assert.Equal(("""{"msg":"you rock!"}""", "19", ""), (front.Last.Body, front.Last.Header("Content-Length"), front.Last.Header("Content-Type")));
    }

    [Fact]
    public async Task A_clients_body_is_replaced_and_its_connection_lives_on()
    {
        await using var front = await Front.StartAsync("""{"body.Modifier":{"scope":["request"],"body":"bmV3","contentType":"text/plain"}}""", "\"method\":\"POST\",");

        for (var i = 0; i < 3; i++)
        {
            var reply = await front.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/e") { Content = new StringContent(new string('x', 100_000)) });
            Assert.Equal(200, reply.Status);
        }

        Assert.All(front.Upstream.Received, static r => Assert.Equal(("new", "text/plain", "3"), (r.Body, r.Header("Content-Type"), r.Header("Content-Length"))));
    }

    [Fact]
    [Spec("MAN-156")]
    public async Task The_url_is_replaced_and_the_host_header_stays()
    {
        await using var target = await Upstream.StartAsync();
        target.Answer("/__echo/hello", """{"from":"target"}""");
        var port = new Uri(target.Host).Authority;
        await using var front = await Front.StartAsync(
            $$$"""{"url.Modifier":{"scope":["request"],"scheme":"http","host":"{{{port}}}","path":"/__echo/hello","query":"flag=true"}}""",
            "\"input_query_strings\":[\"*\"],", "\"host\":[\"https://does-not-exist\"],");

        var reply = await front.GetAsync("/e?client=1");

        Assert.Equal((200, """{"from":"target"}"""), (reply.Status, reply.Body));
        var received = Assert.Single(target.Received);
        Assert.Equal(("/__echo/hello?flag=true", "does-not-exist"), (received.Target, received.Header("Host")));
    }

    [Fact]
    [Spec("MAN-156", "MAN-158")]
    public async Task A_host_header_of_its_own_ends_where_a_redirect_leads_elsewhere()
    {
        await using var elsewhere = await Upstream.StartAsync();
        elsewhere.Answer("/end", """{"from":"elsewhere"}""");
        await using var front = await Front.StartAsync("""{"header.Modifier":{"scope":["request"],"name":"Host","value":"virtual"}}""");
        front.Upstream.On("/b", static context =>
        {
            context.Response.Redirect("/relative");
            return Task.CompletedTask;
        });
        front.Upstream.On("/relative", context =>
        {
            context.Response.Redirect(elsewhere.Host + "/end");
            return Task.CompletedTask;
        });

        var reply = await front.GetAsync();

        Assert.Equal("""{"from":"elsewhere"}""", reply.Body);
        Assert.Equal(["virtual", "virtual", new Uri(elsewhere.Host).Authority], front.Upstream.Received.Concat(elsewhere.Received).Select(static r => r.Header("Host")));
    }

    [Fact]
    [Spec("MAN-157")]
    public async Task A_parameter_is_set_and_the_query_sorted()
    {
        await using var front = await Front.StartAsync("""{"querystring.Modifier":{"scope":["request"],"name":"amount","value":"75"}}""", "\"input_query_strings\":[\"currency\",\"amount\"],");

        await front.GetAsync("/e?currency=EUR&amount=55");

        Assert.Equal("/b?amount=75&currency=EUR", front.Last.Target);
    }

    [Fact]
    [Spec("MAN-158", "MAN-167")]
    public async Task The_port_is_changed_in_url_and_host_header()
    {
        await using var front = await Front.StartAsync("{\"header.Id\":{}}");
        var port = new Uri(front.Upstream.Host).Port;
        await using var gateway = await Front.GatewayAsync($$$$$"""
            {"version":3,"endpoints":[{"endpoint":"/e","backend":[{"host":["http://127.0.0.1:11"],"url_pattern":"/b","extra_config":{"modifier/martian":
              {"fifo.Group":{"scope":["request"],"modifiers":[
                {"port.Filter":{"port":2,"modifier":{"port.Modifier":{"port":3}},"else":{"port.Modifier":{"port":4}}}},
                {"port.Filter":{"port":11,"modifier":{"port.Modifier":{"port":{{{{{port}}}}}}}}}]}}}}]}]}
            """, "");

        using var reply = await gateway.Client.GetAsync("/e");

        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.Equal($"127.0.0.1:{port}", front.Last.Header("Host"));
    }

    [Theory]
    [InlineData("/e?p=%0d%0aX-Evil:%201&b=1")]
    [InlineData("/e?p=a%20HTTP/1.1%0d%0aHost:%20evil")]
    public async Task Nothing_of_a_client_splits_the_request_that_is_rewritten(string path)
    {
        await using var front = await Front.StartAsync("""
            {"fifo.Group":{"scope":["request"],"modifiers":[
              {"querystring.Modifier":{"name":"a","value":"1"}},{"stash.Modifier":{"headerName":"X-Stash"}}]}}
            """, "\"input_query_strings\":[\"*\"],");

        var reply = await front.GetAsync(path);

        Assert.Equal(200, reply.Status);
        Assert.Null(front.Last.Header("X-Evil"));
        Assert.StartsWith("/b?a=1&", front.Last.Target, StringComparison.Ordinal);
        Assert.EndsWith(front.Last.Target, front.Last.Header("X-Stash"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("header.Filter", """ "name":"X-Tenant","value":"v1" """, "X-Tenant: v1", "X-Tenant: v2")]
    [InlineData("header.RegexFilter", """ "header":"X-App-Version","regex":".*-(alpha|beta|preview)$" """, "X-App-Version: v1.2.3-alpha", "X-App-Version: v1.2.3")]
    [Spec("MAN-160", "MAN-162", "MAN-163")]
    public async Task Filters_on_headers_change_the_url(string filter, string condition, string matching, string other)
    {
        await using var front = await Front.StartAsync(
            $$$$$"""{"{{{{{filter}}}}}":{"scope":["request"],{{{{{condition}}}}},"modifier":{"querystring.Modifier":{"scope":["request"],"name":"legacy","value":"1"}}}}""",
            "\"input_headers\":[\"X-Tenant\",\"X-App-Version\"],");

        await front.GetAsync("/e", matching);
        await front.GetAsync("/e", other);

        Assert.Equal(["/b?legacy=1", "/b"], front.Upstream.Received.Select(static r => r.Target));
    }

    [Theory]
    [InlineData("querystring.Filter", """ "name":"legacy","value":"1" """)]
    [InlineData("url.Filter", """ "query":"legacy=1","path":"/b","scheme":"http" """)]
    [InlineData("url.RegexFilter", """ "regex":"^http://127\\.0\\.0\\.1:\\d+/b$" """)]
    [Spec("MAN-160", "MAN-164", "MAN-165", "MAN-166")]
    public async Task Filters_on_the_url_change_headers_of_both_messages(string filter, string condition)
    {
        await using var front = await Front.StartNoOpAsync(
            $$$$$"""
            {"{{{{{filter}}}}}":{"scope":["request","response"],{{{{{condition}}}}},
              "modifier":{"header.Modifier":{"name":"X-Legacy","value":"true"}},
              "else":{"header.Modifier":{"name":"X-Legacy","value":"false"}}}}
            """, "\"input_query_strings\":[\"legacy\"],");

        var with = await front.GetAsync("/e?legacy=1");
        var sentWith = front.Last.Header("X-Legacy");
        var without = await front.GetAsync("/e?legacy=2");

        // An expression does not see the query.
        var expected = filter == "url.RegexFilter" ? "true" : "false";
        Assert.Equal(("true", "true"), (sentWith, with.Header("X-Legacy")));
        Assert.Equal((expected, expected), (front.Last.Header("X-Legacy"), without.Header("X-Legacy")));
    }

    [Fact]
    [Spec("MAN-168", "MAN-170", "MAN-171")]
    public async Task Groups_run_their_members_in_order()
    {
        await using var front = await Front.StartAsync("""
            {"fifo.Group":{"scope":["request"],"modifiers":[
              {"header.Modifier":{"name":"X-R","value":"1"}},
              {"header.Modifier":{"name":"X-R","value":"2"}},
              {"body.Modifier":{"body":"YQ=="}},
              {"priority.Group":{"modifiers":[
                {"priority":0,"modifier":{"header.Append":{"name":"X-P","value":"0"}}},
                {"priority":100,"modifier":{"url.Filter":{"path":"/b","modifier":{"header.Append":{"name":"X-P","value":"100"}}}}}]}}]}}
            """);

        await front.GetAsync();

        Assert.Equal(("2", "100, 0", "a"), (front.Last.Header("X-R"), front.Last.Header("X-P"), front.Last.Body));
    }
}
