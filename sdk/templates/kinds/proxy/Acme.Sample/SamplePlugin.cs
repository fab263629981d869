using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Acme.Sample;

/// <summary>Adds a field to the answer of an endpoint.</summary>
public sealed class SamplePlugin : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry) =>
        registry.Proxy("acme/sample", ProxyStages.FinalResponse, static (config, _, diagnostics) =>
            new ConfigBinder(diagnostics).TryBind<SampleConfig>(config, ConfigPath.Root, out var settings) ? new SampleMiddleware(settings) : null);
}
