using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>What a component of a backend is told.</summary>
internal sealed class BackendPlaceContext(Place place, ConfigNode config, Generation generation) : EndpointPlaceContext(place, config, generation), IBackendContext
{
    /// <inheritdoc/>
    public int Index => (int)(Place.Backend?.Index ?? 0);

    /// <inheritdoc/>
    public string UrlPattern => Place.Backend?.UrlPattern ?? "";

    /// <inheritdoc/>
    public string BackendMethod => Place.Backend?.Method ?? "";

    /// <inheritdoc/>
    public string Encoding => Place.Backend?.Encoding ?? "";

    /// <inheritdoc/>
    public string? Executor => Place.Layer == Layer.Executor ? Place.Name : null;

    /// <inheritdoc/>
    public ConfigNode Backend => field ??= PlaceDocument.BackendOf(Place, Config);

    /// <inheritdoc/>
    public ConfigNode? BackendConfig(string name) => name == Place.Name ? Config : null;

    /// <inheritdoc/>
    protected override string PlaceKey => $"{base.PlaceKey} backend {BackendMethod} {UrlPattern} {Index}";
}
