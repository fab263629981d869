using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sidecar.Exchanges;

/// <summary>What the gateway told of an exchange beside HTTP.</summary>
internal sealed class CallFeature(RequestHead head)
{
    /// <summary>The client as the gateway sees it.</summary>
    public string ClientAddress => head.ClientAddress;

    /// <summary>A placeholder's value; the gateway writes their first letter in upper case (RTE-025).</summary>
    public string? Parameter(string name)
    {
        foreach (var parameter in head.Parameters)
        {
            if (parameter.Name.Length == name.Length && char.ToUpperInvariant(parameter.Name[0]) == char.ToUpperInvariant(name[0]) && parameter.Name.AsSpan(1).SequenceEqual(name.AsSpan(1)))
                return parameter.Value;
        }
        return null;
    }
}
