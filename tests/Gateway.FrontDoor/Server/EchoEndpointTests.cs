using System.Net;
using System.Text.Json;
using Gateway.Core;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>The echo endpoint.</summary>
public sealed class EchoEndpointTests
{
    private const string Enabled = """{"version":3,"echo_endpoint":true}""";

    [Theory, Spec("DEV-012")]
    [InlineData("""{"version":3}""")]
    [InlineData("""{"version":3,"debug_endpoint":true}""")]
    public async Task Without_the_key_it_is_an_unknown_route(string json)
    {
        await using var gateway = await TestGateway.StartAsync(json, "", new() { Debug = true });

        using var response = await gateway.Client.GetAsync("/__echo/x");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory, Spec("DEV-013")]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    [InlineData("TRACE")]
    public async Task Every_method_is_answered_with_the_six_members_in_their_order(string method)
    {
        await using var gateway = await TestGateway.StartAsync(Enabled);

        foreach (var target in new[] { "/__echo/", "/__echo/a/b?x=1" })
        {
            var answer = await gateway.SendRawAsync($"{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nContent-Type: application/json; charset=utf-8\r\n", answer, StringComparison.Ordinal);
            var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            if (method == "HEAD")
            {
                Assert.Equal("", body);
                continue;
            }
            using var json = JsonDocument.Parse(body);
            Assert.Equal(["req_uri", "req_uri_details", "req_method", "req_querystring", "req_body", "req_headers"], json.RootElement.EnumerateObject().Select(static p => p.Name));
            Assert.Equal(method, json.RootElement.GetProperty("req_method").GetString());
        }
    }

    [Fact, Spec("DEV-014", "DEV-015", "DEV-016", "DEV-017", "DEV-018")]
    public async Task It_shows_exactly_what_it_received()
    {
        await using var gateway = await TestGateway.StartAsync(Enabled);

        var answer = await gateway.SendRawAsync("POST /__echo/a%20b?q=foo&q=b%2Br&b=%26<> HTTP/1.1\r\nHost: my.host:80\r\nx-foo-BAR: 1\r\nX-Foo-Bar: 2\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{\"a\":\"&\"}");

        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        Assert.DoesNotContain('&', body);
        Assert.DoesNotContain('<', body);
        Assert.DoesNotContain('>', body);
        Assert.Contains("\\u0026\\u003c\\u003e", body, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        Assert.Equal("/__echo/a%20b?q=foo&q=b%2Br&b=%26<>", root.GetProperty("req_uri").GetString());
        var details = root.GetProperty("req_uri_details");
        Assert.Equal(["fragment", "host", "path", "query", "user"], details.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("", details.GetProperty("fragment").GetString());
        Assert.Equal("my.host:80", details.GetProperty("host").GetString());
        Assert.Equal("/__echo/a b", details.GetProperty("path").GetString());
        Assert.Equal("b=%26%3C%3E&q=foo&q=b%2Br", details.GetProperty("query").GetString());
        Assert.Equal("", details.GetProperty("user").GetString());
        Assert.Equal(["foo", "b+r"], root.GetProperty("req_querystring").GetProperty("q").EnumerateArray().Select(static v => v.GetString()!));
        Assert.Equal("""{"a":"&"}""", root.GetProperty("req_body").GetString());
        var headers = root.GetProperty("req_headers");
        Assert.Equal(["1", "2"], headers.GetProperty("X-Foo-Bar").EnumerateArray().Select(static v => v.GetString()!));
        Assert.False(headers.TryGetProperty("Host", out _));
    }

    [Fact, Spec("DEV-016", "DEV-017")]
    public async Task Maps_are_objects_and_the_body_is_a_text_even_when_empty()
    {
        await using var gateway = await TestGateway.StartAsync(Enabled);

        var answer = await gateway.SendRawAsync("GET /__echo/ HTTP/1.0\r\n\r\n");

        using var json = JsonDocument.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.Equal("{}", json.RootElement.GetProperty("req_querystring").GetRawText());
        Assert.Equal("{}", json.RootElement.GetProperty("req_headers").GetRawText());
        Assert.Equal("", json.RootElement.GetProperty("req_body").GetString());
        Assert.Equal("", json.RootElement.GetProperty("req_uri_details").GetProperty("host").GetString());
    }

    [Fact, Spec("DEV-017")]
    public async Task Invalid_utf_8_does_not_fail_the_call()
    {
        await using var gateway = await TestGateway.StartAsync(Enabled);
        using var content = new ByteArrayContent([0xff, 0xfe, (byte)'a', 0xc3]);

        using var response = await gateway.Client.PostAsync("/__echo/x", content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains('a', json.RootElement.GetProperty("req_body").GetString()!);
    }

    [Theory, Spec("DEV-014")]
    [InlineData("/__echo/%ff")]
    [InlineData("/__echo/%c3")]
    public async Task A_path_that_is_no_text_does_not_fail_the_gateway(string target)
    {
        await using var gateway = await TestGateway.StartAsync(Enabled);

        var answer = await gateway.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.Matches("^HTTP/1.1 (200|400) ", answer);
    }

    [Fact, Spec("DEV-018")]
    public async Task It_logs_nothing_itself()
    {
        await using var gateway = await TestGateway.StartAsync(Enabled);
        await gateway.WaitForLogAsync("Listening on port");
        var before = gateway.Log.Length;
        using var content = new StringContent("secret");

        using var response = await gateway.Client.PostAsync("/__echo/x", content);
        await gateway.WaitForLogAsync("\"/__echo/x\"");

        Assert.StartsWith("[GIN]", gateway.Log[before..], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("DEV-019")]
    public async Task As_backend_its_object_goes_through_the_normal_pipe()
    {
        await using var backend = await TestGateway.StartAsync(Enabled);
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/x","backend":[{"url_pattern":"/__echo/x","allow":["req_method","req_headers"],"mapping":{"req_method":"verb"},"group":"echo"}]}]}
            """, $"http://127.0.0.1:{backend.Port}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x?a=1") { Headers = { { "Test", "1" } } };

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(
            $$$"""{"echo":{"req_headers":{"Accept-Encoding":["gzip"],"User-Agent":["KrakenD Version {{{Product.Version}}}"],"X-Forwarded-For":["127.0.0.1"],"X-Forwarded-Host":["127.0.0.1:{{{gateway.Port}}}"]},"verb":"GET"}}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact, Spec("DEV-013")]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await using var gateway = await TestGateway.StartAsync(Enabled, "", new() { Limits = new Limits { BufferedRequestBody = 1000 } });
        using var content = new StringContent(new string('x', 5000));

        using var response = await gateway.Client.PostAsync("/__echo/x", content);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }
}
