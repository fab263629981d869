using Gateway.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>The local syslog daemon.</summary>
public sealed class SyslogTests
{
    [Fact, Spec("OBS-036", "OBS-037")]
    public async Task A_record_has_priority_time_tag_process_level_and_message()
    {
        using var daemon = SyslogDaemon.Start();
        await using var gateway = await StartAsync(daemon, "\"level\":\"WARNING\",\"prefix\":\"[KRAKEND]\",\"format\":\"logstash\"");
        gateway.Host.Logger.LogInformation("[SERVICE: Test] not sent");
        gateway.Host.Logger.LogError("[SERVICE: Test] sent\nand on");
        await ArrivedAsync(daemon, 1);

        Assert.Matches($@"^<156>[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d \[KRAKEND\]\[{Environment.ProcessId}\]: ERROR > \[SERVICE: Test\] sent\\nand on\n$", Assert.Single(daemon.Records));
        Assert.Empty(gateway.Log);
    }

    [Theory, Spec("OBS-037")]
    [InlineData("CRITICAL", "local0", 130)]
    [InlineData("ERROR", "local3", 155)]
    [InlineData("WARNING", "local3", 156)]
    [InlineData("INFO", "local7", 190)]
    [InlineData("DEBUG", "local1", 143)]
    [InlineData("WARNING", "daemon", 156)]
    public async Task The_priority_comes_from_facility_and_level_of_the_log(string level, string facility, int priority)
    {
        using var daemon = SyslogDaemon.Start();
        await using var gateway = await StartAsync(daemon, $"\"level\":\"{level}\",\"syslog_facility\":\"{facility}\"");
        gateway.Host.Logger.LogCritical("[SERVICE: Test] one");
        await Wait.UntilAsync(() => daemon.Records.Any(static r => r.Contains("> [SERVICE: Test] one", StringComparison.Ordinal)), static () => "nothing came");

        Assert.All(daemon.Records, record => Assert.StartsWith($"<{priority}>", record, StringComparison.Ordinal));
        Assert.All(daemon.Records, static record => Assert.Contains($" {Path.GetFileName(Environment.ProcessPath)}[", record, StringComparison.Ordinal));
    }

    [Fact, Spec("OBS-036", "OBS-018", "OBS-004", "OBS-035")]
    public async Task Access_and_backend_lines_never_go_there_and_both_sinks_get_each_record()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        using var daemon = SyslogDaemon.Start();
        await using var gateway = await StartAsync(daemon, "\"level\":\"ERROR\",\"stdout\":true,\"backend\":{\"custom_format\":\"BACKEND %{path}\"}", upstream.Host);
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("[GIN]");
        gateway.Host.Logger.LogError("[SERVICE: Test] both");
        await ArrivedAsync(daemon, 1);
        await gateway.WaitForLogAsync("[SERVICE: Test] both");

        Assert.EndsWith("ERROR > [SERVICE: Test] both\n", Assert.Single(daemon.Records), StringComparison.Ordinal);
        Assert.Single(gateway.Lines("BACKEND /a"));
    }

    [Fact, Spec("OBS-039")]
    public async Task There_is_no_sink_for_files()
    {
        var file = Path.Combine(Path.GetTempPath(), $"none-{Guid.NewGuid():N}.log");
        using var daemon = SyslogDaemon.Start();
        await using var gateway = await StartAsync(daemon, $"\"level\":\"ERROR\",\"file\":\"{file}\"");
        gateway.Host.Logger.LogError("[SERVICE: Test] one");
        await ArrivedAsync(daemon, 1);

        Assert.False(File.Exists(file));
        Assert.Contains(gateway.Diagnostics.All, static d => d.Message.StartsWith("\"file\" is no attribute of this place", StringComparison.Ordinal));
    }

    [Fact, Spec("OBS-038")]
    public async Task A_missing_daemon_is_no_fault_of_the_configuration()
    {
        await using var gateway = await Logged.StartAsync("\"telemetry/logging\":{\"level\":\"INFO\",\"syslog\":true}");
        await gateway.WaitForLogAsync("Listening on port");

        Assert.False(gateway.Diagnostics.HasErrors);
        Assert.Contains("KRAKEND ERROR: [SERVICE: Logging] Unable to create the logger: no syslog daemon listens on /nowhere/log (", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-038")]
    public async Task A_daemon_that_dies_and_comes_back_costs_the_records_in_between_and_nothing_else()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        using var daemon = SyslogDaemon.Start();
        await using var gateway = await StartAsync(daemon, "\"level\":\"WARNING\",\"stdout\":true", upstream.Host);
        gateway.Host.Logger.LogError("[SERVICE: Test] before");
        await ArrivedAsync(daemon, 1);

        daemon.Dispose();
        gateway.Host.Logger.LogError("[SERVICE: Test] lost");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("[GIN]");
        daemon.Open();
        // The lost record may still be on its way: one that arrives proves that the connection is back.
        await Wait.UntilAsync(() =>
        {
            gateway.Host.Logger.LogError("[SERVICE: Test] after");
            return daemon.Records.Any(static r => r.Contains("after", StringComparison.Ordinal));
        }, static () => "the daemon got nothing after it came back");

        Assert.Contains("[SERVICE: Test] lost", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-012")]
    public async Task A_stuck_daemon_holds_no_request_up()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        using var daemon = SyslogDaemon.Start(reads: false);
        await using var gateway = await StartAsync(daemon, "\"level\":\"ERROR\"", upstream.Host);

        var text = new string('x', 1000);
        for (var i = 0; i < 20_000; i++)
            gateway.Host.Logger.LogError("[SERVICE: Test] {Text}", text);
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("[GIN]");
    }

    private static Task<TestGateway> StartAsync(SyslogDaemon daemon, string settings, string upstream = Logged.Nowhere) =>
        Logged.StartAsync($"\"telemetry/logging\":{{\"syslog\":true,{settings}}}", upstream, syslog: ["/nowhere/log", daemon.Path]);

    private static Task ArrivedAsync(SyslogDaemon daemon, int count) =>
        Wait.UntilAsync(() => daemon.Records.Count >= count, () => $"{daemon.Records.Count} records came");
}
