using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Server;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>Levels, formats and start lines of the application log.</summary>
public sealed class ApplicationLogTests
{
    private static readonly string[] s_levels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

    [Fact, Spec("OBS-001", "OBS-045")]
    public async Task Without_a_namespace_the_default_console_logger_writes()
    {
        await using var gateway = await Logged.StartAsync("");
        await gateway.WaitForLogAsync("Listening on port");

        Assert.Matches(@"(?m)^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d KRAKEND INFO: Starting ", gateway.Log);
        Assert.Matches(@"(?m)^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d KRAKEND DEBUG: \[ENDPOINT: /a\] Building the proxy pipe$", gateway.Log);
        Assert.DoesNotContain("Improved logging", gateway.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("OBS-002")]
    [InlineData("DEBUG", 0)]
    [InlineData("INFO", 1)]
    [InlineData("info", 1)]
    [InlineData("Warning", 2)]
    [InlineData("ERROR", 3)]
    [InlineData("CRITICAL", 4)]
    public async Task A_level_keeps_itself_and_what_is_more_severe(string level, int least)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        await using var gateway = await Logged.StartAsync($$"""
            "telemetry/logging":{"level":"{{level}}","stdout":true,"format":"custom","custom_format":"%{level}|%{message}"}
            """, upstream.Host);

        LogAll(gateway);
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("[GIN]");

        Assert.Equal(s_levels.Skip(least).Select(static l => $"{l}|[SERVICE: Test] at {l}"), gateway.Lines("[SERVICE: Test]"));
    }

