using KrakenPlugins.Sdk.Plugins;

namespace Acme.Sample;

/// <summary>Reads and writes lines of <c>key=value</c>: a value of <c>encoding</c> and of <c>output_encoding</c>.</summary>
public sealed class SamplePlugin : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        registry.Decoder("acme.sample", static (_, _, _) => SampleDecoder.Decode);
        registry.Render("acme.sample", static (_, _, _) => new SampleRender());
    }
}
