using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>The built-in access log.</summary>
public sealed partial class AccessLogTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", "{}").Answer("/bad", "", 500).AnswerAfter(TimeSpan.FromSeconds(20), "/hang", "{}");
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Theory, Spec("OBS-013", "OBS-014", "OBS-016", "OBS-017", "RTE-037")]
    [InlineData("GET", "/a", 200)]
    [InlineData("GET", "/a?x=1&y=%20", 200)]
    [InlineData("GET", "/bad", 500)]
    [InlineData("GET", "/none", 404)]
    [InlineData("DELETE", "/a", 405)]
    [InlineData("GET", "/p/%252e", 400)]
    [InlineData("GET", "/__health", 200)]
    [InlineData("POST", "/__debug/x", 200)]
    [InlineData("OPTIONS", "/__echo/x", 200)]
    [InlineData("GET", "/a%22b\\c", 404)]
    public async Task A_request_that_reaches_the_router_is_one_line(string method, string target, int status)
    {
        await using var gateway = await StartAsync();

        await gateway.SendRawAsync($"{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.WaitForLogAsync("[GIN]");

        var line = Assert.Single(gateway.Log.Split('\n'), static l => l.StartsWith("[GIN]", StringComparison.Ordinal));
        var match = Line().Match(line);
        Assert.True(match.Success, line);
        Assert.Equal(status.ToString(CultureInfo.InvariantCulture), match.Groups["status"].Value);
        Assert.Equal("127.0.0.1", match.Groups["ip"].Value.Trim());
        Assert.Equal(method.PadRight(7), match.Groups["method"].Value);
        Assert.Equal(target.Replace("\\", "\\\\", StringComparison.Ordinal), match.Groups["path"].Value);
        var time = DateTime.ParseExact(match.Groups["time"].Value, "yyyy/MM/dd - HH:mm:ss", CultureInfo.InvariantCulture);
        Assert.InRange(time, DateTime.Now.AddSeconds(-30), DateTime.Now.AddSeconds(1));
    }

    [Fact, Spec("OBS-013")]
    public async Task The_duration_is_that_of_the_request()
    {
        await using var gateway = await StartAsync();

        await gateway.SendRawAsync("GET /hang HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", TimeSpan.FromSeconds(10));
        await gateway.WaitForLogAsync("[GIN]");

        var match = Line().Match(gateway.Log.Split('\n').First(static l => l.StartsWith("[GIN]", StringComparison.Ordinal)));
        Assert.InRange(double.Parse(match.Groups["ms"].Value, CultureInfo.InvariantCulture), 990, 9000);
    }

    [Fact, Spec("OBS-013")]
    public async Task Bytes_beyond_ascii_are_escaped()
    {
        await using var gateway = await StartAsync();

        await gateway.SendRawAsync("GET /caf\u00c3\u00a9 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.SendRawAsync("GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.WaitForLogAsync("\"/end\"");

        Assert.All(gateway.Log, static c => Assert.InRange(c, '\n', '~'));
    }

    [Fact, Spec("OBS-015")]
    public async Task Errors_of_the_gateway_follow_the_line_numbered_from_1()
    {
        await using var gateway = await StartAsync();

        await gateway.SendRawAsync("GET /bad HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.WaitForLogAsync("Error #01: ");

        var lines = gateway.Log.Split('\n');
        var at = Array.FindIndex(lines, static l => l.StartsWith("[GIN]", StringComparison.Ordinal));
        Assert.StartsWith("Error #01: invalid status code", lines[at + 1], StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-016", "RTE-037")]
    public async Task Redirects_of_the_router_have_no_line()
    {
        await using var gateway = await StartAsync();

        Assert.StartsWith("HTTP/1.1 301 ", await gateway.SendRawAsync("GET /a/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        await gateway.SendRawAsync("GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.WaitForLogAsync("\"/end\"");

        Assert.DoesNotContain("\"/a/\"", gateway.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("OBS-013")]
    [InlineData("GET", "/none?", "x", 20_000, 8192, "x")]
    [InlineData("GET", "/none?", "x", 8192, 8192, "x")]
    [InlineData("GET", "/", "\\", 20_000, 8191, "\\\\")]
    [InlineData("X", "/none?", "x", 20_000, 8192, "x")]
    public async Task A_text_of_any_length_is_a_bounded_line(string method, string start, string fill, int length, int printed, string escaped)
    {
        await using var gateway = await StartAsync();
        var target = start + string.Concat(Enumerable.Repeat(fill, length - start.Length));
        if (method == "X")
            method = string.Concat(Enumerable.Repeat(method, length));

        await gateway.SendRawAsync($"{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.WaitForLogAsync("[GIN]");

        var line = Assert.Single(gateway.Log.Split('\n'), static l => l.StartsWith("[GIN]", StringComparison.Ordinal));
        var shown = start + string.Concat(Enumerable.Repeat(escaped, (printed - start.Length) / escaped.Length));
        Assert.Equal(printed, shown.Length);
        Assert.EndsWith($" \"{shown}{(length > printed ? "..." : "")}\"", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 0, 2 * 8192 + 100);
    }

    [Fact, Spec("OBS-017", "RTE-107", "OBS-011", "CFG-305")]
    public async Task A_request_cut_by_its_client_shows_500()
    {
        await using var gateway = await StartAsync();
        using (var connection = await gateway.ConnectAsync())
        {
            await connection.WriteAsync("GET /hang?long=1 HTTP/1.1\r\nHost: a\r\n\r\n");
            await Wait.UntilAsync(() => _upstream.Received.Count > 0, static () => "the backend was never called");
        }

        await gateway.WaitForLogAsync("\"/hang?long=1\"");

        Assert.Contains("| 500 |", gateway.Log, StringComparison.Ordinal);
        Assert.Contains("ERROR: [ENDPOINT: /hang] context canceled", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-017", "RTE-054")]
    public async Task The_address_is_the_resolved_one()
    {
        await using var gateway = await StartAsync(""" "forwarded_by_client_ip":true,"trusted_proxies":["127.0.0.0/8"] """);

        await gateway.SendRawAsync("GET /a HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n");
        await gateway.WaitForLogAsync("[GIN]");

        Assert.Contains("|     203.0.113.9 | GET     \"/a\"", gateway.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("OBS-019", "RTE-042")]
    [InlineData(""" "disable_access_log":true """, false, false)]
    [InlineData(""" "logger_skip_paths":["/bad"] """, false, true)]
    [InlineData(""" "logger_skip_paths":["/ba","/bad/","/b*"] """, true, true)]
    public async Task Lines_can_be_left_out_and_the_application_log_stays(string router, bool bad, bool other)
    {
        await using var gateway = await StartAsync(router);

        await gateway.SendRawAsync("GET /bad?q=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.SendRawAsync("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await gateway.StopAsync();

        await gateway.WaitForLogAsync("ERROR: [ENDPOINT: /bad]");
        if (other)
            await gateway.WaitForLogAsync("\"/a\"");
        Assert.Equal(bad, gateway.Log.Contains("\"/bad?q=1\"", StringComparison.Ordinal));
        Assert.Equal(other, gateway.Log.Contains("[GIN]", StringComparison.Ordinal));
    }

    private Task<TestGateway> StartAsync(string router = "") => TestGateway.StartAsync(
        $$"""
        {"version":3,"host":["$UPSTREAM"],"debug_endpoint":true,"echo_endpoint":true,"extra_config":{"router":{ {{router}} } },"endpoints":[
          {"endpoint":"/a","backend":[{"url_pattern":"/a"}]},
          {"endpoint":"/bad","backend":[{"url_pattern":"/bad"}]},
          {"endpoint":"/p/{x}","backend":[{"url_pattern":"/a"}]},
          {"endpoint":"/hang","timeout":"1s","backend":[{"url_pattern":"/hang"}]}]}
        """, _upstream.Host);

    [GeneratedRegex("""^\[GIN\] (?<time>\S+ - \S+) \| (?<status>\d{3}) \| *(?<ms>\d+\.\d{3})ms \| (?<ip>.{15,}?) \| (?<method>[A-Z ]{7}) "(?<path>.*)"$""")]
    private static partial Regex Line();
}
