using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Acme.Sample;

/// <summary>Sends credentials with every call of a backend.</summary>
public sealed class SamplePlugin : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry) => registry.Client("acme/sample", ClientStages.Credentials, static (config, _, diagnostics) =>
    {
        if (!new ConfigBinder(diagnostics).TryBind<SampleConfig>(config, ConfigPath.Root, out var settings))
            return null;
        if (settings.User.Contains(':'))
            settings.Source.Error(diagnostics, "user", "a user name must not hold a colon");
        return new SampleClient(settings);
    });
}
