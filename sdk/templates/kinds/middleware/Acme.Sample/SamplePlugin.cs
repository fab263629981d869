using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Acme.Sample;

/// <summary>Answers from data of its own when everything behind it failed.</summary>
public sealed class SamplePlugin : GatewayPlugin
{
    private const string Name = "acme.sample";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        registry.Middleware(Name, static (config, _, diagnostics) => Bind(config, diagnostics) is { } settings ? new SampleMiddleware(settings) : null);
    }

    private static SampleConfig? Bind(ConfigNode config, ConfigDiagnostics diagnostics)
    {
        // The whole namespace arrives; by convention a plugin reads the member that is called like itself.
        if (config[Name] is not { } own)
        {
            diagnostics.Error(config.Position, "", $"\"{Name}\" is missing: the plugin's own configuration");
            return null;
        }
        return new ConfigBinder(diagnostics).TryBind<SampleConfig>(own, ConfigPath.Root.Member(Name), out var settings) ? settings : null;
    }
}
