using System.Text.RegularExpressions;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.HttpSecurity.Tests;

public sealed class FrontDoorTests
{
    private static readonly string s_folder = PluginFront.Folder("HttpSecurity", "http-security");

    private const string AllHeaders = """
        {"frame_deny":true,"content_type_nosniff":true,"browser_xss_filter":true,"content_security_policy":"default-src 'self'","referrer_policy":"same-origin"}
        """;

    [Fact]
    [Spec("SEC-042", "SEC-049", "SEC-050", "SEC-053")]
    public async Task Headers_stand_on_every_routed_answer_but_not_on_the_health_path()
    {
        await using var front = await StartAsync(AllHeaders, options: new() { Debug = true });

        foreach (var (path, status) in new[] { ("/e", 200), ("/no/such/path", 404), ("/__debug/x", 200), ("/down", 500) })
        {
            var reply = await front.GetAsync(path);
            Assert.Equal((status, "DENY", "nosniff", "1; mode=block", "default-src 'self'", "same-origin"),
                (reply.Status, reply.Header("X-Frame-Options"), reply.Header("X-Content-Type-Options"), reply.Header("X-XSS-Protection"), reply.Header("Content-Security-Policy"), reply.Header("Referrer-Policy")));
        }
        var notAllowed = await front.SendAsync(HttpMethod.Delete, "/e");
        var health = await front.GetAsync("/__health");

        Assert.Equal((405, "DENY"), (notAllowed.Status, notAllowed.Header("X-Frame-Options")));
        Assert.Equal((200, null), (health.Status, health.Header("X-Frame-Options")));
        Assert.Contains("[HTTPsecure] Successfully loaded", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("SEC-053")]
    public async Task A_no_op_backends_value_gives_way_to_the_gateways()
    {
        await using var front = await StartAsync(AllHeaders);
        front.Upstream.On("/n", static context =>
        {
            context.Response.Headers.XFrameOptions = "ALLOWALL";
            context.Response.Headers.ContentSecurityPolicy = "default-src *";
            context.Response.Headers["X-Other"] = "o";
            return Task.CompletedTask;
        });

        var reply = await front.GetAsync("/n");

        Assert.Equal(("DENY", "default-src 'self'", "o"), (reply.Header("X-Frame-Options"), reply.Header("Content-Security-Policy"), reply.Header("X-Other")));
    }

    [Theory]
    [Spec("SEC-049")]
    [InlineData("""{"custom_frame_options_value":"SAMEORIGIN"}""", "SAMEORIGIN")]
    [InlineData("""{"frame_deny":true,"custom_frame_options_value":"SAMEORIGIN"}""", "SAMEORIGIN")]
    [InlineData("""{"frame_deny":false}""", null)]
    public async Task The_custom_frame_options_win(string security, string? expected)
    {
        await using var front = await StartAsync(security);

        var reply = await front.GetAsync("/e");

        Assert.Equal((expected, null), (reply.Header("X-Frame-Options"), reply.Header("Referrer-Policy")));
    }

    [Fact]
    [Spec("SEC-050")]
    public async Task Each_answer_has_a_nonce_of_its_own()
    {
        await using var front = await StartAsync("""{"content_security_policy":"script-src $NONCE; style-src $NONCE"}""");

        var first = Regex.Match((await front.GetAsync("/e")).Header("Content-Security-Policy")!, "^script-src 'nonce-(.+)'; style-src 'nonce-(.+)'$");
        var second = Regex.Match((await front.GetAsync("/e")).Header("Content-Security-Policy")!, "^script-src 'nonce-(.+)'; style-src 'nonce-(.+)'$");

        Assert.Equal(16, Convert.FromBase64String(first.Groups[1].Value).Length);
        Assert.Equal(first.Groups[1].Value, first.Groups[2].Value);
        Assert.NotEqual(first.Groups[1].Value, second.Groups[1].Value);
    }

    [Theory]
    [Spec("SEC-043")]
    [InlineData("api.example.com", true)]
    [InlineData("API.Example.com", true)]
    [InlineData("api.example.com:8080", false)]
    [InlineData("api.example.com.", false)]
    [InlineData("api.example.com.attacker.net", false)]
    [InlineData("evil-api.example.com", false)]
    [InlineData("with.port:81", true)]
    public async Task Only_allowed_hosts_are_served(string host, bool isAllowed)
    {
        await using var front = await StartAsync("""{"allowed_hosts":["api.example.com","with.port:81"]}""");

        var answer = await front.SendRawAsync("GET /e HTTP/1.1", $"Host: {host}");

        AssertServed(front, answer, isAllowed);
    }

    [Theory]
    [Spec("SEC-043", "SEC-243")]
    [InlineData("GET http://attacker.net/e HTTP/1.1", "Host: api.example.com")]
    [InlineData("GET http://api.example.com/e HTTP/1.1", "Host: attacker.net")]
    [InlineData("GET /e HTTP/1.1", "Host: api.example.com", "Host: attacker.net")]
    [InlineData("GET /e HTTP/1.1", "Host: api.example.com@attacker.net")]
    [InlineData("GET /e HTTP/1.1", "Host: api.example.com attacker.net")]
    [InlineData("GET /e HTTP/1.1", "Host:")]
    [InlineData("GET /e HTTP/1.1", "X-Forwarded-Host: api.example.com", "Host: attacker.net")]
    [InlineData("GET /e HTTP/1.0")]
    public async Task Tricks_with_the_host_do_not_reach_a_backend(string requestLine, params string[] headers)
    {
        await using var front = await StartAsync("""{"allowed_hosts":["api.example.com"]}""");

        var answer = await front.SendRawAsync(requestLine, headers);

        Assert.Matches("^HTTP/1.1 (400|500) ", answer);
        Assert.Empty(front.Upstream.Received);
    }

    [Theory]
    [Spec("SEC-044")]
    [InlineData("api[0-9]+\\.example\\.com", "api12.example.com", true)]
    [InlineData("api[0-9]+\\.example\\.com", "api12.example.com.attacker.net", false)]
    [InlineData("api[0-9]+\\.example\\.com", "x.api12.example.com", false)]
    [InlineData("a|b", "ab", false)]
    [InlineData("(?m)^a$", "a", true)]
    public async Task Expressions_match_the_whole_host(string expression, string host, bool isAllowed)
    {
        await using var front = await StartAsync($$"""{"allowed_hosts_are_regex":true,"allowed_hosts":[{{System.Text.Json.JsonSerializer.Serialize(expression)}}]}""");

        AssertServed(front, await front.SendRawAsync("GET /e HTTP/1.1", $"Host: {host}"), isAllowed);
    }

    [Theory]
    [Spec("SEC-044", "SEC-242", "SEC-021")]
    [InlineData("""{"allowed_hosts_are_regex":true,"allowed_hosts":["good","a(b"]}""", "\"a(b\" is no regular expression")]
    [InlineData("""{"allowed_hosts_are_regex":true,"allowed_hosts":["a)|(b"]}""", "is no regular expression")]
    [InlineData("""{"sts_seconds":-1}""", "sts_seconds: expected 0 or more seconds")]
    [InlineData("""{"ssl_host":"https://a.example/"}""", "ssl_host: \"https://a.example/\" is no host")]
    [InlineData("""{"content_security_policy":"a\r\nSet-Cookie: x=1"}""", "content_security_policy: the value holds characters that no header may hold")]
    [InlineData("""{"frame_deny":"often"}""", "frame_deny: expected true or false")]
    public async Task What_cannot_be_used_refuses_the_start_at_the_service_and_at_an_endpoint(string security, string message)
    {
        var atService = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(security));
        var atEndpoint = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync("{}", security));

