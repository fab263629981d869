using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sidecar.Exchanges;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>What a component around the service is told: what the gateway told of its place, and nothing else of the configuration.</summary>
internal class ServicePlace(Place place, ConfigNode config, Generation generation) : IServiceContext
{
    private ConfigNode? _service;

    /// <summary>The place as the gateway described it.</summary>
    protected Place Place => place;

    /// <summary>The value of the place's own namespace.</summary>
    protected ConfigNode Config => config;

    /// <inheritdoc/>
    public ILogger Logger => generation.Log;

    /// <inheritdoc/>
    public TimeProvider Time => TimeProvider.System;

    /// <summary>What is known of the document: this place, as it would stand in one.</summary>
    public ConfigNode Document => field ??= PlaceDocument.Of(place, config, ServiceConfig(place.Name));

    /// <inheritdoc/>
    public CancellationToken Stopping => generation.Stopping;

    /// <inheritdoc/>
    public string PluginFolder => generation.Identity.Folder;

    /// <inheritdoc/>
    public IOutgoingCalls Outgoing => generation.Outgoing;

    /// <inheritdoc/>
    public string ClientAddress(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<CallFeature>()?.ClientAddress ?? "";
    }

    /// <inheritdoc/>
    public void NoteError(HttpContext context, string message) => generation.Log.Write(LogLevel.Warning, $"{place.LogPrefix}[{place.Name}] {message}");

    /// <inheritdoc/>
    public ConfigNode? ServiceConfig(string name)
    {
        if (name != place.Name)
            return null;
        if (!place.ServiceConfigJson.IsEmpty)
            return _service ??= ConfigText.Read(place.ServiceConfigJson);
        // Around the service the place's own value is the service's, unless there is none.
        return place.Endpoint is null && place.Path.StartsWith("extra_config", StringComparison.Ordinal) ? config : null;
    }

    /// <inheritdoc/>
    public EndpointRoute? FindEndpoint(HttpContext context, string method) => throw Unavailable("FindEndpoint (the gateway's routes)");

    /// <inheritdoc/>
    public T? Service<T>() where T : class => null;

    /// <inheritdoc/>
    public T Carry<T>(string key, ConfigNode config, Func<T> create) where T : class => generation.Carried.Take(PlaceKey, place.Name, key, config, create);

    /// <inheritdoc/>
    public void ShowHealth(IHealthContributor contributor) => generation.Health.TryAdd(place.Name, contributor);

    /// <inheritdoc/>
    public void OfferAdmin(AdminOperation operation) => throw Unavailable("OfferAdmin (the gateway's admin listener)");

    /// <summary>What tells the place from others between two configurations.</summary>
    protected virtual string PlaceKey => "service";

    /// <summary>Says that something exists inside of the gateway only.</summary>
    protected static NotSupportedException Unavailable(string what) => new($"{what} is not available to a plugin in a process of its own; set \"runtime\" to \"dotnet\" in plugin.json, or do without it");
}
