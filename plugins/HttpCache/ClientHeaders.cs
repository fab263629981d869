using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.HttpCache;

/// <summary>
/// The headers that tell a backend who the client is: what it answers to them is one client's, whatever it says in <c>Vary</c> (MAN-413).
/// </summary>
internal static class ClientHeaders
{
    private const string Tokens = "auth/validator";
    private const string Certificates = "auth/client-certificate";

    /// <summary>
    /// Those of the components of a backend's endpoint: what they hand on by themselves, and what they write for <c>input_headers</c> to let
    /// through (AUT-053, AUT-302).
    /// </summary>
    public static IReadOnlyList<string> Of(IBackendContext context)
    {
        var names = new List<string>(context.PropagatedHeaders);
        foreach (var pair in context.EndpointConfig(Tokens)?["propagate_claims"]?.Items ?? [])
        {
            if (pair.Items is [_, { } header])
                names.Add(header.Text);
        }
        foreach (var config in (ConfigNode?[])[context.EndpointConfig(Certificates), context.ServiceConfig(Certificates)])
            names.AddRange((config?["headers"]?.Members ?? []).Select(static member => member.Name));
        return names;
    }
}
