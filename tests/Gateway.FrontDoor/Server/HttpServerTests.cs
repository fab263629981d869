using System.Net;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>HTTP server settings: limits and versions.</summary>
public sealed class HttpServerTests
{
    [Fact, Spec("CFG-164")]
    public async Task A_header_block_above_max_header_bytes_is_answered_431_and_the_connection_closed()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"max_header_bytes":10000}""");
        using var small = await gateway.ConnectAsync();
        using var large = await gateway.ConnectAsync();

        await small.WriteAsync($"GET /__health HTTP/1.1\r\nHost: a\r\nX-Long: {new string('x', 8000)}\r\n\r\n");
        await large.WriteAsync($"GET /__health HTTP/1.1\r\nHost: a\r\nX-Long: {new string('x', 30_000)}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", await small.ReadResponseAsync(), StringComparison.Ordinal);
        var answer = await large.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-164")]
    public async Task A_request_line_above_max_header_bytes_is_refused_and_the_connection_closed()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"max_header_bytes":10000}""");
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync($"GET /__health?{new string('x', 30_000)} HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 414 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-164")]
    public async Task By_default_900_KB_of_headers_pass_and_2_MB_do_not()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3}""");
        using var small = await gateway.ConnectAsync();
        using var large = await gateway.ConnectAsync();

        await small.WriteAsync($"GET /__health HTTP/1.1\r\nHost: a\r\nX-Long: {new string('x', 900_000)}\r\n\r\n");
        await Task.WhenAny(large.WriteAsync($"GET /__health HTTP/1.1\r\nHost: a\r\nX-Long: {new string('x', 2_000_000)}\r\n\r\n"), Task.Delay(5000));

        Assert.StartsWith("HTTP/1.1 200 ", await small.ReadResponseAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 200 ", await large.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-164")]
    public async Task Neither_the_number_of_headers_nor_the_request_line_has_a_limit_of_its_own()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3}""");
        using var connection = await gateway.ConnectAsync();
        var request = new StringBuilder($"GET /__health?{new string('q', 200_000)} HTTP/1.1\r\nHost: a\r\n");
        for (var i = 0; i < 5000; i++)
            request.Append(System.Globalization.CultureInfo.InvariantCulture, $"X-H{i}: v\r\n");

        await connection.WriteAsync(request.Append("\r\n").ToString());

        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-165")]
    public async Task A_request_body_of_64_MB_streams_through()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.On("/up", static context => context.Response.WriteAsync($$"""{"length":{{context.Request.Body.Length}}}"""));
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/up","method":"POST","timeout":"25s","backend":[{"url_pattern":"/up"}]}]}
            """, upstream.Host);
        using var body = new ByteArrayContent(new byte[64 << 20]);

        using var response = await gateway.Client.PostAsync("/up", body);

        Assert.Equal($$"""{"length":{{64 << 20}}}""", await response.Content.ReadAsStringAsync());
    }

    [Fact, Spec("CFG-166")]
    public async Task Http_1_0_is_served_and_closed()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3}""");
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync("GET /__health HTTP/1.0\r\n\r\n");

        var answer = await connection.ReadToEndAsync();
        Assert.Contains(" 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", answer, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-166")]
    public async Task A_connection_is_kept_and_a_chunked_body_is_read()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/up", "{}");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/up","method":"POST","backend":[{"url_pattern":"/up"}]}]}
            """, upstream.Host);
        using var connection = await gateway.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            await connection.WriteAsync("POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadResponseAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(["abcde", "abcde", "abcde"], upstream.Received.Select(static r => r.Body));
    }

    [Theory, Spec("CFG-170")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("GET /__health\r\nHost: a\r\n\r\n")]
    [InlineData("GET /__health HTTP/9.9\r\nHost: a\r\n\r\n", "505")]
    [InlineData("G ET /__health HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n")]
    [InlineData("GET /__he\0alth HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n")]
    [InlineData("GET /__health HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("GET __health HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task A_malformed_request_is_answered_400_closed_and_seen_by_nobody(string request, string status = "400")
    {
        var seen = 0;
        var plugins = TestComponents.Server("test/see", ServerStages.Telemetry, (context, next) =>
        {
            Interlocked.Increment(ref seen);
            return next(context);
        });
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"extra_config":{"test/see":{}}}""", "", new() { Plugins = plugins });
        using var connection = await gateway.ConnectAsync();

        await connection.WriteAsync(request);

        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(0, seen);
    }
}
