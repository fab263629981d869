using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Gateway.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>The JSON of Logstash.</summary>
public sealed class LogstashTests
{
    [Fact, Spec("OBS-046", "OBS-007")]
    public async Task The_format_is_an_object_per_record_with_its_keys_in_order()
    {
        await using var gateway = await Logged.StartAsync("\"telemetry/logging\":{\"level\":\"WARNING\",\"stdout\":true,\"prefix\":\"[P]\",\"format\":\"logstash\"}");
        gateway.Host.Logger.LogWarning("[SERVICE: Test] it's \"quoted\"\n{Rest}", "rest");
        await gateway.WaitForLogAsync("rest");

        var line = gateway.Log.TrimEnd('\n');
        Assert.Matches("""^\{"@timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", "@version": 1, "level": "WARNING", "message": "\[SERVICE: Test\] it's \\"quoted\\"\\nrest", "module": "KRAKEND"\}$""", line);
        using var record = JsonDocument.Parse(line);
        var time = record.RootElement.GetProperty("@timestamp").GetDateTimeOffset();
        Assert.InRange(time, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(1));
    }

    [Fact, Spec("OBS-047", "OBS-049")]
    public async Task The_namespace_makes_the_message_an_object_with_sorted_keys_and_the_fields_of_the_record()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        await using var gateway = await Logged.StartAsync("""
            "telemetry/logging":{"level":"WARNING","stdout":true,"prefix":"[P]","format":"custom","custom_format":"%{message}"},"telemetry/logstash":{"enabled":true}
            """, upstream.Host);
        gateway.Host.Logger.LogWarning("[SERVICE: Test] {count} of {Name}", 3, "\"x\"");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("[GIN]");

        var lines = gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var record = JsonDocument.Parse(lines[0]);
        Assert.Equal(["@timestamp", "@version", "Name", "count", "host", "level", "message", "module"], record.RootElement.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("[SERVICE: Test] 3 of \"x\"", record.RootElement.GetProperty("message").GetString());
        Assert.Equal("[P]", record.RootElement.GetProperty("module").GetString());
        Assert.Equal(3, record.RootElement.GetProperty("count").GetInt32());
        Assert.Equal(1, record.RootElement.GetProperty("@version").GetInt32());
        Assert.Equal(Environment.MachineName, record.RootElement.GetProperty("host").GetString());
        Assert.True(DateTimeOffset.TryParseExact(
            record.RootElement.GetProperty("@timestamp").GetString(), "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
        Assert.StartsWith("[GIN] ", lines[1], StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
    }

    [Fact, Spec("OBS-047")]
    public async Task Other_formats_put_their_text_around_the_object()
    {
        await using var gateway = await Logged.StartAsync("""
            "telemetry/logging":{"level":"WARNING","stdout":true,"prefix":"[P]"},"telemetry/logstash":{"enabled":true}
            """);
        gateway.Host.Logger.LogWarning("[SERVICE: Test] around");
        await gateway.WaitForLogAsync("around");

        Assert.Matches("^\\[P\\] .*WARNING\u001b\\[0m \\{\"@timestamp\":.*\"module\":\"\\[P\\]\"\\}\n$", gateway.Log);
    }

    [Fact, Spec("OBS-047")]
    public async Task By_itself_the_namespace_prints_one_object_per_record()
    {
        await using var gateway = await Logged.StartAsync("\"telemetry/logstash\":{\"enabled\":true}");
        await gateway.WaitForLogAsync("Listening on port");

        Assert.All(gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line =>
        {
            using var record = JsonDocument.Parse(line);
            Assert.Equal("KRAKEND", record.RootElement.GetProperty("module").GetString());
        });
    }

    [Fact, Spec("OBS-048")]
    public async Task Disabled_it_changes_nothing()
    {
        await using var gateway = await Logged.StartAsync("""
            "telemetry/logging":{"level":"INFO","stdout":true,"format":"custom","custom_format":"%{message}"},"telemetry/logstash":{"enabled":false}
            """);
        await gateway.WaitForLogAsync("Listening on port");

        Assert.Contains("\nStarting the gateway instance\n", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain('{', gateway.Log);
    }

    [Fact, Spec("OBS-048")]
    public async Task Objects_go_to_a_collector_as_well()
    {
        using var input = new GelfUdpInput();
        await using var gateway = await Logged.StartAsync($$"""
            "telemetry/logging":{"level":"WARNING","stdout":true,"format":"custom","custom_format":"%{message}"},"telemetry/logstash":{"enabled":true},
            "telemetry/gelf":{"address":"{{input.Address}}","enable_tcp":false}
            """);
        gateway.Host.Logger.LogWarning("[SERVICE: Test] both");
        await gateway.WaitForLogAsync("both");
        await Wait.UntilAsync(() => input.Messages.Count == 1, static () => "no message came");

        Assert.Equal(gateway.Log.TrimEnd('\n'), Assert.Single(input.Texts));
    }

    [Theory, Spec("OBS-049", "OBS-019")]
    [InlineData("", "[GIN] ")]
    [InlineData("httpdCommon", "127.0.0.1 - - [")]
    public async Task Access_lines_stay_plain_and_can_be_switched_off(string format, string start)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        var logging = $$"""
            "telemetry/logging":{"level":"CRITICAL","stdout":true,"format":"logstash","access_log_format":"{{format}}"},"telemetry/logstash":{"enabled":true}
            """;
        await using var gateway = await Logged.StartAsync(logging, upstream.Host);
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("/a");
        await using var silent = await Logged.StartAsync(logging + ",\"router\":{\"disable_access_log\":true}", upstream.Host);
        await silent.GetAsync("/a");
        silent.Host.Logger.LogCritical("[SERVICE: Test] last");
        await silent.WaitForLogAsync("last");

        Assert.StartsWith(start, Assert.Single(gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Single(silent.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory, Spec("OBS-046", "OBS-047")]
    [InlineData("\"format\":\"logstash\"", "")]
    [InlineData("\"format\":\"custom\",\"custom_format\":\"%{message}\"", ",\"telemetry/logstash\":{}")]
    public async Task Records_of_a_traced_request_name_trace_and_span(string format, string more)
    {
        await using var gateway = await Logged.StartAsync($"\"telemetry/logging\":{{\"level\":\"ERROR\",\"stdout\":true,{format}}}{more}");
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        gateway.Host.Logger.LogError("[SERVICE: Test] traced");
        await gateway.WaitForLogAsync("traced");

        using var record = JsonDocument.Parse(gateway.Log);
        Assert.Equal(activity.TraceId.ToHexString(), record.RootElement.GetProperty("trace_id").GetString());
        Assert.Equal(activity.SpanId.ToHexString(), record.RootElement.GetProperty("span_id").GetString());
    }
}
