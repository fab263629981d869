using Gateway.Core.Plugins;
using Gateway.Core.Server;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>Services that components offer to others, and states that they show.</summary>
public sealed class SharedServiceTests
{
    private const string Redis = """ "redis":{"address":"127.0.0.1:6379"} """;
    private const string Processors = """ "governance/processors":{"limit":2} """;

    private readonly StorePlugin _plugin = new();
    private readonly PluginRegistry _registry = new();

    public SharedServiceTests() => _plugin.Register(_registry);

    [Fact, Spec("EXT-017")]
    public async Task A_component_uses_the_service_of_another_that_uses_a_third()
    {
        await using var gateway = await StartAsync($"{Processors},{Redis}", """ "governance/quota":{} """);

        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
            statuses.Add((int)(await gateway.Client.GetAsync("/x")).StatusCode);

        Assert.Equal([200, 200, 429], statuses);
        Assert.Single(_plugin.Stores);
    }

    [Fact, Spec("EXT-017")]
    public async Task A_service_that_nobody_provides_is_absent()
    {
        object? service = "unset";
        _registry.Server("security/cors", ServerStages.Cors, (_, context, _) =>
        {
            service = context.Service<IStore>();
            return null;
        });

        await using var gateway = await StartAsync(""" "security/cors":{} """);

        Assert.Null(service);
        Assert.Empty(_plugin.Stores);
    }

    [Theory, Spec("CFG-046", "EXT-017")]
    [InlineData(""" "redis":{} """, ":1:38 extra_config.redis: the component cannot be built: no address")]
    [InlineData(Processors, "extra_config.governance/processors: needs the service of \"redis\"")]
    public async Task A_provider_that_fails_stops_the_start(string services, string expected)
    {
        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync(services));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-046")]
    public async Task Two_providers_of_one_service_stop_the_start_and_what_was_built_is_closed()
    {
        _registry.Service<IStore>("acme/store", ServiceStages.Connections, static (_, _, _) => new StorePlugin.Store());

        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync($"{Redis},\"acme/store\":{{}}"));

        Assert.Contains("extra_config.acme/store: \"redis\" and \"acme/store\" both provide IStore; keep one", failure.Message, StringComparison.Ordinal);
        var store = Assert.Single(_plugin.Stores);
        await Wait.UntilAsync(() => store.IsClosed, static () => "the store was never closed");
    }

    [Fact, Spec("OBS-050")]
    public async Task Health_shows_what_components_contribute()
    {
        _registry.Health("acme/other", static (_, _, _) => new Broken());
        await using var gateway = await StartAsync($"\"acme/other\":{{}},{Redis}");

        var body = await gateway.Client.GetStringAsync("/__health");

        Assert.StartsWith("{\"agents\":{},\"now\":\"", body, StringComparison.Ordinal);
        Assert.EndsWith(""" ,"plugins":{"acme/other":"failed","redis":"ok, 0 \"keys\""},"status":"ok"} """.Trim(), body, StringComparison.Ordinal);
        await gateway.Client.GetStringAsync("/__health");
        await gateway.WaitForLogAsync("the state of acme/other is unknown");
        Assert.Equal(2, gateway.Log.Split("the state of acme/other is unknown").Length);
    }

    [Fact, Spec("OBS-050")]
    public async Task Health_without_contributors_has_no_member_for_them()
    {
        await using var gateway = await StartAsync(""" "$comment":0 """);

        Assert.DoesNotContain("plugins", await gateway.Client.GetStringAsync("/__health"), StringComparison.Ordinal);
    }

    private Task<TestGateway> StartAsync(string services, string endpoint = "\"$comment\":0") => TestGateway.StartAsync(
        $$$"""{"version":3,"extra_config":{{{{services.Trim()}}}},"endpoints":[{"endpoint":"/x","extra_config":{"proxy":{"static":{"data":{"a":1},"strategy":"always"}},{{{endpoint}}}},"backend":[{"host":["http://127.0.0.1:11"],"url_pattern":"/"}]}]}""",
        options: new() { Plugins = _registry });

    private sealed class Broken : IHealthContributor
    {
        public string Status => throw new InvalidOperationException("lost");
    }
}