        Assert.Contains(message, atService.Message, StringComparison.Ordinal);
        Assert.Contains(message, atEndpoint.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("SEC-045", "SEC-046")]
    public async Task The_first_proxy_header_with_a_value_is_the_host()
    {
        await using var front = await StartAsync("""{"allowed_hosts":["api.example.com"],"host_proxy_headers":["X-First","X-Second"],"ssl_redirect":true}""");

        var first = await front.GetAsync("/e?q=1", "X-First: api.example.com", "X-Second: attacker.net");
        var second = await front.GetAsync("/e", "X-First:", "X-Second: api.example.com");
        var foreign = await front.GetAsync("/e", "X-First: attacker.net", "X-Second: api.example.com");
        var none = await front.GetAsync("/e");

        Assert.Equal((301, "https://api.example.com/e?q=1"), (first.Status, first.Header("Location")));
        Assert.Equal((301, "https://api.example.com/e"), (second.Status, second.Header("Location")));
        Assert.Equal((500, "Bad Host", 500), (foreign.Status, foreign.Body, none.Status));
    }

    [Theory]
    [Spec("SEC-046", "SEC-243")]
    [InlineData("attacker.net/path")]
    [InlineData("user@attacker.net")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("a?b")]
    public async Task A_redirect_leads_to_a_host_and_nothing_else(string host)
    {
        await using var front = await StartAsync("""{"ssl_redirect":true,"host_proxy_headers":["X-Host"]}""");

        var reply = await front.GetAsync("/e", $"X-Host: {host}");

        Assert.Equal((500, "Bad Host", null), (reply.Status, reply.Body, reply.Header("Location")));
        Assert.Empty(front.Upstream.Received);
    }

