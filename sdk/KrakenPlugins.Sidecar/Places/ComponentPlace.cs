using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;
using KrakenPlugins.Sidecar.Exchanges;
using KrakenPlugins.Sidecar.Hosting;
using KrakenPlugins.Sidecar.Pipelines;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>A component in its place, ready for calls.</summary>
internal sealed class ComponentPlace(Place place, object component, Needs needs, Generation generation)
{
    private BackendHost? _lastHost;

    /// <summary>Number that calls name it by.</summary>
    public uint Id => place.PlaceId;

    /// <summary>The namespace, or the name among the plugins of a kind.</summary>
    public string Name => place.Name;

    /// <summary>Where it stands.</summary>
    public Layer Layer => place.Layer;

    /// <summary>What the factory made.</summary>
    public object Component => component;

    /// <summary>Whether nothing of an answer reaches it, so that going on is the last that it does.</summary>
    public bool IsBlind { get; } = !needs.ResponseHead && needs.ResponseBody == BodyNeed.Unspecified;

    /// <summary>Where faults of its code are told.</summary>
    public FaultLog Faults { get; } = new(generation.Log, $"{place.LogPrefix}[{place.Name}]");

    /// <summary>Begins a call; <see langword="false"/> once the generation has ended.</summary>
    public bool TryEnter() => generation.TryEnter();

    /// <summary>Ends a call.</summary>
    public void Leave() => generation.Leave();

    /// <summary>A call of this place.</summary>
    public PluginCall NewCall(CallStream stream, ulong id, CallStart start) => component switch
    {
        IHttpMiddleware middleware => new HttpCall(middleware, stream, id, this, start),
        IProxyMiddleware middleware => new ProxyCall(middleware, stream, id, this, start),
        IClientMiddleware middleware => new ClientCall(middleware, stream, id, this, start),
        IRequestModifier modifier => new RequestModifierCall(modifier, stream, id, this, start),
        IResponseModifier modifier => new ResponseModifierCall(modifier, stream, id, this, start),
        _ => throw new InvalidOperationException($"{component.GetType()} is no component of a layer"),
    };

    /// <summary>A host by scheme and authority; the same instance as long as calls go to one host.</summary>
    public BackendHost? HostOf(string scheme, string authority)
    {
        if (authority.Length == 0)
            return null;
        var last = Volatile.Read(ref _lastHost);
        if (last is not null && last.Scheme == scheme && last.Authority == authority)
            return last;
        var host = HostNames.Parse(scheme, authority);
        Volatile.Write(ref _lastHost, host);
        return host;
    }
}

/// <summary>The places of all generations by their numbers.</summary>
internal sealed class PlaceTable
{
    private readonly ConcurrentDictionary<uint, ComponentPlace> _places = new();

    /// <summary>Adds a place; one with the same number goes.</summary>
    public void Add(ComponentPlace place) => _places[place.Id] = place;

    /// <summary>Removes a place.</summary>
    public void Remove(ComponentPlace place) => _places.TryRemove(new(place.Id, place));

    /// <summary>The place of a number, in which a call has begun; <see cref="ComponentPlace.Leave"/> ends it.</summary>
    public bool TryEnter(uint id, [NotNullWhen(true)] out ComponentPlace? place) => _places.TryGetValue(id, out place) && place.TryEnter();
}

/// <summary>Hosts as the protocol writes them.</summary>
internal static class HostNames
{
    /// <summary>A host by scheme and <c>host:port</c>.</summary>
    public static BackendHost Parse(string scheme, string authority)
    {
        var isSecure = scheme is "https" or "wss";
        var colon = authority.LastIndexOf(':');
        var hasPort = colon > authority.LastIndexOf(']');
        var host = (hasPort ? authority[..colon] : authority).Trim('[', ']');
        if (!hasPort || !ushort.TryParse(authority.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture, out var port) || port == 0)
            port = isSecure ? (ushort)443 : (ushort)80;
        return new BackendHost(scheme.Length == 0 ? "http" : scheme, host, port);
    }
}
