using System.Text;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>What components of the service are told.</summary>
internal class ServiceContext(ServiceConfig service, ILogger logger, TimeProvider time) : IServiceContext
{
    protected ServiceConfig Service { get; } = service;
    public ILogger Logger { get; } = logger;
    public TimeProvider Time { get; } = time;
    public ConfigNode Document => Service.Source;
}

/// <summary>What components of an endpoint are told.</summary>
internal class EndpointContext(ServiceConfig service, EndpointConfig endpoint, ILogger logger, TimeProvider time)
    : ServiceContext(service, logger, time), IEndpointContext
{
    public string Path => endpoint.Path;
    public string Method => endpoint.Method;
    public TimeSpan Timeout => endpoint.Timeout;
    public bool IsNoOp => endpoint.IsNoOp;
    public int BackendCount => endpoint.Backends.Count(static b => !b.Shadow);
    public ConfigNode Endpoint => endpoint.Source;

    public BackendContext ForBackend(BackendConfig backend, int index) => new(Service, endpoint, backend, index, Logger, Time);
}

/// <summary>What components of a backend are told.</summary>
internal sealed class BackendContext(ServiceConfig service, EndpointConfig endpoint, BackendConfig backend, int index, ILogger logger, TimeProvider time)
    : EndpointContext(service, endpoint, logger, time), IBackendContext
{
    public int Index => index;
    public string UrlPattern => backend.UrlPattern.Text;
    public string BackendMethod => backend.Method;
    public string Encoding => backend.Encoding;
    public ConfigNode Backend => backend.Source;
}
