using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Yaml;

/// <summary>
/// The encoding <c>yaml</c> of backends and of endpoints. Source: reference pages "supported encodings" and "response content types";
/// MAN-069, MAN-080 to MAN-083.
/// </summary>
public sealed class YamlPlugin : GatewayPlugin
{
    /// <summary>The value of <c>encoding</c> and <c>output_encoding</c>.</summary>
    public const string Encoding = "yaml";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Decoder(Encoding, static (backend, _, _) => new YamlDecoder(IsCollection(backend)).Decode);
        registry.Render(Encoding, static (_, _, _) => new YamlRender());
    }

    private static bool IsCollection(ConfigNode backend) =>
        new ConfigSource(backend, ConfigPath.Root).Find("is_collection") is { } value && WeakTyping.TryBoolean(value, out var isCollection) && isCollection;
}
