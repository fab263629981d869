using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Acme.Sample;

/// <summary>Refuses requests of an endpoint that lack a header.</summary>
public sealed class SamplePlugin : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry) => registry.Endpoint("acme/sample", EndpointStages.Authentication.After(), static (config, context, diagnostics) =>
    {
        if (!new ConfigBinder(diagnostics).TryBind<SampleConfig>(config, ConfigPath.Root, out var settings))
            return null;
        if (settings.Status is < 400 or > 499)
            settings.Source.Error(diagnostics, "status", $"{settings.Status} is no refusal: 400 to 499");
        return new SampleMiddleware(settings, context.Logger, context.LogPrefix);
    });
}