    [Fact]
    [Spec("SEC-046")]
    public async Task Plain_requests_are_redirected_with_path_and_query_whatever_the_method()
    {
        await using var front = await StartAsync("""{"ssl_redirect":true,"ssl_host":"secure.example:8443","ssl_proxy_headers":{"X-Forwarded-Proto":"https"}}""");

        var get = await front.GetAsync("/n%2Fx?a=%20b");
        var post = await front.SendAsync(HttpMethod.Post, "/e");
        var proven = await front.GetAsync("/e", "X-Forwarded-Proto: https");
        var nearly = await front.GetAsync("/e", "X-Forwarded-Proto: HTTPS");
        var absolute = await front.SendRawAsync("GET https://a.example/e HTTP/1.1", "Host: a.example");
        var twice = await front.SendRawAsync("GET /e HTTP/1.1", "Host: a.example", "X-Forwarded-Proto: https", "X-Forwarded-Proto: http");

        Assert.Equal((301, "https://secure.example:8443/n%2Fx?a=%20b", ""), (get.Status, get.Header("Location"), get.Body));
        Assert.Equal((301, 200, 301), (post.Status, proven.Status, nearly.Status));
        Assert.StartsWith("HTTP/1.1 301", absolute, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 301", twice, StringComparison.Ordinal);
        Assert.Single(front.Upstream.Received);
    }

    [Fact]
    [Spec("SEC-047")]
    public async Task Without_ssl_redirect_nothing_is_redirected_and_a_finding_says_so()
    {
        await using var front = await StartAsync("{}");

        Assert.Equal(200, (await front.GetAsync("/e")).Status);
        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Message.Contains("\"ssl_redirect\" is not set and counts as false", StringComparison.Ordinal));
    }

    [Theory]
    [Spec("SEC-048", "SEC-052")]
    [InlineData("""{"sts_seconds":300,"ssl_proxy_headers":{"X-Proto":"https"}}""", "max-age=300", null)]
    [InlineData("""{"sts_seconds":300,"sts_include_subdomains":true,"force_sts_header":true,"ssl_proxy_headers":{"X-Proto":"https"}}""", "max-age=300; includeSubDomains", "max-age=300; includeSubDomains")]
    [InlineData("""{"sts_seconds":0,"force_sts_header":true,"ssl_proxy_headers":{"X-Proto":"https"}}""", null, null)]
    [InlineData("""{"sts_seconds":300,"is_development":true,"force_sts_header":true,"ssl_proxy_headers":{"X-Proto":"https"}}""", null, null)]
    public async Task Strict_transport_security_goes_with_https_or_force(string security, string? secure, string? plain)
    {
        await using var front = await StartAsync(security);

        Assert.Equal(secure, (await front.GetAsync("/e", "X-Proto: https")).Header("Strict-Transport-Security"));
        Assert.Equal(plain, (await front.GetAsync("/e")).Header("Strict-Transport-Security"));
    }

