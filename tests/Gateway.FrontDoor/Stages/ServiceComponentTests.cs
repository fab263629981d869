using Gateway.Core.Plugins;
using Gateway.Core.Server;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Stages;

public sealed class ServiceComponentTests
{
    private const string Config = """{"version":3,"extra_config":{"security/cors":{"allow_origins":["*"]}}}""";

    [Fact, Spec("CFG-046")]
    public async Task A_service_component_that_rejects_its_settings_stops_the_start()
    {
        var plugins = new PluginRegistry();
        plugins.Server("security/cors", ServerStages.Cors, static (config, _, diagnostics) =>
        {
            diagnostics.Error(config.Position, "extra_config.security/cors", "allow_origins is no list of origins");
            return null;
        });

        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => TestGateway.StartAsync(Config, options: new() { Plugins = plugins }));

        Assert.Contains(":1:46 extra_config.security/cors: allow_origins is no list of origins", failure.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-046")]
    public async Task A_service_component_whose_factory_throws_stops_the_start()
    {
        var plugins = new PluginRegistry();
        plugins.Server("security/cors", ServerStages.Cors, static (_, _, _) => throw new InvalidOperationException("no store"));

        var failure = await Assert.ThrowsAsync<ConfigurationException>(() => TestGateway.StartAsync(Config, options: new() { Plugins = plugins }));

        Assert.Contains("the component cannot be built: no store", failure.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-328")]
    public async Task A_proxy_of_the_environment_that_is_no_address_stops_the_start()
    {
        var options = new TestGatewayOptions { Environment = new Dictionary<string, string> { ["HTTP_PROXY"] = "http://[" } };

        await Assert.ThrowsAsync<ConfigurationException>(() => TestGateway.StartAsync("""{"version":3}""", options: options));
    }
}
