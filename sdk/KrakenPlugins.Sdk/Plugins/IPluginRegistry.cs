using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>What a component may know of the service that it is built for.</summary>
public interface IServiceContext
{
    /// <summary>Application log.</summary>
    ILogger Logger { get; }

    /// <summary>Clock.</summary>
    TimeProvider Time { get; }

    /// <summary>The whole document.</summary>
    ConfigNode Document { get; }
}

/// <summary>What a component may know of the endpoint that it is built for.</summary>
public interface IEndpointContext : IServiceContext
{
    /// <summary>Path with placeholders as configured.</summary>
    string Path { get; }

    /// <summary>Upper-case method.</summary>
    string Method { get; }

    /// <summary>End-to-end time.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Whether the answer is handed through as it comes.</summary>
    bool IsNoOp { get; }

    /// <summary>Number of backends that take part in the answer (shadows not counted).</summary>
    int BackendCount { get; }

    /// <summary>The endpoint object of the document.</summary>
    ConfigNode Endpoint { get; }
}

/// <summary>What a component may know of the backend that it is built for.</summary>
public interface IBackendContext : IEndpointContext
{
    /// <summary>Position among the endpoint's backends, from 0.</summary>
    int Index { get; }

    /// <summary><c>url_pattern</c> as configured.</summary>
    string UrlPattern { get; }

    /// <summary>Upper-case method towards the backend.</summary>
    string BackendMethod { get; }

    /// <summary>Name of the decoder.</summary>
    string Encoding { get; }

    /// <summary>The backend object of the document.</summary>
    ConfigNode Backend { get; }
}

/// <summary>Builds the middleware of a namespace; <see langword="null"/> means that this configuration needs none.</summary>
/// <typeparam name="TContext">What it is built for.</typeparam>
/// <typeparam name="TMiddleware">What it builds.</typeparam>
/// <param name="config">The namespace's value.</param>
/// <param name="context">What it is built for.</param>
/// <param name="diagnostics">Where faults of the value are reported, with position.</param>
public delegate TMiddleware? ComponentFactory<in TContext, out TMiddleware>(ConfigNode config, TContext context, ConfigDiagnostics diagnostics)
    where TMiddleware : class;

/// <summary>Turns the body of a backend's answer into data. Takes ownership of <paramref name="body"/> in every case.</summary>
/// <param name="body">The body, inflated.</param>
/// <param name="payload">The data, or <see langword="null"/> for a <c>null</c> document.</param>
/// <param name="error">Why it cannot be decoded, for people.</param>
/// <returns>Whether it could be decoded.</returns>
public delegate bool BodyDecoder(PooledBytes body, out Payload? payload, out string? error);

/// <summary>Writes data for the client.</summary>
/// <param name="data">The data; <see langword="null"/> for a <c>null</c> document.</param>
/// <param name="output">Where it is written.</param>
public delegate void BodyRender(Payload? data, System.Buffers.IBufferWriter<byte> output);

/// <summary>
/// Where components declare what they handle. Declaring has no side effect; factories run when a configuration that uses the
/// namespace is loaded.
/// </summary>
public interface IPluginRegistry
{
    /// <summary>A component around the whole service.</summary>
    void Server(string name, Stage stage, ComponentFactory<IServiceContext, IHttpMiddleware> factory);

    /// <summary>A component of an endpoint on the HTTP exchange.</summary>
    void Endpoint(string name, Stage stage, ComponentFactory<IEndpointContext, IHttpMiddleware> factory);

    /// <summary>A component of an endpoint's proxy pipeline.</summary>
    void Proxy(string name, Stage stage, ComponentFactory<IEndpointContext, IProxyMiddleware> factory);

    /// <summary>A component of a backend's pipeline.</summary>
    void Backend(string name, Stage stage, ComponentFactory<IBackendContext, IProxyMiddleware> factory);

    /// <summary>A component around the raw HTTP call of a backend.</summary>
    void Client(string name, Stage stage, ComponentFactory<IBackendContext, IClientMiddleware> factory);

    /// <summary>A replacement of a backend's transport: it answers with data itself.</summary>
    void Executor(string name, ComponentFactory<IBackendContext, IProxyMiddleware> factory);
}

/// <summary>One plugin: declares its components, and may do work in the background.</summary>
public abstract class GatewayPlugin
{
    /// <summary>Declares the components; no side effects.</summary>
    public abstract void Register(IPluginRegistry registry);

    /// <summary>Starts background work, before the listener opens.</summary>
    public virtual ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Stops background work, after the listener closed.</summary>
    public virtual ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
