using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.IpFilter;

/// <summary><c>ip-filter</c>, of the service, an endpoint or a backend.</summary>
internal sealed class IpFilterSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Blocks of addresses.</summary>
    [ConfigName("CIDR")]
    [ConfigRequired]
    public IReadOnlyList<string> Cidr { get; init; } = [];

    /// <summary>Whether only these pass; else these do not.</summary>
    public bool Allow { get; init; }

    /// <summary>Headers that may hold the client's address, in their order.</summary>
    public IReadOnlyList<string> ClientIpHeaders { get; init; } = ["X-Forwarded-For", "X-Real-IP", "X-Appengine-Remote-Addr"];

    /// <summary>Proxies whose headers are believed; empty when none is named.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Reads the object under the plugin's name; <see langword="null"/> after errors were reported.</summary>
    /// <param name="config">The whole namespace.</param>
    /// <param name="namespace">Its name.</param>
    /// <param name="diagnostics">Where to.</param>
    public static IpFilterSettings? Read(ConfigNode config, string @namespace, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member(@namespace).Member(IpFilterPlugin.Name);
        if (config[IpFilterPlugin.Name] is not { } own)
        {
            diagnostics.Error(config.Position, path.ToString(), $"the plugin \"{IpFilterPlugin.Name}\" has no settings; expected an object with \"CIDR\" and \"allow\" under its name");
            return null;
        }
        if (!new ConfigBinder(diagnostics).TryBind<IpFilterSettings>(own, path, out var settings))
            return null;
        if (settings.Source!.Find("allow") is null)
            settings.Source.Warning(diagnostics, "allow", "\"allow\" is absent: the blocks of \"CIDR\" are kept out and everybody else is let in; expected true or false");
        for (var i = 0; i < settings.ClientIpHeaders.Count; i++)
        {
            var name = settings.ClientIpHeaders[i];
            if (name.Length > 0 && name.All(HeaderName.IsTokenChar))
                continue;
            settings.Source!.Error(diagnostics, "client_ip_headers", i, $"{ConfigText.Quote(name)} is no name of a header");
            return null;
        }
        return settings;
    }
}