    [Theory, Spec("OBS-003")]
    [InlineData("""{"stdout":true}""", "logger: invalid log level: it is missing; expected one of DEBUG, INFO, WARNING, ERROR, CRITICAL (")]
    [InlineData("""{"level":"VERBOSE","stdout":true}""", "logger: invalid log level \"VERBOSE\"; expected one of DEBUG, INFO, WARNING, ERROR, CRITICAL (")]
    [InlineData("""{"level":"INFO","stdout":"yes"}""", "expected true or false, not \"yes\"")]
    [InlineData("\"INFO\"", "expected an object")]
    [InlineData("""{"level":"INFO","syslog":true}""", "no syslog daemon listens on /nowhere/log")]
    [InlineData("""{"level":"INFO","stdout":true,"format":"custom","custom_format":"no variable"}""", "logger: invalid log format: \"no variable\"")]
    [InlineData("""{"level":"INFO","stdout":true,"format":"custom"}""", "logger: invalid log format: ")]
    [InlineData("""{"level":"INFO","stdout":true,"format":"custom","custom_format":"%{mesage}"}""", "logger: unknown variable: mesage")]
    public async Task What_cannot_be_built_leaves_the_default_logger_and_one_error(string settings, string reason)
    {
        await using var gateway = await Logged.StartAsync($"\"telemetry/logging\":{settings}");
        await gateway.WaitForLogAsync("Listening on port");

        var error = Assert.Single(gateway.Lines("ERROR"));
        Assert.Contains(" KRAKEND ERROR: [SERVICE: Logging] Unable to create the logger: " + reason, error, StringComparison.Ordinal);
        Assert.Contains(".json:", error, StringComparison.Ordinal);
        Assert.Contains("KRAKEND DEBUG: [ENDPOINT: /a]", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Improved logging", gateway.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("OBS-008")]
    [InlineData("no variable")]
    [InlineData("%{unknown} %{message}")]
    public async Task A_pattern_that_the_engine_would_crash_at_is_refused_by_the_check(string pattern)
    {
        await using var gateway = await Logged.StartAsync($$"""
            "telemetry/logging":{"level":"INFO","stdout":true,"format":"custom","custom_format":"{{pattern}}"}
            """);

        Assert.True(gateway.Diagnostics.HasErrors);
        Assert.Contains(gateway.Diagnostics.All, static d => d.Path == "extra_config.telemetry/logging.custom_format" && d.Position.Line > 0);
    }

    [Fact, Spec("OBS-008")]
    public async Task Variables_of_the_engine_that_nobody_documented_print_question_marks()
    {
        await using var gateway = await StartAsync("%{longfile} %{shortfile} %{longfunc} %{shortfunc} %{callpath} %{message}");

        LogAll(gateway);
        await gateway.WaitForLogAsync("at CRITICAL");

        Assert.Contains("??? ??? ??? ??? ??? [SERVICE: Test] at ERROR\n", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-004", "OBS-018")]
    public async Task Without_a_sink_the_log_is_silent_and_standard_error_says_so()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        var error = Console.Error;
        using var captured = new StringWriter();
        Console.SetError(captured);
        try
        {
            await using var gateway = await Logged.StartAsync("\"telemetry/logging\":{\"level\":\"DEBUG\"}", upstream.Host);
            await gateway.GetAsync("/a");
            await gateway.WaitForLogAsync("[GIN]");

            Assert.Matches("^\\[GIN\\][^\n]+\n$", gateway.Log);
            Assert.Single(captured.ToString().Split('\n'), static l => l.Contains("WARNING: [SERVICE: Logging] the application log goes nowhere", StringComparison.Ordinal));
        }
        finally
        {
            Console.SetError(error);
        }
    }

    [Fact, Spec("OBS-005", "OBS-006", "OBS-010")]
    public async Task The_default_format_has_prefix_time_coloured_level_and_message()
    {
        await using var gateway = await Logged.StartAsync("\"telemetry/logging\":{\"level\":\"DEBUG\",\"stdout\":true,\"prefix\":\"[KRAKEND]\"}");
        LogAll(gateway);
        await gateway.WaitForLogAsync("at CRITICAL");

        var lines = gateway.Lines("[SERVICE: Test]");
        int?[] colours = [36, null, 33, 31, 35];
        for (var i = 0; i < lines.Length; i++)
        {
            var colour = colours[i] is { } code ? $"\u001b\\[{code}m" : "";
            Assert.Matches($"^\\[KRAKEND\\] \\d{{4}}/\\d\\d/\\d\\d - \\d\\d:\\d\\d:\\d\\d\\.\\d{{3}} {colour}▶ {s_levels[i]}\u001b\\[0m \\[SERVICE: Test\\] at {s_levels[i]}$", lines[i]);
        }
        Assert.Equal(5, lines.Length);
    }

    [Fact, Spec("OBS-010")]
    public async Task The_lines_of_a_start_come_in_their_order()
    {
        await using var gateway = await StartAsync("%{level}: %{message}");
        await gateway.WaitForLogAsync("Listening on port");

        string[] expected =
        [
            "DEBUG: [SERVICE: telemetry/logging] Improved logging started.",
            $"INFO: Starting {Product.Name} v{Product.Version}",
            $"INFO: Working directory is {Directory.GetCurrentDirectory()}",
            "INFO: Starting the gateway instance",
            "DEBUG: [ENDPOINT: /a] Building the proxy pipe",
            "DEBUG: [BACKEND: /a] Building the backend pipe",
            "DEBUG: [ENDPOINT: /a] Building the http handler",
            $"INFO: [SERVICE: Gin] Listening on port: {gateway.Port}",
        ];
        Assert.Equal(expected, gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(expected.Contains));
        Assert.StartsWith(expected[0], gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-006", "OBS-007")]
    public async Task A_custom_format_is_printed_exactly_and_without_prefix()
    {
        await using var gateway = await StartAsync("<%{pid:x}|%{program}|%{module:-10s}|%{level:.4s}|%{time:2006-01-02}|%{color:bold}%{message}%{color:reset}>", "\"prefix\":\"[P]\",");
        LogAll(gateway);
        await gateway.WaitForLogAsync("at CRITICAL");

        var today = $"{DateTime.Now:yyyy-MM-dd}";
        var program = Path.GetFileName(Environment.ProcessPath);
        Assert.Contains($"\n<{Environment.ProcessId:x}|{program}|KRAKEND   |WARN|{today}|\u001b[33;1m[SERVICE: Test] at WARNING\u001b[0m>\n", gateway.Log, StringComparison.Ordinal);
        Assert.Contains($"|{today}|[SERVICE: Test] at INFO\u001b[0m>\n", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("[P]", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-006")]
    public async Task A_custom_format_without_colour_has_no_escape_byte()
    {
        await using var gateway = await StartAsync("%{time} %{level} %{message}");
        LogAll(gateway);
        await gateway.WaitForLogAsync("at CRITICAL");

        Assert.DoesNotContain('\u001b', gateway.Log);
        Assert.Matches(@"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d) ERROR \[SERVICE: Test\] at ERROR$", gateway.Log);
    }

    [Fact, Spec("OBS-007")]
    public async Task Record_numbers_rise_strictly()
    {
        await using var gateway = await StartAsync("%{id} %{message}");
        LogAll(gateway);
        await gateway.WaitForLogAsync("at CRITICAL");

        var ids = gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => long.Parse(l.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(ids.Order().Distinct(), ids);
    }

    [Fact, Spec("OBS-009")]
    public async Task Records_of_a_component_carry_its_tag_and_obey_level_and_format()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        var plugins = TestComponents.Proxy("test/talks", static (request, next, token) => next(request, token));
        plugins.Backend("test/talks", BackendStages.Modifiers, static (_, context, _) =>
        {
            context.Logger.LogInformation("{Prefix}[Talks] not shown", context.LogPrefix);
            context.Logger.LogWarning("{Prefix}[Talks] shown", context.LogPrefix);
            return null;
        });
        await using var gateway = await Logged.StartAsync(
            "\"telemetry/logging\":{\"level\":\"WARNING\",\"stdout\":true,\"format\":\"logstash\"}", upstream.Host,
            """{"endpoint":"/a","backend":[{"url_pattern":"/b","extra_config":{"test/talks":{}}}]}""", new TestGatewayOptions { Plugins = plugins });
        await gateway.WaitForLogAsync("shown");

        using var record = JsonDocument.Parse(Assert.Single(gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal("[BACKEND: GET /a -> /b][Talks] shown", record.RootElement.GetProperty("message").GetString());
    }

    [Fact, Spec("OBS-005")]
    public async Task What_a_message_holds_cannot_forge_a_line()
    {
        await using var gateway = await StartAsync("%{level} %{message}");

        gateway.Host.Logger.LogError("[SERVICE: Test] a\nERROR forged\r\u001b[31m {End}", "is over");
        await gateway.WaitForLogAsync("is over");

        Assert.Contains("ERROR [SERVICE: Test] a\\nERROR forged\\x0d\\x1b[31m is over\n", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-003", "OBS-012", "CFG-153")]
    public async Task A_reload_changes_the_log_and_a_faulty_one_keeps_it()
    {
        await using var gateway = await StartAsync("one %{message}");
        await gateway.ReloadAsync(Logged.Config("\"telemetry/logging\":{\"level\":\"INFO\",\"stdout\":true,\"format\":\"custom\",\"custom_format\":\"two %{message}\"}"));
        await gateway.WaitForLogAsync("two [SERVICE: Gateway] Reloaded: 1 endpoints");

        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => gateway.ReloadAsync(Logged.Config("\"telemetry/logging\":{\"level\":\"LOUD\",\"stdout\":true}")));
        gateway.Host.Logger.LogInformation("still here");

        Assert.Contains("invalid log level \"LOUD\"", refused.Message, StringComparison.Ordinal);
        await gateway.WaitForLogAsync("two still here");
    }

    private static Task<TestGateway> StartAsync(string pattern, string more = "") => Logged.StartAsync($$"""
        "telemetry/logging":{"level":"DEBUG","stdout":true,{{more}}"format":"custom","custom_format":"{{pattern}}"}
        """);

    private static void LogAll(TestGateway gateway)
    {
        var logger = gateway.Host.Logger;
        logger.LogDebug("[SERVICE: Test] at {Level}", "DEBUG");
        logger.LogInformation("[SERVICE: Test] at {Level}", "INFO");
        logger.LogWarning("[SERVICE: Test] at {Level}", "WARNING");
        logger.LogError("[SERVICE: Test] at {Level}", "ERROR");
        logger.LogCritical("[SERVICE: Test] at {Level}", "CRITICAL");
    }
}
