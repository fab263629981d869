using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Acme.Sample;

/// <summary>Answers in place of a backend.</summary>
public sealed class SamplePlugin : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry) =>
        registry.Executor("acme/sample", static (config, _, diagnostics) =>
            new ConfigBinder(diagnostics).TryBind<SampleConfig>(config, ConfigPath.Root, out var settings) ? new SampleExecutor(settings) : null);
}
