using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;
using static KrakenPlugins.Dns.Tests.NameServer;

namespace KrakenPlugins.Dns.Tests;

/// <summary>The plugin: what it takes from the configuration, when it asks, and a gateway with it.</summary>
public sealed class DiscoveryTests : IAsyncLifetime
{
    private const string Name = "_http._tcp.shop.test";

    private readonly NameServer _server = new();
    private readonly TurnedTime _time = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private DnsPlugin Plugin(string? period = null) => new(() => _server.Settings, name => name == "KRAKEND_DNS_CACHE_TTL" ? period : null);

    [Fact, Spec("RTE-355", "RTE-361", "RTE-362", "RTE-364", "RTE-368")]
    public async Task Names_are_resolved_at_the_start_and_every_period_and_the_last_good_list_is_kept()
    {
        _server.Records[Name] = [Srv("a.test", 80)];
        await using var host = new PluginTestHost(Plugin());
        host.Context.Time = _time;
        var one = Build(host, "dns", $$"""{"host":["{{Name}}","unused.test"]}""");
        var two = Build(host, "dns-shared", $$"""{"host":"{{Name}}","sd":"dns-shared"}""");
        var three = Build(host, "dns-shared", $$"""{"host":["{{Name}}"],"sd_scheme":"https"}""");
        Assert.Empty(_server.Asked);

        await host.StartAsync();
        Assert.Equal(["a.test"], one.Hosts.Select(static h => h.Authority));
        Assert.Same(one.Hosts, two.Hosts);
        Assert.Equal("https", three.Hosts[0].Scheme);
        Assert.Equal(2, _server.Asked.Count);

        _server.Script = static (question, _, _) => [Answer(question, 2)];
        await TickAsync(4);
        Assert.Single(one.Hosts);
        _server.Script = static (question, _, _) => [Answer(question, 0, Record(Srv("b.test", 80)))];
        await TickAsync(6);
        await Wait.UntilAsync(() => one.Hosts is [{ Authority: "b.test" }], static () => "the new host was not taken");
        _server.Script = static (question, _, _) => [Answer(question, 0)];
        await TickAsync(8);
        await Wait.UntilAsync(() => one.Hosts.Count == 0, static () => "the hosts stayed");

        await host.Plugin.StopAsync(CancellationToken.None);
        var asked = _server.Asked.Count;
        _time.Turn(TimeSpan.FromSeconds(30));
        Assert.Equal(asked, _server.Asked.Count);
    }

    [Fact, Spec("RTE-362", "CFG-336")]
    public async Task A_reload_while_no_server_answers_keeps_the_hosts()
    {
        const string Backend = $$"""{"host":["{{Name}}"]}""";
        const string Key = $"http://{Name}";
        _server.Records[Name] = [Srv("a.test", 80)];
        await using var before = new PluginTestHost(Plugin());
        before.Context.Time = _time;
        Build(before, "dns", Backend);
        await before.StartAsync();
        var kept = before.Context.Carry<SrvMemory>(Key, TestConfig.Parse("{}"), static () => throw new InvalidOperationException("nothing was carried"));
        await before.Plugin.StopAsync(CancellationToken.None);
        _server.Script = static (question, _, _) => [Answer(question, 2)];
        await using var after = new PluginTestHost(Plugin());
        after.Context.Time = _time;
        after.Context.Carry(Key, TestConfig.Parse("{}"), () => kept);

        var hosts = Build(after, "dns", Backend);
        await after.StartAsync();

        Assert.Equal(["a.test"], hosts.Hosts.Select(static h => h.Authority));
        Assert.Contains("the last hosts stay in use", Text(after), StringComparison.Ordinal);
        await after.Plugin.StopAsync(CancellationToken.None);
    }