    [Fact]
    [Spec("SEC-046", "SEC-048")]
    public async Task A_connection_over_tls_is_https_by_itself()
    {
        using var authority = new TestAuthority();
        using var folder = new PemFolder();
        folder.WritePair("server", authority.Issue(new TestCertificate()));
        await using var front = await PluginFront.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"tls":{"keys":[{{{folder.Key("server")}}}]},
             "extra_config":{"security/http":{"ssl_redirect":true,"sts_seconds":60} },"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}]}]}
            """, null, s_folder);
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } });

        using var response = await client.GetAsync($"https://127.0.0.1:{front.Gateway.Port}/e");

        Assert.Equal((200, "max-age=60"), ((int)response.StatusCode, response.Headers.GetValues("Strict-Transport-Security").Single()));
    }

    [Fact]
    [Spec("SEC-051")]
    public async Task Key_pinning_sends_nothing_and_a_warning_says_so()
    {
        await using var front = await StartAsync("""{"hpkp_public_key":"pin-sha256=\"x\"","ssl_redirect":false}""");

        Assert.Null((await front.GetAsync("/e")).Header("Public-Key-Pins"));
        Assert.Contains("obsolete", Assert.Single(front.Gateway.Diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("SEC-052")]
    public async Task Development_leaves_the_headers_and_drops_host_check_and_redirect()
    {
        await using var front = await StartAsync("""{"is_development":true,"allowed_hosts":["a.example"],"ssl_redirect":true,"frame_deny":true}""");

        var reply = await front.GetAsync("/e");

        Assert.Equal((200, "DENY"), (reply.Status, reply.Header("X-Frame-Options")));
    }

    [Fact]
    [Spec("SEC-054")]
    public async Task An_endpoints_object_replaces_the_services()
    {
        await using var front = await StartAsync("""{"allowed_hosts":["a.example"],"frame_deny":true}""", """{"content_type_nosniff":true}""");

        var own = await front.GetAsync("/e");
        var service = await front.GetAsync("/n");

        Assert.Equal((200, "nosniff", null), (own.Status, own.Header("X-Content-Type-Options"), own.Header("X-Frame-Options")));
        Assert.Equal((500, "Bad Host"), (service.Status, service.Body));
    }

    [Fact]
    [Spec("SEC-054")]
    public async Task An_endpoint_alone_may_have_an_object()
    {
        await using var front = await PluginFront.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/e","extra_config":{"security/http":{"frame_deny":true}},"backend":[{"url_pattern":"/b"}]},
              {"endpoint":"/f","backend":[{"url_pattern":"/b"}]} ]}
            """, null, s_folder);

        Assert.Equal(("DENY", null), ((await front.GetAsync("/e")).Header("X-Frame-Options"), (await front.GetAsync("/f")).Header("X-Frame-Options")));
    }

    [Fact]
    public async Task The_example_of_the_readme_works()
    {
        await using var front = await PluginFront.StartAsync(PluginFront.ReadmeExample(s_folder), null, s_folder);

        var redirected = await front.GetAsync("/orders", "X-Forwarded-Host: api.example.com");
        var down = await front.GetAsync("/orders", "X-Forwarded-Host: api.example.com", "X-Forwarded-Proto: https");

        Assert.Empty(front.Gateway.Diagnostics.All);
        Assert.Equal((301, "https://api.example.com/orders"), (redirected.Status, redirected.Header("Location")));
        Assert.Equal((500, "DENY", "max-age=31536000; includeSubDomains"), (down.Status, down.Header("X-Frame-Options"), down.Header("Strict-Transport-Security")));
    }

    private static void AssertServed(PluginFront front, string answer, bool isServed)
    {
        Assert.StartsWith(isServed ? "HTTP/1.1 200" : "HTTP/1.1 500", answer, StringComparison.Ordinal);
        Assert.Equal(!isServed, answer.EndsWith("\r\n\r\nBad Host", StringComparison.Ordinal));
        Assert.Equal(isServed ? 1 : 0, front.Upstream.Received.Count);
    }

    private static Task<PluginFront> StartAsync(string security, string? endpoint = null, TestGatewayOptions? options = null) => PluginFront.StartAsync($$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"security/http":{{security}} },"endpoints":[
          {"endpoint":"/e","backend":[{"url_pattern":"/b"}] {{(endpoint is null ? "" : $$""", "extra_config":{"security/http":{{endpoint}}}""")}} },
          {"endpoint":"/e","method":"POST","backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/n","output_encoding":"no-op","backend":[{"url_pattern":"/n","encoding":"no-op"}]},
          {"endpoint":"/down","backend":[{"url_pattern":"/b","host":["http://127.0.0.1:1"]}]} ]}
        """, options, s_folder);
}
