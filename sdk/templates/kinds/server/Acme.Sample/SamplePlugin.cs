using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Acme.Sample;

/// <summary>Puts a header on every answer of the service.</summary>
public sealed class SamplePlugin : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry) =>
        registry.Server("acme/sample", ServerStages.ServiceGuards, static (config, _, diagnostics) =>
            new ConfigBinder(diagnostics).TryBind<SampleConfig>(config, ConfigPath.Root, out var settings) ? new SampleMiddleware(settings) : null);
}
