using System.Net;
using System.Text.RegularExpressions;
using Gateway.Core;
using Gateway.Core.Diagnostics;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Gateway.FrontDoor.Server;

/// <summary>The default console logger.</summary>
public sealed partial class ConsoleLogTests
{
    private const string Two = """
        {"version":3,"host":["$UPSTREAM"],"endpoints":[
          {"endpoint":"/one","timeout":"300ms","backend":[{"url_pattern":"/a"}]},
          {"endpoint":"/two/{id}","timeout":"300ms","backend":[{"url_pattern":"/a"},{"url_pattern":"/b/{id}"}]}]}
        """;

    [Fact, Spec("OBS-001", "OBS-009")]
    public async Task Every_record_is_one_line_of_the_default_format()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync(Two, upstream.Host);
        using var response = await gateway.Client.GetAsync("/one");
        await gateway.WaitForLogAsync("| 500 |");

        var lines = gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => !l.StartsWith("[GIN]", StringComparison.Ordinal) && !l.StartsWith("Error #", StringComparison.Ordinal)).ToArray();

        Assert.All(lines, static l => Assert.Matches(Line(), l));
        Assert.All(lines.Skip(3), static l => Assert.Matches(Tagged(), l));
        Assert.Contains(lines, static l => l.Contains(" DEBUG: ", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', gateway.Log);
    }

    [Fact, Spec("OBS-010", "CFG-140")]
    public async Task The_lines_of_a_start_come_in_their_order()
    {
        await using var gateway = await TestGateway.StartAsync(Two, "http://127.0.0.1:11");
        await gateway.WaitForLogAsync("Listening on port");

        var lines = gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l[(l.IndexOf("KRAKEND ", StringComparison.Ordinal) + 8)..]).ToList();

        string[] expected =
        [
            $"INFO: Starting {Product.Name} v{Product.Version}",
            $"INFO: Working directory is {Directory.GetCurrentDirectory()}",
            "INFO: Starting the gateway instance",
            "DEBUG: [ENDPOINT: /one] Building the proxy pipe",
            "DEBUG: [BACKEND: /a] Building the backend pipe",
            "DEBUG: [ENDPOINT: /one] Building the http handler",
            "DEBUG: [ENDPOINT: /two/{id}] Building the proxy pipe",
            "DEBUG: [BACKEND: /a] Building the backend pipe",
            "DEBUG: [BACKEND: /b/{id}] Building the backend pipe",
            "DEBUG: [ENDPOINT: /two/{id}] Building the http handler",
            $"INFO: [SERVICE: Gin] Listening on port: {gateway.Port}",
        ];
        Assert.Equal(expected, lines.Where(expected.Contains));
        Assert.Equal(expected[^1], lines[^1]);
    }

    [Fact, Spec("OBS-011", "CFG-305")]
    public async Task A_timeout_is_one_error_that_says_deadline_exceeded()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.AnswerAfter(TimeSpan.FromSeconds(10), "/a", "{}");
        await using var gateway = await TestGateway.StartAsync(Two, upstream.Host);

        using var response = await gateway.Client.GetAsync("/one");
        await gateway.WaitForLogAsync("| 500 |");

        Assert.EndsWith("ERROR: [ENDPOINT: /one] context deadline exceeded", Assert.Single(Errors(gateway)), StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-011")]
    public async Task Several_causes_are_numbered_from_0()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "", 503).Answer("/b/7", "", 502);
        await using var gateway = await TestGateway.StartAsync(Two, upstream.Host);

        using var response = await gateway.Client.GetAsync("/two/7");
        await gateway.WaitForLogAsync("| 500 |");

        var errors = Errors(gateway);
        Assert.Equal(2, errors.Length);
        Assert.Contains("[ENDPOINT: /two/{id}] Error #0: invalid status code", errors[0], StringComparison.Ordinal);
        Assert.Contains("[ENDPOINT: /two/{id}] Error #1: invalid status code", errors[1], StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-011")]
    public async Task A_success_writes_nothing_at_info_or_above()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        await using var gateway = await TestGateway.StartAsync(Two, upstream.Host);
        await gateway.WaitForLogAsync("Listening on port");
        var before = gateway.Log.Length;

        using var response = await gateway.Client.GetAsync("/one");
        await gateway.WaitForLogAsync("| 200 |");

        Assert.StartsWith("[GIN] ", gateway.Log[before..], StringComparison.Ordinal);
        Assert.Single(gateway.Log[before..].Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact, Spec("OBS-001")]
    public async Task What_a_client_sends_cannot_forge_a_line()
    {
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"debug_endpoint":true}""");
        using var body = new StringContent("a\n2024/01/01 00:00:00 KRAKEND ERROR: forged\r\n\u001b[31m");

        using var response = await gateway.Client.PostAsync("/__debug/x", body);
        await gateway.WaitForLogAsync("Body:");

        Assert.DoesNotContain("\n2024/01/01", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', gateway.Log);
        Assert.DoesNotContain('\u001b', gateway.Log);
    }

    [Fact, Spec("OBS-012")]
    public void A_stuck_stream_holds_nobody_up_and_what_was_dropped_is_counted()
    {
        using var stream = new StuckStream();
        using var sink = new LogSink(stream, 4096);
        using var factory = new ConsoleLoggerFactory(sink);
        var logger = factory.CreateLogger("test");
        logger.LogInformation("first");
        stream.Entered.Wait(TimeSpan.FromSeconds(10));

        for (var i = 0; i < 10_000; i++)
            logger.LogInformation("{Number}", i);
        stream.Release.Set();
        Assert.True(SpinWait.SpinUntil(() => stream.Text.Contains("log records were dropped", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
        logger.LogInformation("last");
        sink.Dispose();

        var written = stream.Text.Split('\n').Count(static l => l.Contains(" INFO: ", StringComparison.Ordinal)) - 2;
        Assert.InRange(written, 10, 200);
        var warning = Assert.Single(stream.Text.Split('\n'), static l => l.Contains("WARNING", StringComparison.Ordinal));
        Assert.Contains($" {10_000 - written} log records were dropped", warning, StringComparison.Ordinal);
        Assert.Contains("INFO: last\n", stream.Text, StringComparison.Ordinal);
    }

    private static string[] Errors(TestGateway gateway) =>
        [.. gateway.Log.Split('\n').Where(static l => l.Contains(" ERROR: ", StringComparison.Ordinal))];

    [GeneratedRegex(@"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d KRAKEND (DEBUG|INFO|WARNING|ERROR|CRITICAL): \S.*$")]
    private static partial Regex Line();

    [GeneratedRegex(@"(DEBUG|INFO|WARNING|ERROR|CRITICAL): \[(SERVICE|ENDPOINT|BACKEND): [^\]]+\](\[[^\]]+\])* \S")]
    private static partial Regex Tagged();

    private sealed class StuckStream : MemoryStream
    {
        private readonly object _gate = new();

        public ManualResetEventSlim Entered { get; } = new();
        public ManualResetEventSlim Release { get; } = new();

        public string Text
        {
            get
            {
                lock (_gate)
                    return System.Text.Encoding.UTF8.GetString(ToArray());
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Entered.Set();
            Release.Wait(TimeSpan.FromSeconds(20));
            lock (_gate)
                base.Write(buffer);
        }
    }
}
