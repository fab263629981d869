using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Client plugins of old that are attributes of <c>backend/http/client</c> today (RTE-313, RTE-330): <c>no-redirect</c> and
/// <c>http-proxy</c>.
/// </summary>
internal static class LegacyClientPlugins
{
    /// <summary>Namespace of client plugins.</summary>
    public const string Namespace = "plugin/http-client";

    /// <summary>Namespace that has the attributes.</summary>
    public const string Current = "backend/http/client";

    /// <summary>The attributes that an old client plugin stands for; <see langword="null"/> when it is another plugin.</summary>
    /// <param name="value">The value of <see cref="Namespace"/>.</param>
    /// <param name="name">The plugin's name.</param>
    public static ConfigNode? Translate(ConfigNode value, out string name)
    {
        name = value["name"]?.Text ?? "";
        var position = value.Position;
        return name switch
        {
            "no-redirect" or "krakend-redirect" => ConfigNode.Object(position, [new("no_redirect", position, ConfigNode.Boolean(position, true))]),
            "http-proxy" when value["proxy_address"] is { } address => ConfigNode.Object(position, [new("proxy_address", position, address)]),
            _ => null,
        };
    }
}
