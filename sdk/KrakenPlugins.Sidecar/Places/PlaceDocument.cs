using System.Globalization;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>The part of the document that a place tells of, in the language's own form, for plugins that read it.</summary>
internal static class PlaceDocument
{
    /// <summary>The whole: one endpoint with one backend at most, and the place's own namespace.</summary>
    public static ConfigNode Of(Place place, ConfigNode config, ConfigNode? service)
    {
        var members = new List<ConfigMember> { Member("version", ConfigNode.Number(default, "3")) };
        if (service is not null)
            members.Add(Extra(place.Name, service));
        if (place.Endpoint is not null)
            members.Add(Member("endpoints", ConfigNode.Array(default, [EndpointOf(place, config)])));
        return ConfigNode.Object(default, members);
    }

    /// <summary>The endpoint object.</summary>
    public static ConfigNode EndpointOf(Place place, ConfigNode config)
    {
        var endpoint = place.Endpoint ?? new EndpointPlace();
        var members = new List<ConfigMember>
        {
            Member("endpoint", Text(endpoint.Path)),
            Member("method", Text(endpoint.Method)),
            Member("timeout", Text(string.Create(CultureInfo.InvariantCulture, $"{endpoint.TimeoutMs}ms"))),
        };
        if (endpoint.IsNoOp)
            members.Add(Member("output_encoding", Text("no-op")));
        if (place.Backend is not null)
            members.Add(Member("backend", ConfigNode.Array(default, [BackendOf(place, config)])));
        else
            members.Add(Extra(place.Name, config));
        return ConfigNode.Object(default, members);
    }

    /// <summary>The backend object.</summary>
    public static ConfigNode BackendOf(Place place, ConfigNode config)
    {
        var backend = place.Backend ?? new BackendPlace();
        return ConfigNode.Object(default,
        [
            Member("url_pattern", Text(backend.UrlPattern)),
            Member("method", Text(backend.Method)),
            Member("encoding", Text(backend.Encoding)),
            Extra(place.Name, config),
        ]);
    }

    private static ConfigMember Extra(string name, ConfigNode config) => Member("extra_config", ConfigNode.Object(default, [Member(name, config)]));

    private static ConfigMember Member(string name, ConfigNode value) => new(name, default, value);

    private static ConfigNode Text(string text) => ConfigNode.String(default, text);
}