    [Theory, Spec("RTE-363", "CFG-037")]
    [InlineData("{}", null, 30)]
    [InlineData("""{"dns_cache_ttl":"10s"}""", null, 10)]
    [InlineData("""{"dns_cache_ttl":"999ms"}""", null, 30)]
    [InlineData("""{"dns_cache_ttl":"10s"}""", "20s", 20)]
    [InlineData("{}", "20s", 30)]
    public async Task The_period_is_dns_cache_ttl(string document, string? variable, int seconds)
    {
        await using var host = new PluginTestHost(Plugin(variable));
        host.Context.Time = _time;
        host.Context.Document = TestConfig.Parse(document);
        Build(host, "dns", $$"""{"host":["{{Name}}"]}""");

        await host.StartAsync();

        Assert.True(_time.Turn(TimeSpan.FromSeconds(seconds)));
        await host.Plugin.StopAsync(CancellationToken.None);
    }

    [Theory, Spec("RTE-367", "RTE-355")]
    [InlineData("""{"host":[]}""", "{}", "no hosts: the first \"host\" of the backend must be an SRV name")]
    [InlineData("{}", "{}", "no hosts")]
    [InlineData("""{"host":["a b"]}""", "{}", "\"a b\" is no SRV name")]
    [InlineData("""{"host":["http://x.test/path"]}""", "{}", null)]
    [InlineData("{}", """{"host":["http://root.test"]}""", null)]
    public async Task A_backend_needs_a_name(string backend, string document, string? expected)
    {
        await using var host = new PluginTestHost(Plugin());
        host.Context.Document = TestConfig.Parse(document);

        if (expected is null)
            Build(host, "dns", backend);
        else
            Assert.Contains(expected, Assert.Throws<ConfigRefusedException>(() => Build(host, "dns", backend)).Message, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-356", "RTE-361", "RTE-364", "RTE-365", "RTE-376")]
    public async Task A_gateway_calls_the_hosts_that_the_records_name()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(static context => context.Response.WriteAsync($$"""{"host":"{{context.Request.Host}}"}"""));
        var port = new Uri(upstream.Host).Port;
        var (registry, plugin) = (new PluginRegistry(), Plugin());
        plugin.Register(registry);
        await using var gateway = await TestGateway.StartAsync(
            $$"""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"sd":"dns","disable_host_sanitize":true,"host":["{{Name}}"],"url_pattern":"/"}]}]}""",
            options: new TestGatewayOptions { Plugins = registry });
        using (var none = await gateway.Client.GetAsync("/a"))
            Assert.Equal(500, (int)none.StatusCode);
        await gateway.WaitForLogAsync("no hosts available");

        _server.Records[Name] = [Srv("localhost", port)];
        using var context = new TestContext();
        await plugin.StartAsync(context, CancellationToken.None);

        Assert.Equal($$"""{"host":"localhost:{{port}}"}""", await gateway.Client.GetStringAsync("/a"));
        await plugin.StopAsync(CancellationToken.None);
    }

    [Fact, Spec("RTE-361", "RTE-362")]
    public async Task A_name_that_fails_is_logged_once_and_when_it_is_back()
    {
        await using var host = new PluginTestHost(Plugin());
        host.Context.Time = _time;
        Build(host, "dns", $$"""{"host":["{{Name}}"]}""");

        await host.StartAsync();
        await TickAsync(2);
        await TickAsync(3);
        _server.Records[Name] = [Srv("a.test", 1)];
        await TickAsync(4);
        await Wait.UntilAsync(() => Text(host).Contains("can be resolved again", StringComparison.Ordinal), () => Text(host));
        await host.Plugin.StopAsync(CancellationToken.None);

        Assert.Single(Text(host).Split("no such host; calls fail")[1..]);
    }

    private static IHostDiscovery Build(PluginTestHost host, string name, string backend) => host.TryBuild<IHostDiscovery>("discovery", name, backend)!;

    private async Task TickAsync(int asked)
    {
        // Turned until it was heard: the refresh before may still run.
        await Wait.UntilAsync(
            () =>
            {
                _time.Turn(TimeSpan.FromSeconds(30));
                return _server.Asked.Count >= asked;
            },
            () => $"{_server.Asked.Count} questions instead of {asked}");
    }

    private static string Text(PluginTestHost host) => string.Join('\n', host.Log.Lines);
}
