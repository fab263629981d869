using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Cors.Tests;

public sealed class FrontDoorTests
{
    private const string Shop = "https://shop.example.com";
    private const string Policy = """{"allow_origins":["https://shop.example.com"],"allow_methods":["GET","POST","PUT"],"allow_headers":["X-Token","Content-Type"],"max_age":"12h"}""";

    [Fact]
    [Spec("SEC-002", "SEC-003", "SEC-004", "SEC-001")]
    public async Task A_preflight_is_answered_at_once_whatever_the_path_is()
    {
        await using var front = await Front.StartAsync(Policy);

        foreach (var path in new[] { "/e", "/w/x/y", "/no/such/path", "/__health" })
        {
            var reply = await front.PreflightAsync(path, Shop, "PUT", "Access-Control-Request-Headers: x-token, content-type");

            Assert.Equal((204, true), (reply.Status, reply.IsBare));
            Assert.Equal((Shop, "PUT", "x-token, content-type", "43200"),
                (reply.Header("Access-Control-Allow-Origin"), reply.Header("Access-Control-Allow-Methods"), reply.Header("Access-Control-Allow-Headers"), reply.Header("Access-Control-Max-Age")));
            Assert.Equal("Origin, Access-Control-Request-Method, Access-Control-Request-Headers", string.Join(", ", reply.Headers.Vary));
            Assert.Null(reply.Header("Access-Control-Allow-Credentials"));
        }
        await front.GetAsync("/e");
        await front.Gateway.WaitForLogAsync("GET     \"/e\"");

        Assert.Single(front.Upstream.Received);
        Assert.DoesNotContain("OPTIONS", front.Gateway.Log, StringComparison.Ordinal);
        Assert.Contains("Enabled CORS for all the requests", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("SEC-005", "SEC-006", "SEC-007", "SEC-008")]
    [InlineData(Shop, "PUT", "X-Token", true)]
    [InlineData(Shop, "OPTIONS", null, true)]
    [InlineData(Shop, "PUT", "content-type,x-token,origin", true)]
    [InlineData(Shop, "DELETE", null, false)]
    [InlineData(Shop, "put", null, false)]
    [InlineData(Shop, "PUT", "X-PINGOTHER", false)]
    [InlineData(Shop, "PUT", "x-token, x y", false)]
    [InlineData("https://attacker.net", "PUT", null, false)]
    [InlineData("null", "PUT", null, false)]
    [InlineData("", "PUT", null, false)]
    public async Task A_refused_preflight_has_the_same_status_without_permission(string origin, string method, string? headers, bool isAllowed)
    {
        await using var front = await Front.StartAsync(Policy);

        var reply = await front.PreflightAsync("/e", origin, method, headers is null ? [] : [$"Access-Control-Request-Headers: {headers}"]);

        Assert.Equal((204, true), (reply.Status, reply.IsBare));
        Assert.NotEmpty(reply.Headers.Vary);
        Assert.Equal(isAllowed, reply.HeadersStarting("Access-Control-").Any());
    }

    [Fact]
    [Spec("SEC-008")]
    public async Task Repeated_lines_of_announced_headers_are_one_list()
    {
        await using var front = await Front.StartAsync(Policy);

        var answer = await front.SendRawAsync("OPTIONS /e HTTP/1.1", "Host: a", $"Origin: {Shop}", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: X-Token", "Access-Control-Request-Headers: Content-Type");
        var refused = await front.SendRawAsync("OPTIONS /e HTTP/1.1", "Host: a", $"Origin: {Shop}", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: X-Token", "Access-Control-Request-Headers: X-Other");

        Assert.Contains("Access-Control-Allow-Headers: X-Token, Content-Type\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control-Allow", refused, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("SEC-006", "SEC-007", "SEC-009")]
    public async Task Without_lists_any_origin_and_header_and_the_simple_methods_are_allowed()
    {
        await using var front = await Front.StartAsync("{}");

        var head = await front.PreflightAsync("/e", "https://any.example", "HEAD", "Access-Control-Request-Headers: X-Whatever");
        var put = await front.PreflightAsync("/e", "https://any.example", "PUT");

        Assert.Equal(("*", "HEAD", "X-Whatever", null), (head.Header("Access-Control-Allow-Origin"), head.Header("Access-Control-Allow-Methods"), head.Header("Access-Control-Allow-Headers"), head.Header("Access-Control-Max-Age")));
        Assert.Empty(put.HeadersStarting("Access-Control-"));
    }

    [Fact]
    [Spec("SEC-004", "SEC-015")]
    public async Task A_private_network_is_opened_only_on_request_and_when_allowed()
    {
        await using var open = await Front.StartAsync("""{"allow_private_network":true}""");
        await using var closed = await Front.StartAsync("{}");

        var asked = await open.PreflightAsync("/e", Shop, "GET", "Access-Control-Request-Private-Network: true");
        var notAsked = await open.PreflightAsync("/e", Shop);
        var notAllowed = await closed.PreflightAsync("/e", Shop, "GET", "Access-Control-Request-Private-Network: true");

        Assert.Equal(("true", null, null), (asked.Header("Access-Control-Allow-Private-Network"), notAsked.Header("Access-Control-Allow-Private-Network"), notAllowed.Header("Access-Control-Allow-Private-Network")));
        Assert.EndsWith("Access-Control-Request-Private-Network", string.Join(", ", notAsked.Headers.Vary), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("SEC-012", "SEC-013", "SEC-004", "SEC-014")]
    public async Task Actual_requests_are_always_served_and_tell_browsers_only_what_they_may()
    {
        await using var front = await Front.StartAsync("""{"allow_origins":["https://shop.example.com"],"allow_methods":["GET"],"allow_credentials":true}""");

        var allowed = await front.GetAsync("/e", $"Origin: {Shop}");
        var missing = await front.GetAsync("/no/such/path", $"Origin: {Shop}");
        var foreign = await front.GetAsync("/e", "Origin: https://attacker.net");
        var bare = await front.GetAsync("/e");
        var post = await front.SendAsync(HttpMethod.Post, "/e", $"Origin: {Shop}");

        foreach (var reply in new[] { allowed, missing })
            Assert.Equal((Shop, "true", "Content-Length, Content-Type"), (reply.Header("Access-Control-Allow-Origin"), reply.Header("Access-Control-Allow-Credentials"), reply.Header("Access-Control-Expose-Headers")));
        Assert.Equal((200, 404), (allowed.Status, missing.Status));
        foreach (var reply in new[] { foreign, bare, post })
        {
            Assert.Equal(200, reply.Status);
            Assert.Empty(reply.HeadersStarting("Access-Control-"));
        }
        Assert.All(new[] { allowed, missing, foreign, bare, post }, static reply => Assert.Equal("Origin", string.Join(", ", reply.Headers.Vary)));
        Assert.Equal(3 + 1, front.Upstream.Received.Count);
    }

    [Theory]
    [Spec("SEC-014")]
    [InlineData("""{"expose_headers":[]}""", null)]
    [InlineData("""{"expose_headers":["x-total","content-length"]}""", "X-Total, Content-Length")]
    public async Task Exposed_headers_are_written_canonically_and_an_empty_list_is_none(string cors, string? expected)
    {
        await using var front = await Front.StartAsync(cors);

        Assert.Equal(expected, (await front.GetAsync("/e", $"Origin: {Shop}")).Header("Access-Control-Expose-Headers"));
    }

    [Fact]
    [Spec("SEC-019", "SEC-004", "SEC-012")]
    public async Task Headers_of_a_backend_stay_beside_the_gateways()
    {
        await using var front = await Front.StartAsync("{}");
        front.Upstream.On("/n", static context =>
        {
            context.Response.StatusCode = 500;
            context.Response.Headers["Access-Control-Allow-Origin"] = "https://backend.example";
            context.Response.Headers.Vary = "Accept";
            return Task.CompletedTask;
        });

        var reply = await front.GetAsync("/n", $"Origin: {Shop}");

        Assert.Equal((500, "*|https://backend.example"), (reply.Status, reply.Header("Access-Control-Allow-Origin")));
        Assert.Equal("Accept, Origin", string.Join(", ", reply.Headers.Vary));
        Assert.Null(front.Last.Header("Origin"));
    }

    [Theory]
    [Spec("SEC-016")]
    [InlineData("""{"auto_options":true}""", 200)]
    [InlineData("{}", 405)]
    public async Task With_passthrough_the_router_answers_and_the_headers_stay(string router, int status)
    {
        await using var front = await Front.StartAsync("""{"options_passthrough":true}""", router);

        var reply = await front.PreflightAsync("/e", Shop);
        var missing = await front.PreflightAsync("/no/such/path", Shop);

        Assert.Equal((status, "*", "GET|POST"), (reply.Status, reply.Header("Access-Control-Allow-Origin"), reply.Header("Allow")));
        Assert.Equal((404, "*"), (missing.Status, missing.Header("Access-Control-Allow-Origin")));
    }

    [Fact]
    [Spec("SEC-017")]
    public async Task Options_without_a_requested_method_is_a_request_like_any_other()
    {
        await using var front = await Front.StartAsync("{}");

        var reply = await front.SendAsync(HttpMethod.Options, "/e", $"Origin: {Shop}");

        Assert.Equal((405, "*"), (reply.Status, reply.Header("Access-Control-Allow-Origin")));
    }

    [Fact]
    [Spec("SEC-003")]
    public async Task The_status_of_preflights_is_the_configured_one()
    {
        await using var front = await Front.StartAsync("""{"options_success_status":200}""");

        var reply = await front.PreflightAsync("/e", Shop);

        Assert.Equal((200, "", 0L), (reply.Status, reply.Body, reply.Content.ContentLength));
    }

    [Fact]
    [Spec("SEC-018")]
    public async Task Debug_names_every_decision_and_its_reason()
    {
        await using var front = await Front.StartAsync("""{"allow_origins":["https://shop.example.com"],"debug":true}""");

        await front.PreflightAsync("/e", "https://attacker.net");
        await front.GetAsync("/e", $"Origin: {Shop}");

        await front.Gateway.WaitForLogAsync("[CORS] preflight of /e from origin \"https://attacker.net\": refused: the origin is not allowed");
        await front.Gateway.WaitForLogAsync("[CORS] actual request of /e from origin \"https://shop.example.com\": allowed");
    }

    [Fact]
    [Spec("SEC-020")]
    public async Task An_endpoints_object_replaces_the_services_for_its_path_and_method()
    {
        await using var front = await Front.StartAsync(Policy, endpoint: """,  "extra_config":{"security/cors":{"allow_origins":["https://other.example"]}}""");

        var own = await front.PreflightAsync("/e", "https://other.example", "GET");
        var notInherited = await front.PreflightAsync("/e", Shop, "GET");
        var otherMethod = await front.PreflightAsync("/e", Shop, "POST");
        var actual = await front.GetAsync("/e", "Origin: https://other.example");
        var elsewhere = await front.GetAsync("/w/x", "Origin: https://other.example");

        Assert.Equal("https://other.example", own.Header("Access-Control-Allow-Origin"));
        Assert.Null(notInherited.Header("Access-Control-Allow-Origin"));
        Assert.Equal(Shop, otherMethod.Header("Access-Control-Allow-Origin"));
        Assert.Equal("https://other.example", actual.Header("Access-Control-Allow-Origin"));
        Assert.Null(elsewhere.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    [Spec("SEC-020", "SEC-001")]
    public async Task An_endpoint_alone_may_have_cors_and_the_others_stay_without()
    {
        await using var front = await Front.StartAllAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/e/{id}","extra_config":{"security/cors":{}},"backend":[{"url_pattern":"/b"}]},
              {"endpoint":"/plain","backend":[{"url_pattern":"/b"}]} ]}
            """);

        var preflight = await front.PreflightAsync("/e/1", Shop);
        var actual = await front.GetAsync("/e/1", $"Origin: {Shop}");
        var plain = await front.GetAsync("/plain", $"Origin: {Shop}");
        var plainPreflight = await front.PreflightAsync("/plain", Shop);

        Assert.Equal((204, "*", "*"), (preflight.Status, preflight.Header("Access-Control-Allow-Origin"), actual.Header("Access-Control-Allow-Origin")));
        Assert.Equal((405, 0, 0), (plainPreflight.Status, plain.HeadersStarting("Access-Control-").Count(), plain.Headers.Vary.Count));
    }

    [Theory]
    [Spec("SEC-021")]
    [InlineData("""{"allow_credentials":"yes"}""", "{}")]
    [InlineData("{}", """{"allow_credentials":"yes"}""")]
    public async Task A_value_of_the_wrong_type_refuses_the_start_wherever_it_stands(string service, string endpoint)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(service, endpoint: $$""", "extra_config":{"security/cors":{{endpoint}}}"""));

        Assert.Contains("security/cors.allow_credentials: expected true or false", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("SEC-240")]
    public async Task Origins_that_no_header_may_hold_are_refused_and_break_nothing()
    {
        await using var front = await Front.StartAsync("""{"allow_origins":["https://*"]}""");

        var strange = await front.SendRawAsync("OPTIONS /e HTTP/1.1", "Host: a", "Origin: https://\xc3\xa9vil.example", "Access-Control-Request-Method: GET");
        var twice = await front.SendRawAsync("GET /e HTTP/1.1", "Host: a", $"Origin: {Shop}", "Origin: https://attacker.net");
        var longer = await front.SendRawAsync("GET /e HTTP/1.1", "Host: a", $"Origin: https://{new string('a', 20_000)}.example");

        Assert.StartsWith("HTTP/1.1 204", strange, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", twice, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", longer, StringComparison.Ordinal);
        Assert.All(new[] { strange, twice, longer }, static answer => Assert.DoesNotContain("Access-Control-Allow", answer, StringComparison.Ordinal));
    }

    [Fact]
    [Spec("SEC-001")]
    public async Task The_old_name_works_and_http2_too()
    {
        await using var front = await Front.StartAllAsync("""
            {"version":3,"use_h2c":true,"host":["$UPSTREAM"],"extra_config":{"github_com/devopsfaith/krakend-cors":{"allow_origins":["https://shop.example.com"]}},"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}]}]}
            """);
        using var request = new HttpRequestMessage(HttpMethod.Options, "/e") { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("Origin", Shop);
        request.Headers.Add("Access-Control-Request-Method", "GET");

        using var response = await front.Gateway.Client.SendAsync(request);

        Assert.Equal((2, Shop), (response.Version.Major, response.Headers.GetValues("Access-Control-Allow-Origin").Single()));
    }

    [Fact]
    public async Task The_example_of_the_readme_works()
    {
        await using var front = await Front.StartAllAsync(PluginFront.ReadmeExample(Front.Folder));

        var shop = await front.PreflightAsync("/orders", "https://eu.partners.example.com", "DELETE");
        var prices = await front.PreflightAsync("/prices", "https://any.example");

        Assert.Empty(front.Gateway.Diagnostics.All);
        Assert.Equal(("https://eu.partners.example.com", "true"), (shop.Header("Access-Control-Allow-Origin"), shop.Header("Access-Control-Allow-Credentials")));
        Assert.Equal(("*", null), (prices.Header("Access-Control-Allow-Origin"), prices.Header("Access-Control-Allow-Credentials")));
    }
}
