using System.Text.Json.Nodes;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>One component on the bench: how it is built, and how it is driven once it is.</summary>
/// <param name="Layer">Its contract.</param>
/// <param name="Name">Its name.</param>
/// <param name="Build">Makes it; <see langword="null"/> when the configuration needs none.</param>
/// <param name="Call">Calls it, or the sample alone for <see langword="null"/>; <see langword="null"/> for contracts that cannot be driven by a sample.</param>
internal sealed record BenchComponent(string Layer, string Name, Func<ConfigDiagnostics, object?> Build, Func<object?, bool, Task<Change>>? Call);

/// <summary>
/// A configuration around a plugin, with an endpoint and a backend that use all it has, so that its components are built as the gateway
/// builds them.
/// </summary>
internal sealed class TestBench
{
    private readonly JsonObject _settings;
    private readonly PluginManifest _manifest;
    private readonly Sample _sample;
    private readonly PluginRegistry _registry;
    private readonly ServiceContext _service;
    private readonly EndpointContext _endpoint;
    private readonly BackendContext _backend;

    /// <summary>Sets the bench up. Throws <see cref="ConfigurationException"/> when the configuration cannot be loaded.</summary>
    public TestBench(PluginManifest manifest, PluginSet set, JsonObject settings, Sample sample, GenerationScope scope, ILogger logger)
    {
        _manifest = manifest;
        _settings = settings;
        _sample = sample;
        _registry = set.Registry;
        var config = Load();
        var generation = new GenerationContext(config, scope, set.Registry, logger, TimeProvider.System);
        _service = new ServiceContext(generation);
        _endpoint = new EndpointContext(generation, config.Endpoints[0]);
        _backend = _endpoint.ForBackend(config.Endpoints[0].Backends[0], 0);
    }

    /// <summary>The components of every contract, in the order of the layers.</summary>
    public IEnumerable<BenchComponent> Components()
    {
        foreach (var c in Of(_registry.HttpServers, _service, "http-server", Kind, Http))
            yield return c;
        foreach (var c in Of(_registry.ServerComponents, _service, "server", Namespace, Http))
            yield return c;
        foreach (var c in Of(_registry.EndpointComponents, _endpoint, "endpoint", Namespace, Http))
            yield return c;
        foreach (var c in Of(_registry.ProxyComponents, _endpoint, "proxy", Namespace, (m, w) => Drive.ProxyAsync(m, _sample, isBackend: false, w)))
            yield return c;
        foreach (var c in Of(_registry.Middlewares, _endpoint, "middleware", Kind, (m, w) => Drive.ProxyAsync(m, _sample, isBackend: false, w)))
            yield return c;
        foreach (var c in Of(_registry.RequestModifiers, _endpoint, "request-modifier", Kind, (m, w) => Drive.RequestAsync(m, _sample, w)))
            yield return c;
        foreach (var c in Of(_registry.ResponseModifiers, _endpoint, "response-modifier", Kind, (m, w) => Drive.ResponseAsync(m, _sample, w)))
            yield return c;
        foreach (var c in Of(_registry.BackendComponents, _backend, "backend", Namespace, (m, w) => Drive.ProxyAsync(m, _sample, isBackend: true, w)))
            yield return c;
        foreach (var c in Of(_registry.Executors, _backend, "executor", Namespace, (m, w) => Drive.ProxyAsync(m, _sample, isBackend: true, w)))
            yield return c;
        foreach (var c in Of(_registry.ClientComponents, _backend, "client", Namespace, Client).Concat(Of(_registry.HttpClients, _backend, "http-client", Kind, Client)))
            yield return c;
        foreach (var c in Of(_registry.Decoders, _backend, "decoder", _ => _backend.Backend, (d, w) => Drive.DecodeAsync(d, _sample, w)))
            yield return c;
        foreach (var c in Of(_registry.Renders, _endpoint, "render", _ => _endpoint.Endpoint, (r, w) => Drive.RenderAsync(r, _sample, w)))
            yield return c;
        foreach (var c in BuiltOnly())
            yield return c;
    }

