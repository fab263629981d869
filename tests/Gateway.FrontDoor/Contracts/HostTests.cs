using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>Hosts that a plugin discovers, and choices among hosts that a plugin makes.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private readonly HostsPlugin _plugin = new();
    private readonly PluginRegistry _registry = new();
    private Upstream _a = null!;
    private Upstream _b = null!;

    public async Task InitializeAsync()
    {
        _plugin.Register(_registry);
        _a = (await Upstream.StartAsync()).Answer("/b", """{"host":"a"}""").Answer("/bad", "{}", status: 500).Answer("/poison", """{"poison":1}""");
        _b = (await Upstream.StartAsync()).Answer("/b", """{"host":"b"}""").Answer("/bad", "{}", status: 500).Answer("/poison", """{"poison":1}""");
    }

    public async Task DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    [Fact, Spec("RTE-365")]
    public async Task Without_a_host_calls_fail_until_one_is_found()
    {
        await using var gateway = await DiscoveringAsync();

        using var empty = await gateway.Client.GetAsync("/x");
        Assert.Equal(500, (int)empty.StatusCode);
        Assert.Equal("no hosts available", await empty.Content.ReadAsStringAsync());
        _plugin.Hosts = [HostsPlugin.Host(_a.Host)];
        Assert.Equal("""{"host":"a"}""", await gateway.Client.GetStringAsync("/x"));
        _plugin.Hosts = [];
        using var again = await gateway.Client.GetAsync("/x");
        Assert.Equal(500, (int)again.StatusCode);
    }

    [Fact, Spec("RTE-365", "RTE-371")]
    public async Task A_host_that_is_named_twice_gets_two_shares()
    {
        await using var gateway = await DiscoveringAsync();
        var b = HostsPlugin.Host(_b.Host);
        _plugin.Hosts = [HostsPlugin.Host(_a.Host), b, b, b];

        for (var i = 0; i < 40; i++)
            await gateway.Client.GetStringAsync("/x");

        Assert.Equal((10, 30), (_a.Received.Count, _b.Received.Count));
    }

    [Fact, Spec("RTE-365")]
    public async Task The_list_may_change_while_requests_run()
    {
        await using var gateway = await DiscoveringAsync();
        _plugin.Hosts = [HostsPlugin.Host(_a.Host)];
        using var done = new CancellationTokenSource();
        var changes = Task.Run(async () =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                _plugin.Hosts = (i % 3) switch
                {
                    0 => [HostsPlugin.Host(_a.Host), HostsPlugin.Host(_b.Host)],
                    1 => [HostsPlugin.Host(_b.Host)],
                    _ => [HostsPlugin.Host(_b.Host), HostsPlugin.Host(_b.Host), HostsPlugin.Host(_a.Host)],
                };
                await Task.Yield();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < 100; i++)
                Assert.Contains("\"host\"", await gateway.Client.GetStringAsync("/x"), StringComparison.Ordinal);
        }));
        await done.CancelAsync();
        await changes;

        _plugin.Hosts = [HostsPlugin.Host(_b.Host)];
        Assert.Equal("""{"host":"b"}""", await gateway.Client.GetStringAsync("/x"));
        Assert.Equal(801, _a.Received.Count + _b.Received.Count);
        Assert.NotEmpty(_a.Received);
    }

    [Fact, Spec("RTE-372")]
    public async Task A_balancer_chooses_and_is_told_of_every_call_once()
    {
        await using var gateway = await BalancingAsync(""" "url_pattern":"/b" """);

        var order = new List<string>();
        for (var i = 0; i < 6; i++)
            order.Add(await gateway.Client.GetStringAsync("/x"));

        Assert.Equal(2, order.Distinct().Count());
        for (var i = 1; i < order.Count; i++)
            Assert.NotEqual(order[i - 1], order[i]);
        var calls = _plugin.CompletedCalls;
        Assert.Equal(6, calls.Length);
        Assert.All(calls, static call => Assert.True(call is { Error: null, HasResponse: true } && call.Elapsed > TimeSpan.Zero));
        Assert.Equal(3, calls.Count(call => call.Host.ToString() == _a.Host));
    }

    [Fact, Spec("RTE-372")]
    public async Task Each_copy_of_a_concurrent_call_is_a_choice_of_its_own()
    {
        await using var gateway = await BalancingAsync(""" "url_pattern":"/b" """, """ "concurrent_calls":2 """);

        await gateway.Client.GetStringAsync("/x");

        await Wait.UntilAsync(() => _plugin.CompletedCalls.Length == 2, () => $"{_plugin.CompletedCalls.Length} calls completed");
        Assert.Equal(2, _plugin.CompletedCalls.Select(static call => call.Host).Distinct().Count());
    }

    [Fact, Spec("RTE-373")]
    public async Task A_balancer_is_told_what_failed()
    {
        await using var gateway = await BalancingAsync(""" "url_pattern":"/bad" """);

        using var response = await gateway.Client.GetAsync("/x");

        Assert.Equal(500, (int)response.StatusCode);
        var call = Assert.Single(_plugin.CompletedCalls);
        Assert.Contains("invalid status code 500", call.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-405", "RTE-414")]
    public async Task A_balancer_hears_each_answer_and_the_end_of_each_attempt()
    {
        _a.Answer("/b", "{}", status: 503);
        await using var gateway = await BalancingAsync(""" "url_pattern":"/b" """, extra: ",\"acme/twice\":{}");

        for (var i = 0; i < 4; i++)
            Assert.Equal("""{"host":"b"}""", await gateway.Client.GetStringAsync("/x"));

        var failed = _plugin.Answers.Count(static a => a.Answer.StatusCode == 503);
        Assert.InRange(failed, 1, 4);
        Assert.Equal(4, _plugin.Answers.Count(static a => a.Answer.StatusCode == 200));
        Assert.All(_plugin.Answers, a => Assert.True(a.Answer is { Error: null } && (a.Host.ToString() == _a.Host) == (a.Answer.StatusCode == 503)));
        Assert.Equal(4 + failed, _plugin.CompletedCalls.Length);
    }

    [Fact, Spec("RTE-414")]
    public async Task A_balancer_hears_why_there_is_no_answer()
    {
        await _a.DisposeAsync();
        _a = await Upstream.StartAsync();
        await using var gateway = await StartAsync(""" "url_pattern":"/b","host":["http://127.0.0.1:81"],"extra_config":{"acme/least-recent":{}} """);

        using var response = await gateway.Client.GetAsync("/x");

        var (_, answer) = Assert.Single(_plugin.Answers);
        Assert.Equal((0, GatewayErrorKind.Connection), (answer.StatusCode, answer.Error));
        Assert.Single(_plugin.CompletedCalls);
    }

    [Fact, Spec("RTE-405")]
    public async Task The_call_of_a_raw_answer_ends_with_its_stream()
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _a.On("/b", async context =>
        {
            await context.Response.Body.WriteAsync("begin"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await end.Task.WaitAsync(context.RequestAborted);
        });
        await using var gateway = await StartAsync(
            $$""" "url_pattern":"/b","encoding":"no-op","host":["{{_a.Host}}"],"extra_config":{"acme/least-recent":{} } """, "\"output_encoding\":\"no-op\"");

        using var response = await gateway.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);
        Assert.Single(_plugin.Answers);
        Assert.Empty(_plugin.CompletedCalls);
        end.SetResult();
        Assert.Equal("begin", await response.Content.ReadAsStringAsync());

        await Wait.UntilAsync(() => _plugin.CompletedCalls.Length == 1, () => "the end was not told");
    }

    [Fact, Spec("RTE-405")]
    public async Task The_stream_of_another_attempt_counts_at_its_own_host_alone()
    {
        _a.Answer("/b", "{}", status: 503);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _b.On("/b", async context =>
        {
            await context.Response.Body.WriteAsync("begin"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await end.Task.WaitAsync(context.RequestAborted);
        });
        await using var gateway = await StartAsync(
            $$""" "url_pattern":"/b","encoding":"no-op","host":["{{_a.Host}}","{{_b.Host}}"],"extra_config":{"acme/least-recent":{},"acme/twice":{} } """, "\"output_encoding\":\"no-op\"");

        using var response = await gateway.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(_a.Host, Assert.Single(_plugin.CompletedCalls).Host.ToString());
        end.SetResult();
        Assert.Equal("begin", await response.Content.ReadAsStringAsync());

        await Wait.UntilAsync(() => _plugin.CompletedCalls.Length == 2, () => "the end was not told");
        Assert.Equal(_b.Host, _plugin.CompletedCalls[1].Host.ToString());
    }

    [Fact, Spec("RTE-417")]
    public async Task A_component_of_a_backend_knows_its_hosts_and_may_call_them()
    {
        await using var gateway = await BalancingAsync(""" "url_pattern":"/b" """);

        var context = _plugin.Context!;
        Assert.Equal([_a.Host, _b.Host], context.Hosts!.Hosts.Select(static host => host.ToString()));
        var (answer, error) = await context.HostCalls.SendAsync(new OutgoingCall { Method = "GET", Address = OutgoingAddress.At(context.Hosts.Hosts[1], "/b") }, CancellationToken.None);

        Assert.Null(error);
        Assert.Equal("""{"host":"b"}""", System.Text.Encoding.UTF8.GetString(answer!.Body.Span));
        Assert.Throws<ArgumentException>(() => OutgoingAddress.At(context.Hosts.Hosts[1], "b c"));
    }

    [Theory]
    [InlineData("/b", "pick")]
    [InlineData("/poison", "completed")]
    public async Task A_balancer_that_throws_costs_the_request_a_500(string pattern, string fault)
    {
        await using var gateway = await BalancingAsync($"\"url_pattern\":\"{pattern}\"", """ "input_headers":["X-Fault"] """);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
        request.Headers.Add("X-Fault", fault);

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal("internal server error", await response.Content.ReadAsStringAsync());
        Assert.Equal(200, (int)(await gateway.Client.GetAsync("/__health")).StatusCode);
    }

    [Fact]
    public async Task Discovery_and_balancer_work_together()
    {
        await using var gateway = await StartAsync(""" "url_pattern":"/b","sd":"fleet","extra_config":{"acme/least-recent":{}} """);
        using var empty = await gateway.Client.GetAsync("/x");
        _plugin.Hosts = [HostsPlugin.Host(_b.Host)];

        Assert.Equal("""{"host":"b"}""", await gateway.Client.GetStringAsync("/x"));
        Assert.Equal("no hosts available", await empty.Content.ReadAsStringAsync());
        Assert.Single(_plugin.CompletedCalls);
    }

    [Fact, Spec("RTE-011")]
    public async Task Two_balancers_of_one_backend_fail_its_endpoint()
    {
        await using var gateway = await BalancingAsync(""" "url_pattern":"/b" """, extra: ",\"acme/other\":{}");

        Assert.Equal(500, (int)(await gateway.Client.GetAsync("/x")).StatusCode);
        Assert.Contains(gateway.Diagnostics.All, static d => d.Severity == ConfigSeverity.Error
            && d.Message == "\"acme/least-recent\" and \"acme/other\" both choose the host of the backend; keep one");
    }

    [Fact, Spec("RTE-367")]
    public async Task Dns_needs_a_host_in_the_configuration_whoever_provides_it()
    {
        _registry.Discovery("dns", (_, _, _) => _plugin);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(""" "url_pattern":"/b","sd":"dns" """));

        Assert.Contains("endpoints[0].backend[0].host: no hosts", refusal.Message, StringComparison.Ordinal);
    }

    private Task<TestGateway> DiscoveringAsync() => StartAsync(""" "url_pattern":"/b","sd":"fleet" """);

    private Task<TestGateway> BalancingAsync(string backend, string endpoint = "\"$c\":0", string extra = "") =>
        StartAsync($$$"""{{{backend}}},"host":["{{{_a.Host}}}","{{{_b.Host}}}"],"extra_config":{"acme/least-recent":{}{{{extra}}}}""", endpoint);

    private Task<TestGateway> StartAsync(string backend, string endpoint = "\"$c\":0") => TestGateway.StartAsync(
        $$$"""{"version":3,"extra_config":{"router":{"return_error_msg":true}},"endpoints":[{"endpoint":"/x",{{{endpoint}}},"backend":[{{{{backend}}}}]}]}""",
        options: new() { Plugins = _registry });
}
