using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Exchanges;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>What a component of an endpoint is told.</summary>
internal class EndpointPlaceContext(Place place, ConfigNode config, Generation generation) : ServicePlace(place, config, generation), IEndpointContext
{
    // Headers of the connection, and those that the gateway makes itself.
    private static readonly HashSet<string> s_kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Expect", "Host", "HTTP2-Settings", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Via",
    };

    private readonly List<string> _propagated = [];

    /// <inheritdoc/>
    public string Path => Place.Endpoint?.Path ?? "";

    /// <inheritdoc/>
    public string Method => Place.Endpoint?.Method ?? "";

    /// <inheritdoc/>
    public TimeSpan Timeout => TimeSpan.FromMilliseconds(Place.Endpoint?.TimeoutMs ?? 0);

    /// <inheritdoc/>
    public bool IsNoOp => Place.Endpoint?.IsNoOp ?? false;

    /// <inheritdoc/>
    public int BackendCount => (int)(Place.Endpoint?.BackendCount ?? 0);

    /// <inheritdoc/>
    public ConfigNode Endpoint => field ??= PlaceDocument.EndpointOf(Place, Config);

    /// <inheritdoc/>
    public string LogPrefix => Place.LogPrefix;

    /// <inheritdoc/>
    public IReadOnlyList<string> PropagatedHeaders => _propagated;

    /// <inheritdoc/>
    public IReadOnlyList<ITokenRejecter> TokenRejecters => [];

    /// <inheritdoc/>
    public ConfigNode? EndpointConfig(string name) => name == Place.Name && Place.Backend is null ? Config : null;

    /// <inheritdoc/>
    public bool PropagateHeader(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (s_kept.Contains(name) || !name.All(HeaderName.IsTokenChar))
            return false;
        var canonical = HeaderName.Canonicalize(name);
        if (!_propagated.Contains(canonical))
            _propagated.Add(canonical);
        return true;
    }

    /// <inheritdoc/>
    public string? PathParameter(HttpContext context, string name)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return context.Features.Get<CallFeature>()?.Parameter(name);
    }

    /// <inheritdoc/>
    protected override string PlaceKey => $"endpoint {Method} {Path}";
}
