using System.Net;
using Gateway.Core;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>The debug endpoint.</summary>
public sealed class DebugEndpointTests
{
    private const string Enabled = """{"version":3,"debug_endpoint":true}""";

    [Theory, Spec("DEV-001")]
    [InlineData("""{"version":3}""")]
    [InlineData("""{"version":3,"debug_endpoint":false,"echo_endpoint":true}""")]
    public async Task Without_the_key_it_is_an_unknown_route(string json)
    {
        await using var gateway = await TestGateway.StartAsync(json);

        using var root = await gateway.Client.GetAsync("/__debug/");
        using var deep = await gateway.Client.GetAsync("/__debug/a/b");

        Assert.Equal(HttpStatusCode.NotFound, root.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, deep.StatusCode);
        Assert.Equal("false", deep.Headers.GetValues("X-Krakend-Completed").Single());
    }

    [Theory, Spec("DEV-002", "DEV-005")]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    [InlineData("TRACE")]
    public async Task Every_method_is_answered_pong(string method)
    {
        await using var gateway = await TestGateway.StartAsync(Enabled);
        var body = method is "POST" or "PUT" or "PATCH" or "DELETE" ? "Content-Length: 3\r\n\r\nabc" : "\r\n";

        foreach (var target in new[] { "/__debug/", "/__debug/a/b/c?x=1", "/__debug/%2Fa%20b" })
        {
            var answer = await gateway.SendRawAsync($"{method} {target} HTTP/1.1\r\nHost: a\r\nX-Any: 1\r\nConnection: close\r\n{body}");

            Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nContent-Type: application/json; charset=utf-8\r\n", answer, StringComparison.Ordinal);
            Assert.EndsWith(method == "HEAD" ? "\r\n\r\n" : "\r\n\r\n{\"message\":\"pong\"}", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("X-Krakend", answer, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Cache-Control", answer, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory, Spec("DEV-003")]
    [InlineData("""{"version":3}""")]
    [InlineData("""{"version":3,"debug_endpoint":false}""")]
    public async Task The_flag_enables_it_whatever_the_file_says(string json)
    {
        await using var gateway = await TestGateway.StartAsync(json, "", new() { Debug = true });

        Assert.Equal("""{"message":"pong"}""", await gateway.Client.GetStringAsync("/__debug/x"));
        await gateway.WaitForLogAsync("KRAKEND DEBUG: [SERVICE: Gin] Debug enabled\n");
        using var echo = await gateway.Client.GetAsync("/__echo/x");
        Assert.Equal(HttpStatusCode.NotFound, echo.StatusCode);
    }

    [Fact, Spec("DEV-004", "DEV-011")]
    public async Task A_call_is_logged_in_six_debug_lines()
    {
        await using var gateway = await TestGateway.StartAsync(Enabled);

        await gateway.SendRawAsync("POST /__debug/a%20b/c?z=1&a=%41&z=2 HTTP/1.1\r\nHost: a\r\nx-some-THING: v1\r\nX-Some-Thing: v2\r\nContent-Length: 5\r\nConnection: close\r\n\r\n{\"a\"}");
        await gateway.WaitForLogAsync("Body:");

        var lines = gateway.Log.Split('\n').Where(static l => l.Contains("[ENDPOINT: /__debug/*]", StringComparison.Ordinal)).Select(static l => l["0000/00/00 00:00:00 ".Length..]).ToArray();
        const string prefix = "KRAKEND DEBUG: [ENDPOINT: /__debug/*] ";
        Assert.Equal(6, lines.Length);
        Assert.Equal(prefix + "Method: POST", lines[0]);
        Assert.Equal(prefix + "URL: /__debug/a%20b/c?z=1&a=%41&z=2", lines[1]);
        Assert.Equal(prefix + "Query: map[a:[A] z:[1 2]]", lines[2]);
        Assert.Equal(prefix + "Params: [param:/a%20b/c]", lines[3]);
        Assert.Contains("X-Some-Thing:[v1 v2]", lines[4], StringComparison.Ordinal);
        Assert.Equal(prefix + "Body: {\"a\"}", lines[5]);
    }

    [Fact, Spec("DEV-006", "RTE-077")]
    public async Task As_backend_it_shows_that_nothing_undeclared_is_forwarded()
    {
        await using var backend = await TestGateway.StartAsync(Enabled);
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/x","backend":[{"url_pattern":"/__debug/x"}]}]}
            """, $"http://127.0.0.1:{backend.Port}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x?a=1&b=2") { Headers = { { "Accept", "text/html" }, { "Test", "1" } } };

        using var response = await gateway.Client.SendAsync(request);
        await backend.WaitForLogAsync("Body:");

        Assert.Equal("""{"message":"pong"}""", await response.Content.ReadAsStringAsync());
        Assert.Contains("] Query: map[]\n", backend.Log, StringComparison.Ordinal);
        Assert.Contains($"] Headers: map[Accept-Encoding:[gzip] User-Agent:[KrakenD Version {Product.Version}] X-Forwarded-For:[127.0.0.1] X-Forwarded-Host:[127.0.0.1:{gateway.Port}]]\n", backend.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("DEV-007")]
    public async Task As_backend_it_shows_what_the_lists_let_through()
    {
        await using var backend = await TestGateway.StartAsync(Enabled);
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/x","input_query_strings":["a","b"],"input_headers":["User-Agent","Accept"],"backend":[{"url_pattern":"/__debug/x"}]},
              {"endpoint":"/qs/{variable}","backend":[{"url_pattern":"/__debug/qs?mandatory={variable}"}]}]}
            """, $"http://127.0.0.1:{backend.Port}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x?a=1&b=2&c=3") { Headers = { { "Accept", "text/html" }, { "User-Agent", "me/1" }, { "Test", "1" } } };

        using var first = await gateway.Client.SendAsync(request);
        using var second = await gateway.Client.GetAsync("/qs/v?other=1");
        await backend.WaitForLogAsync("mandatory:[v]");

        Assert.Contains("] Query: map[a:[1] b:[2]]\n", backend.Log, StringComparison.Ordinal);
        Assert.Contains("Accept:[text/html]", backend.Log, StringComparison.Ordinal);
        Assert.Contains("User-Agent:[me/1]", backend.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Test:", backend.Log, StringComparison.Ordinal);
        Assert.Contains("] Query: map[mandatory:[v]]\n", backend.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("DEV-008", "DEV-020")]
    [InlineData("/__debug", "GET", 301)]
    [InlineData("/__debug", "POST", 307)]
    [InlineData("/__echo", "GET", 301)]
    [InlineData("/__echo", "PUT", 307)]
    public async Task Without_the_final_slash_it_redirects(string path, string method, int status)
    {
        const string both = """{"version":3,"debug_endpoint":true,"echo_endpoint":true MORE}""";
        await using var gateway = await TestGateway.StartAsync(both.Replace("MORE", "", StringComparison.Ordinal));
        await using var strict = await TestGateway.StartAsync(both.Replace("MORE",
            ",\"extra_config\":{\"router\":{\"disable_redirect_trailing_slash\":true,\"disable_redirect_fixed_path\":true}}", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var again = new HttpRequestMessage(new HttpMethod(method), path);

        using var redirect = await gateway.Client.SendAsync(request);
        using var none = await strict.Client.SendAsync(again);

        Assert.Equal(status, (int)redirect.StatusCode);
        Assert.Equal(path + "/", redirect.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact, Spec("DEV-008")]
    public async Task A_backend_pointing_at_the_path_without_slash_follows_the_redirect()
    {
        await using var backend = await TestGateway.StartAsync(Enabled);
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/x","backend":[{"url_pattern":"/__debug"}]}]}
            """, $"http://127.0.0.1:{backend.Port}");

        Assert.Equal("""{"message":"pong"}""", await gateway.Client.GetStringAsync("/x"));
    }

    [Fact, Spec("DEV-009", "DEV-020")]
    public async Task The_routes_pass_the_service_wide_layers_and_no_endpoint_component()
    {
        var plugins = new PluginRegistry();
        foreach (var (stage, name) in new[] { (ServerStages.Cors, "Cors"), (ServerStages.Security, "Security"), (ServerStages.BotDetector, "Bots") })
            plugins.Server("test/" + name, stage, (_, _, _) => new Marker("X-" + name));
        plugins.Endpoint("test/endpoint", EndpointStages.Authentication, (_, _, _) => new Marker("X-Endpoint"));
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"debug_endpoint":true,"echo_endpoint":true,"extra_config":{"test/Cors":{},"test/Security":{},"test/Bots":{},"test/endpoint":{}}}
            """, "", new() { Plugins = plugins });

        foreach (var path in new[] { "/__debug/x", "/__echo/x" })
        {
            using var response = await gateway.Client.GetAsync(path);
            Assert.Equal(["X-Bots", "X-Cors", "X-Security"], response.Headers.Select(static h => h.Key).Where(static k => k.StartsWith("X-", StringComparison.Ordinal)).Order());
        }
    }

    [Theory, Spec("DEV-010")]
    [InlineData("/__debug")]
    [InlineData("/__debug/x")]
    [InlineData("/__echo/x")]
    [InlineData("/__health")]
    [InlineData("/__stats/x")]
    public async Task An_endpoint_on_a_reserved_path_does_not_load(string path)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestGateway.StartAsync(
            $$"""{"version":3,"host":["http://127.0.0.1:11"],"endpoints":[{"endpoint":"{{path}}","backend":[{"url_pattern":"/a"}]}]}"""));

        Assert.Contains($"ignoring the 'GET {path}' endpoint, since it is invalid!!!", error.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("DEV-004")]
    public async Task A_body_beyond_the_limit_is_not_logged_and_the_answer_stays()
    {
        await using var gateway = await TestGateway.StartAsync(Enabled, "", new() { Limits = new Limits { BufferedRequestBody = 1000 } });
        using var body = new StringContent(new string('x', 5000));

        using var response = await gateway.Client.PostAsync("/__debug/x", body);
        await gateway.WaitForLogAsync("Body:");

        Assert.Equal("""{"message":"pong"}""", await response.Content.ReadAsStringAsync());
        Assert.DoesNotContain("xxxx", gateway.Log, StringComparison.Ordinal);
    }

    private sealed class Marker(string header) : KrakenPlugins.Sdk.Proxy.IHttpMiddleware
    {
        public Task InvokeAsync(Microsoft.AspNetCore.Http.HttpContext context, Microsoft.AspNetCore.Http.RequestDelegate next)
        {
            context.Response.Headers[header] = "1";
            return next(context);
        }
    }
}
