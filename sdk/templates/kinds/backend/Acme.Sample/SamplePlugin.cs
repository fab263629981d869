using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Acme.Sample;

/// <summary>Sets a header on the requests to a backend.</summary>
public sealed class SamplePlugin : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry) =>
        registry.Backend("acme/sample", BackendStages.Middleware, static (config, _, diagnostics) =>
            new ConfigBinder(diagnostics).TryBind<SampleConfig>(config, ConfigPath.Root, out var settings) ? new SampleMiddleware(settings) : null);
}
