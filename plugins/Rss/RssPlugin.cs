using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Rss;

/// <summary>The encoding <c>rss</c> of backends. Source: reference page "supported encodings"; MAN-059, MAN-068.</summary>
public sealed class RssPlugin : GatewayPlugin
{
    /// <summary>The value of <c>encoding</c>.</summary>
    public const string Encoding = "rss";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Decoder(Encoding, static (_, _, _) => FeedDecoder.Decode);
    }
}
