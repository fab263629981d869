using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Gateway.Testing;
using KrakenPlugins.Logging.Sinks;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>GELF collectors.</summary>
public sealed partial class GelfTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", "{}").Answer("/bad", "", 500);
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Theory, Spec("OBS-040", "OBS-042")]
    [InlineData("\"stdout\":true,\"prefix\":\"[K]\"", "[K][SERVICE: Test] one", true)]
    [InlineData("\"prefix\":\"[K]\"", "[K][SERVICE: Test] one", false)]
    [InlineData("\"prefix\":\"[K]\",\"format\":\"logstash\"", "[SERVICE: Test] one", false)]
    [InlineData("\"prefix\":\"[K]\",\"format\":\"custom\",\"custom_format\":\"%{color}%{level} %{message}\"", "[SERVICE: Test] one", false)]
    public async Task Each_record_that_passes_is_one_message_of_prefix_and_text(string settings, string text, bool printed)
    {
        using var input = new GelfUdpInput();
        await using var gateway = await StartAsync(input.Address, false, $"\"level\":\"WARNING\",{settings}");
        gateway.Host.Logger.LogInformation("[SERVICE: Test] not sent");
        gateway.Host.Logger.LogWarning("[SERVICE: Test] one");
        await Wait.UntilAsync(() => input.Messages.Count == 1, static () => "no message came");

        var message = Assert.Single(input.Messages);
        Assert.Equal(["version", "host", "short_message", "timestamp", "level", "facility"], message.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("1.1", message.GetProperty("version").GetString());
        Assert.Equal(Environment.MachineName, message.GetProperty("host").GetString());
        Assert.Equal(text, message.GetProperty("short_message").GetString());
        Assert.Equal(6, message.GetProperty("level").GetInt32());
        Assert.Equal(Path.GetFileName(Environment.ProcessPath), message.GetProperty("facility").GetString());
        Assert.InRange(message.GetProperty("timestamp").GetDouble(), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 2);
        if (printed)
            await gateway.WaitForLogAsync("[SERVICE: Test] one");
        else
            Assert.Empty(gateway.Log);
    }

    [Fact, Spec("OBS-042")]
    public async Task A_text_of_several_lines_is_short_and_full()
    {
        using var input = new GelfUdpInput();
        await using var gateway = await StartAsync(input.Address, false, "\"level\":\"ERROR\"");
        gateway.Host.Logger.LogError(new InvalidOperationException("broken"), "[SERVICE: Test] first  ");
        await Wait.UntilAsync(() => input.Messages.Count == 1, static () => "no message came");

        Assert.Equal("[SERVICE: Test] first", Assert.Single(input.Texts));
        Assert.StartsWith("[SERVICE: Test] first  \nSystem.InvalidOperationException: broken", input.Messages[0].GetProperty("full_message").GetString(), StringComparison.Ordinal);
    }

    [Theory, Spec("OBS-041", "OBS-015", "OBS-017")]
    [InlineData("", "^\\[GIN\\] \\d{4}/\\d\\d/\\d\\d - \\d\\d:\\d\\d:\\d\\d \\| 500 \\|\\s+\\d+\\.\\d{3}ms \\|\\s+127\\.0\\.0\\.1 \\| GET     \"/bad\\?x=1&token=\\*\\*\\*\"$")]
    [InlineData(",\"access_log_format\":\"httpdCommon\"", "^127\\.0\\.0\\.1 - - \\[.*\\] \"GET /bad HTTP/1\\.1\" 500 -$")]
    public async Task Access_lines_go_there_instead_of_standard_output(string format, string expected)
    {
        using var input = new GelfUdpInput();
        await using var gateway = await StartAsync(
            input.Address, false, $"\"level\":\"CRITICAL\",\"stdout\":true{format}", endpoint: "/bad", options: new TestGatewayOptions { IsTerminal = true });
        await gateway.GetAsync("/bad?x=1&token=s");
        await Wait.UntilAsync(() => input.Messages.Count == 1, static () => "no message came");

        Assert.Matches(expected, Assert.Single(input.Texts));
        Assert.Empty(gateway.Log);
        if (format.Length == 0)
            Assert.Contains("\"\nError #01: invalid status code", input.Messages[0].GetProperty("full_message").GetString(), StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-041", "OBS-035")]
    public async Task Backend_lines_stay_on_standard_output()
    {
        using var input = new GelfUdpInput();
        await using var gateway = await StartAsync(input.Address, false, "\"level\":\"CRITICAL\",\"backend\":{\"custom_format\":\"B %{path}\"}");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("B /a\n");
        await Wait.UntilAsync(() => input.Messages.Count == 1, static () => "no message came");

        Assert.StartsWith("[GIN]", Assert.Single(input.Texts), StringComparison.Ordinal);
        Assert.Equal("B /a\n", gateway.Log);
    }

    [Theory, Spec("OBS-043")]
    [InlineData(200, 1, 1)]
    [InlineData(5_000, 3, 6)]
    [InlineData(100_000, 50, 128)]
    public async Task Over_udp_messages_are_compressed_and_sent_in_chunks(int bytes, int least, int most)
    {
        using var input = new GelfUdpInput();
        await using var gateway = await StartAsync(input.Address, false, "\"level\":\"ERROR\"");
        // Random text does not shrink much.
        var text = Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));
        gateway.Host.Logger.LogError("{Text}", text);
        await Wait.UntilAsync(() => input.Messages.Count == 1, () => $"{input.Datagrams.Count} datagrams came");

        Assert.Equal(text, Assert.Single(input.Texts));
        Assert.InRange(input.Datagrams.Count, least, most);
        Assert.All(input.Datagrams, static d => Assert.InRange(d.Length, 1, 1420));
        if (input.Datagrams.Count == 1)
            Assert.Equal([0x1f, 0x8b], input.Datagrams[0].AsSpan(0, 2).ToArray());
        else
            Assert.All(input.Datagrams.SkipLast(1), static d => Assert.Equal(1420, d.Length));
    }

    [Fact, Spec("OBS-043", "OBS-012")]
    public async Task A_record_of_more_than_128_chunks_is_dropped_and_counted()
    {
        using var input = new GelfUdpInput();
        await using var gateway = await StartAsync(input.Address, false, "\"level\":\"WARNING\"");
        gateway.Host.Logger.LogError("{Text}", Convert.ToBase64String(RandomNumberGenerator.GetBytes(300_000)));
        gateway.Host.Logger.LogError("[SERVICE: Test] next");
        await Wait.UntilAsync(() => input.Messages.Count == 2, static () => "the messages did not come");

        Assert.Equal(["[SERVICE: Test] next", "[SERVICE: Logging][GELF] 1 log records were dropped because the receiver was stuck or gone"], input.Texts);
    }

    [Fact, Spec("OBS-043")]
    public async Task A_collector_that_is_not_there_does_nothing_to_requests()
    {
        string address;
        using (var gone = new GelfUdpInput())
            address = gone.Address;
        await using var gateway = await StartAsync(address, false, "\"level\":\"DEBUG\"");

        for (var i = 0; i < 20; i++)
        {
            using var answer = await gateway.Client.GetAsync("/a");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact, Spec("OBS-044", "OBS-042")]
    public async Task Over_tcp_messages_are_plain_json_with_a_nul_byte()
    {
        using var input = new GelfTcpInput();
        await using var gateway = await StartAsync(input.Address, true, "\"level\":\"ERROR\"");
        gateway.Host.Logger.LogError("[SERVICE: Test] one");
        gateway.Host.Logger.LogError("[SERVICE: Test] \"two\"");
        await Wait.UntilAsync(() => input.Messages.Count == 2, static () => "no messages came");

        Assert.Equal(["[SERVICE: Test] one", "[SERVICE: Test] \"two\""], input.Texts);
        Assert.False(input.Messages[0].TryGetProperty("facility", out _));
    }

    [Theory, Spec("OBS-044")]
    [InlineData("\"telemetry/logging\":{\"level\":\"DEBUG\",\"stdout\":true,\"format\":\"custom\",\"custom_format\":\"%{level}: %{message}\"},", "ERROR: [SERVICE: Logging][GELF] ")]
    [InlineData("", " KRAKEND ERROR: [SERVICE: Logging][GELF] ")]
    public async Task A_refused_connection_at_the_start_leaves_the_gateway_without_collector(string logging, string start)
    {
        using var input = new GelfTcpInput();
        input.Dispose();
        await using var gateway = await Logged.StartAsync($"{logging}\"telemetry/gelf\":{{\"address\":\"{input.Address}\",\"enable_tcp\":true}}", _upstream.Host);
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("[GIN]");

        Assert.Contains(start + "Unable to create the writer: Connection refused", Assert.Single(gateway.Lines("ERROR")), StringComparison.Ordinal);
    }

    [Theory, Spec("OBS-044")]
    [InlineData("{\"enable_tcp\":false}", "\"address\" is required")]
    [InlineData("{\"address\":\"localhost\",\"enable_tcp\":false}", "the address of the collector is not host:port")]
    [InlineData("{\"address\":\"localhost:0\",\"enable_tcp\":true}", "the address of the collector is not host:port")]
    public async Task A_faulty_address_leaves_the_gateway_without_collector(string gelf, string reason)
    {
        await using var gateway = await Logged.StartAsync($"\"telemetry/logging\":{{\"level\":\"ERROR\",\"stdout\":true}},\"telemetry/gelf\":{gelf}", _upstream.Host);
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("[GIN]");

        Assert.Contains(reason, Assert.Single(gateway.Lines("Unable to create the writer")), StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-044")]
    public async Task A_collector_that_dies_and_comes_back_is_found_again()
    {
        using var input = new GelfTcpInput();
        await using var gateway = await StartAsync(input.Address, true, "\"level\":\"ERROR\"");
        gateway.Host.Logger.LogError("[SERVICE: Test] before");
        await Wait.UntilAsync(() => input.Messages.Count == 1, static () => "no message came");

        input.Dispose();
        gateway.Host.Logger.LogError("[SERVICE: Test] waits for it");
        input.Open();
        await Wait.UntilAsync(() => input.Messages.Count == 2, static () => "no message came after it was back");

        Assert.Equal("[SERVICE: Test] waits for it", input.Texts[1]);
        Assert.Equal(2, input.Connections);
    }

    [Fact, Spec("OBS-044")]
    public async Task A_record_gets_three_reconnects_a_second_apart_and_is_then_dropped()
    {
        using var input = new GelfTcpInput();
        var clock = new JumpingClock();
        using var collector = new GelfTcp(IPEndPoint.Parse(input.Address), clock);
        await Wait.UntilAsync(() => input.Connections == 1, static () => "the connection was not accepted");
        input.Dispose();

        var delivered = true;
        for (var i = 0; delivered && i < 10; i++)
            delivered = await collector.TrySendAsync("{}"u8.ToArray(), CancellationToken.None);

        Assert.False(delivered);
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)], clock.Waits);
    }

    [Fact, Spec("OBS-044", "OBS-012")]
    public async Task A_stuck_collector_holds_no_request_up_and_no_stop()
    {
        using var input = new GelfTcpInput(reads: false);
        var gateway = await StartAsync(input.Address, true, "\"level\":\"ERROR\"");
        var text = new string('x', 10_000);
        for (var i = 0; i < 3000; i++)
            gateway.Host.Logger.LogError("[SERVICE: Test] {Text}", text);

        using (var answer = await gateway.Client.GetAsync("/a"))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await gateway.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact, Spec("OBS-045")]
    public async Task By_itself_it_takes_access_lines_only()
    {
        using var input = new GelfUdpInput();
        await using var gateway = await Logged.StartAsync($"\"telemetry/gelf\":{{\"address\":\"{input.Address}\",\"enable_tcp\":false}}", _upstream.Host);
        await gateway.GetAsync("/a");
        await Wait.UntilAsync(() => input.Messages.Count == 1, static () => "no message came");

        Assert.StartsWith("[GIN] ", Assert.Single(input.Texts), StringComparison.Ordinal);
        Assert.Contains(" KRAKEND INFO: Starting ", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("[GIN]", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-045")]
    public async Task The_published_expression_of_logstash_takes_both_kinds_of_messages_apart()
    {
        using var input = new GelfUdpInput();
        await using var gateway = await StartAsync(input.Address, false, "\"level\":\"ERROR\",\"stdout\":true,\"prefix\":\"[KRAKEND]\"");
        gateway.Host.Logger.LogError("[ENDPOINT: /a] context canceled");
        await gateway.GetAsync("/a");
        await Wait.UntilAsync(() => input.Messages.Count == 2, static () => "no messages came");
        await gateway.WaitForLogAsync("canceled");

        Assert.Contains(input.Texts, static t => GrokAccess().IsMatch(t));
        Assert.Contains(input.Texts, static t => t == "[KRAKEND][ENDPOINT: /a] context canceled");
        Assert.Contains("▶ ERROR", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-012", "OBS-044")]
    public async Task A_reload_flushes_the_old_log_when_its_last_request_is_over()
    {
        _upstream.On("/hold", async context =>
        {
            await Wait.UntilAsync(() => _upstream.Stopping.IsCancellationRequested || _released, static () => "never released");
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync("{}"u8.ToArray());
        });
        using var first = new GelfTcpInput();
        using var second = new GelfTcpInput();
        await using var gateway = await StartAsync(first.Address, true, "\"level\":\"CRITICAL\"", endpoint: "/hold");
        var held = gateway.GetAsync("/hold");
        await Wait.UntilAsync(() => _upstream.ReceivedAt("/hold").Count == 1, static () => "the request did not come");

        await gateway.ReloadAsync(Config(second.Address, true, "\"level\":\"CRITICAL\"", "/hold"));
        await gateway.GetAsync("/none");
        await Wait.UntilAsync(() => second.Messages.Count == 1, static () => "the new log got nothing");
        Assert.Empty(first.Messages);
        _released = true;
        await held;
        await Wait.UntilAsync(() => first.Messages.Count == 1, static () => "the old log got nothing");

        Assert.Contains("/none", Assert.Single(second.Texts), StringComparison.Ordinal);
        Assert.Contains("/hold", Assert.Single(first.Texts), StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-012")]
    public async Task The_stop_flushes_what_is_queued()
    {
        using var input = new GelfTcpInput();
        var gateway = await StartAsync(input.Address, true, "\"level\":\"ERROR\"");
        for (var i = 0; i < 500; i++)
            gateway.Host.Logger.LogError("[SERVICE: Test] {Number}", i);
        await gateway.DisposeAsync();
        await Wait.UntilAsync(() => input.Messages.Count == 500, () => $"{input.Messages.Count} messages came");
    }

    private volatile bool _released;

    private Task<TestGateway> StartAsync(string address, bool tcp, string logging, string endpoint = "/a", TestGatewayOptions? options = null) =>
        TestGateway.StartAsync(Config(address, tcp, logging, endpoint), _upstream.Host, (options ?? new()) with { Plugins = Logged.Registry() });

    private static string Config(string address, bool tcp, string logging, string endpoint) => Logged.Config(
        $"\"telemetry/logging\":{{{logging}}},\"telemetry/gelf\":{{\"address\":\"{address}\",\"enable_tcp\":{(tcp ? "true" : "false")}}}",
        $$"""{"endpoint":"{{endpoint}}","timeout":"15s","input_query_strings":["*"],"backend":[{"url_pattern":"{{endpoint}}"}]}""");

    // \[GIN\] %{DATE} ... as the reference's page on ELK publishes it, with its named patterns written out.
    [GeneratedRegex("""^\[GIN\] \d{4}/\d\d/\d\d - \d\d:\d\d:\d\d \| +\d+ \| +[0-9.]+(µs|ms|s|m|h)+ \| +[0-9a-f:.]+ \| +[A-Z]+ +"[^"]*"$""")]
    private static partial Regex GrokAccess();

    /// <summary>A clock whose waits are over at once.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        public List<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
