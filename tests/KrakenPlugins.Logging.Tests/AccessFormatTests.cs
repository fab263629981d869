using System.Diagnostics;
using System.Text.Json;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>The formats and variables of the access log.</summary>
public sealed class AccessFormatTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", "{}").Answer("/bad", "", 500);
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Theory, Spec("OBS-020", "OBS-021", "OBS-018")]
    [InlineData("", """^\[GIN\] \d{4}/\d\d/\d\d - \d\d:\d\d:\d\d \| 200 \|\s+\d+\.\d{3}ms \|\s+127\.0\.0\.1 \| GET     "/a\?x=1"$""")]
    [InlineData("default", @"^\[P\] \d{4}/\d\d/\d\d - \d\d:\d\d:\d\d\.\d{3} \[AccessLog\] \|200\| \d+\.\d{3}ms \| 127\.0\.0\.1 \| GET /a$")]
    [InlineData("httpdCommon", """^127\.0\.0\.1 - - \[\d{4}/\d\d/\d\d - \d\d:\d\d:\d\d\.\d{3}\] "GET /a HTTP/1\.1" 200 -$""")]
    [InlineData("httpdCombined", """^127\.0\.0\.1 - - \[\d{4}/\d\d/\d\d - \d\d:\d\d:\d\d\.\d{3}\] "GET /a HTTP/1\.1" 200 - "http://r/" "agent \\"7\\""$""")]
    [InlineData("httpdCombine", """^127\.0\.0\.1 - - \[\d{4}/\d\d/\d\d - \d\d:\d\d:\d\d\.\d{3}\] "GET /a HTTP/1\.1" 200 - "http://r/" "agent \\"7\\""$""")]
    [InlineData("json", """^\{"prefix":"\[P\]", "time":"\d{4}/\d\d/\d\d - \d\d:\d\d:\d\d\.\d{3}", "status_code":200, "latency":"\d+\.\d{3}s", "client_ip":"127\.0\.0\.1", "method":"GET", "path":"/a"\}$""")]
    [InlineData("unheard-of", """^\[GIN\] """)]
    public async Task A_predefined_format_takes_the_place_of_the_built_in_line(string format, string expected)
    {
        await using var gateway = await StartAsync($"\"access_log_format\":\"{format}\"");
        await gateway.GetAsync("/a?x=1", ("Referer", "http://r/"), ("User-Agent", "agent \"7\""));
        await gateway.WaitForLogAsync("\n");

        Assert.Matches(expected, Assert.Single(gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact, Spec("OBS-022", "OBS-023", "OBS-024", "OBS-026")]
    public async Task A_custom_pattern_rebuilds_the_url_and_reads_headers_and_parameters()
    {
        var line = await LineAsync(
            "%{scheme}://%{host}%{path}?%{query}|%{method} %{proto}|%{header.x-one}|%{header.X-Many.1}|%{header.X-Many}|%{header.None}|%{query.foo}|%{query.none}|%{statusCode}\\n",
            "/a?foo=1%2F2+3&foo=4&b", ("Host", "shop.example:81"), ("X-One", "1"), ("X-Many", "m0"), ("X-Many", "m1"));

        Assert.Equal("http://shop.example:81/a?foo=1%2F2+3&foo=4&b|GET HTTP/1.1|1|m1|m0|-|1/2 3|-|200\n", line);
    }

    [Fact, Spec("OBS-022")]
    public async Task A_pattern_without_line_break_glues_lines()
    {
        await using var gateway = await StartAsync("\"access_log_format\":\"custom\",\"access_log_custom_format\":\"<%{path}>\"");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("</a>");
        await gateway.GetAsync("/b");
        await gateway.WaitForLogAsync("</b>");

        Assert.Equal("</a></b>", gateway.Log);
    }

    [Theory, Spec("OBS-022", "OBS-026")]
    [InlineData("", "\"access_log_custom_format\" is empty")]
    [InlineData("%{clientIp}", "unknown variable %{clientIp}; did you mean \"clientIP\"?")]
    [InlineData("%{statusCode:y}", "\"y\" in %{statusCode:y} is no formatting verb for an integer")]
    public async Task A_pattern_that_cannot_be_used_is_an_error_of_the_check_and_leaves_the_built_in_line(string pattern, string reason)
    {
        await using var gateway = await StartAsync($"\"access_log_format\":\"custom\",\"access_log_custom_format\":\"{pattern}\"", level: "WARNING");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("[GIN]");

        Assert.Contains(reason, Assert.Single(gateway.Lines("WARNING")), StringComparison.Ordinal);
        Assert.Contains(gateway.Diagnostics.All, d => d.Severity == Sdk.Configuration.ConfigSeverity.Error && d.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Theory, Spec("OBS-026")]
    [InlineData("\"access_log_missing_key_marker\":\"(none)\",", "(none)")]
    [InlineData("\"access_log_missing_key_marker\":\"\",", "-")]
    [InlineData("", "-")]
    public async Task A_variable_without_value_prints_the_marker(string marker, string expected)
    {
        await using var gateway = await StartAsync(marker + "\"access_log_format\":\"custom\",\"access_log_custom_format\":\"%{header.None}|%{query}|%{query.x}|%{jwt.sub}|%{traceId}\\n\"");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("\n");

        Assert.Equal(string.Join('|', Enumerable.Repeat(expected, 5)) + "\n", gateway.Log);
    }

    [Fact, Spec("OBS-027")]
    public async Task A_format_is_a_verb_of_go_or_a_layout_of_its_times()
    {
        var line = await LineAsync("%{statusCode:x}|%{host:q}|%{method:-7s}|%{method:6s}|%{latencyMs:.0fms}|%{time:2006}|%{time:kitchen}\\n", "/a", ("Host", "h"));

        Assert.Matches($"^c8\\|\"h\"\\|GET    \\|   GET\\|\\d+ms\\|{DateTime.Now.Year}\\|\\d+:\\d\\d[AP]M\n$", line);
    }

    [Theory, Spec("OBS-028")]
    [InlineData("json")]
    [InlineData("httpdCombined")]
    [InlineData("default")]
    public async Task What_a_client_sends_stays_on_one_line_and_inside_of_its_json(string format)
    {
        await using var gateway = await StartAsync($"\"access_log_format\":\"{format}\"");
        await gateway.SendRawAsync("GET /a\\c|?x=\\ HTTP/1.1\r\nHost: a\r\nReferer: \"\\\tr\r\nUser-Agent: \u00c2\u0085a\r\nConnection: close\r\n\r\n");
        await gateway.WaitForLogAsync("\n");

        var line = Assert.Single(gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("/a\\\\c|", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, char.IsControl);
        if (format == "httpdCombined")
            Assert.EndsWith("\"\\\"\\\\\\tr\" \"\\u0085a\"", line, StringComparison.Ordinal);
        if (format != "json")
            return;
        using var json = JsonDocument.Parse(line);
        Assert.Equal("/a\\c|", json.RootElement.GetProperty("path").GetString());
    }

    [Fact, Spec("OBS-025")]
    public async Task Claims_are_those_of_the_validated_token_and_never_of_the_header()
    {
        var plugins = TestComponents.Server("test/auth", ServerStages.ServiceGuards, static (context, next) =>
        {
            if (context.Request.Headers["X-Valid"].Count > 0)
                context.Features.Set<IClaims>(new Claims());
            return next(context);
        });
        await using var gateway = await StartAsync(
            "\"access_log_format\":\"custom\",\"access_log_custom_format\":\"%{jwt.sub} %{jwt.a.b} %{jwt.none}\\n\"", plugins: plugins, more: ",\"test/auth\":{}");
        // {"sub":"forged"}
        var token = ("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJmb3JnZWQifQ.");

        await gateway.GetAsync("/a", token);
        await gateway.WaitForLogAsync("- - -\n");
        await gateway.GetAsync("/a", token, ("X-Valid", "1"));
        await gateway.WaitForLogAsync("user - -\n");

        Assert.Equal("- - -\nuser - -\n", gateway.Log);
    }

    [Fact, Spec("OBS-015")]
    public async Task Formats_of_the_enterprise_edition_add_no_lines_with_errors()
    {
        await using var gateway = await StartAsync("\"access_log_format\":\"httpdCommon\"", endpoint: "/bad");
        await gateway.GetAsync("/bad");
        await gateway.WaitForLogAsync("\n");

        Assert.Contains("\" 500 -\n", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Error #", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-019")]
    public async Task Skipped_paths_and_a_disabled_log_leave_no_line_in_any_format()
    {
        await using var gateway = await StartAsync("\"access_log_format\":\"httpdCommon\"", more: ",\"router\":{\"logger_skip_paths\":[\"/__health\"]}");
        await gateway.GetAsync("/__health");
        await gateway.GetAsync("/__health?x=1");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("/a");
        await using var disabled = await StartAsync("\"access_log_format\":\"httpdCommon\"", more: ",\"router\":{\"disable_access_log\":true}");
        await disabled.GetAsync("/a");

        Assert.Single(gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(disabled.Log);
    }

    [Theory, Spec("OBS-017", "OBS-023")]
    [InlineData("websocket", "ws")]
    [InlineData("h2c", "http")]
    public async Task The_scheme_tells_web_sockets_apart(string upgrade, string scheme)
    {
        Assert.Equal($"{scheme}\n", await LineAsync("%{scheme}\\n", "/a", ("Upgrade", upgrade), ("Connection", "Upgrade")));
    }

    [Theory, Spec("OBS-020", "OBS-025")]
    [InlineData("\"access_log_format\":\"json\"")]
    [InlineData("\"access_log_format\":\"custom\",\"access_log_custom_format\":\"{\\\"trace_id\\\":\\\"%{traceId}\\\",\\\"span_id\\\":\\\"%{spanId}\\\"}\\n\"")]
    public async Task The_line_of_a_traced_request_names_trace_and_span(string format)
    {
        var trace = ActivityTraceId.CreateRandom();
        var plugins = TestComponents.Server("test/trace", ServerStages.Telemetry, async (context, next) =>
        {
            using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).SetParentId(trace, default).Start();
            context.Features.Set<IHttpActivityFeature>(new ActivityFeature { Activity = activity });
            await next(context);
        });
        await using var gateway = await StartAsync(format, plugins: plugins, more: ",\"test/trace\":{}");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("\n");

        using var json = JsonDocument.Parse(gateway.Log);
        Assert.Equal(trace.ToHexString(), json.RootElement.GetProperty("trace_id").GetString());
        Assert.Equal(16, json.RootElement.GetProperty("span_id").GetString()!.Length);
    }

    private async Task<string> LineAsync(string pattern, string target, params (string Name, string Value)[] headers)
    {
        await using var gateway = await StartAsync($"\"access_log_format\":\"custom\",\"access_log_custom_format\":\"{pattern}\"");
        var lines = headers.Any(static h => h.Name == "Host") ? headers : [("Host", "localhost"), .. headers];
        await gateway.SendRawAsync($"GET {target} HTTP/1.1\r\n{string.Concat(lines.Select(static h => $"{h.Name}: {h.Value}\r\n"))}{(headers.Any(static h => h.Name == "Connection") ? "" : "Connection: close\r\n")}\r\n");
        await gateway.WaitForLogAsync("\n");
        return gateway.Log;
    }

    private Task<TestGateway> StartAsync(string settings, string level = "CRITICAL", string endpoint = "/a", string more = "", PluginRegistry? plugins = null) =>
        Logged.StartAsync(
            $"\"telemetry/logging\":{{\"level\":\"{level}\",\"stdout\":true,\"prefix\":\"[P]\",{settings}}}{more}", _upstream.Host,
            $$"""{"endpoint":"{{endpoint}}","backend":[{"url_pattern":"{{endpoint}}"}]}""", new TestGatewayOptions { Plugins = plugins ?? new PluginRegistry() });

    private sealed class Claims : IClaims
    {
        public string? GetText(string name) => name == "sub" ? "user" : null;

        public DataObject? Tree => null;
    }

    private sealed class ActivityFeature : IHttpActivityFeature
    {
        public required Activity Activity { get; set; }
    }
}