    // What a sample of one request cannot drive is built, and that is said.
    private IEnumerable<BenchComponent> BuiltOnly() =>
        Of<IEndpointContext, ITokenRejecter>(_registry.Rejecters, _endpoint, "rejecter", Namespace)
            .Concat(Of<IBackendContext, IHostDiscovery>(_registry.Discoveries, _backend, "discovery", _ => _backend.Backend))
            .Concat(Of<IBackendContext, IHostBalancer>(_registry.Balancers, _backend, "balancer", Namespace))
            .Concat(Of<IServiceContext, object>(_registry.Services, _service, "service", Namespace))
            .Concat(Of<IServiceContext, IHealthContributor>(_registry.HealthContributors, _service, "health", Namespace))
            .Concat(Of<IServiceContext, IListenerBranch>(_registry.Listeners, _service, "listener", Namespace))
            .Concat(Unbuilt(_registry.Connections, "connection")).Concat(Unbuilt(_registry.Agents, "agent")).Concat(Unbuilt(_registry.Logs, "logging"));

    private Task<Change> Http(IHttpMiddleware? middleware, bool watch) => Drive.HttpAsync(middleware, _sample, watch);

    private Task<Change> Client(IClientMiddleware? middleware, bool watch) => Drive.ClientAsync(middleware, _sample, watch);

    private static IEnumerable<BenchComponent> Of<TContext, TProduct>(
        ComponentList<TContext, TProduct> list, TContext context, string layer, Func<string, ConfigNode> config, Func<TProduct?, bool, Task<Change>>? call = null)
        where TProduct : class =>
        list.Select(c => new BenchComponent(layer, c.Name, found => c.Build(config(c.Name), context, found), call is null ? null : (product, watch) => call((TProduct?)product, watch)));

    private static IEnumerable<BenchComponent> Unbuilt(IComponentList list, string layer) => list.Names.Select(n => new BenchComponent(layer, n.Name, static _ => null, null));

    private ConfigNode Namespace(string name) => Node(Settings(name));

    private ConfigNode Kind(string name) => Node(KindSettings(name));

    // The factory of a kind gets the whole namespace, in which several plugins may have their settings (EXT-016).
    private JsonObject KindSettings(string name) =>
        _settings.ContainsKey("name") ? _settings : new() { ["name"] = new JsonArray(name), [name] = Settings(name).DeepClone() };

    private JsonNode Settings(string name) => _settings[name] ?? _settings;

    private static ConfigNode Node(JsonNode json) => JsonConfigReader.Read("--config", json.ToJsonString(), new ConfigDiagnostics())!;

    private ServiceConfig Load()
    {
        var backend = new JsonObject { ["host"] = new JsonArray("http://localhost:8080"), ["url_pattern"] = "/test", ["extra_config"] = Extra("backend") };
        var endpoint = new JsonObject { ["endpoint"] = "/test", ["backend"] = new JsonArray(backend), ["extra_config"] = Extra("endpoint") };
        var document = new JsonObject { ["version"] = 3, ["endpoints"] = new JsonArray(endpoint), ["extra_config"] = Extra("service") };
        var loaded = ConfigLoader.Load(Node(document), new LoadOptions
        {
            IsAvailable = static (_, _) => true,
            IsEncodingAvailable = static (_, _) => true,
            IsDiscoveryAvailable = static _ => true,
            IsKindAvailable = static (_, _) => true,
        }, new ConfigDiagnostics());
        return loaded.Config ?? throw new ConfigurationException(string.Join('\n', loaded.Diagnostics.All));
    }

    private JsonObject Extra(string scope)
    {
        var extra = new JsonObject();
        foreach (var name in _manifest.Namespaces.Where(n => n.Scope == scope))
            extra[name.Name] = Settings(name.Name).DeepClone();
        return extra;
    }
}
