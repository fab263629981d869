using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using Gateway.Core.Proxy;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>What every context of one configuration shares.</summary>
/// <param name="Config">The configuration.</param>
/// <param name="Scope">What lives as long as it.</param>
/// <param name="Plugins">What plugins declared for it.</param>
/// <param name="Logger">Application log.</param>
/// <param name="Time">Clock.</param>
internal sealed record GenerationContext(ServiceConfig Config, GenerationScope Scope, PluginRegistry Plugins, ILogger Logger, TimeProvider Time)
{
    /// <summary>What plugins serve by themselves.</summary>
    public Takeovers Takeovers { get; } = new(Scope.Stopping);

    /// <summary>What components call by themselves; without transport until there is one.</summary>
    public OutgoingCalls Outgoing { get; } = new();

    /// <summary>Which endpoint serves what.</summary>
    public EndpointRoutes Routes { get; } = new();

    /// <summary>When agents reported.</summary>
    public AgentReports AgentReports { get; } = new();

    /// <summary>What components show of their state.</summary>
    public HealthContributors Health { get; } = new(Logger);

    /// <summary>What plugins do for operators.</summary>
    public AdminOperations Admin { get; } = new();
}

/// <summary>What components of the service are told.</summary>
internal class ServiceContext(GenerationContext generation) : IServiceContext
{
    private PluginOwner _owner = PluginOwner.Core;
    private string _component = "";

    protected GenerationContext Generation { get; } = generation;

    /// <summary>Which service, endpoint, backend or agent it is, for state that is carried over.</summary>
    protected virtual string Place => "service";

    public GenerationScope Scope => Generation.Scope;
    public PluginRegistry Plugins => Generation.Plugins;
    public IReadOnlySet<string> AllowMissing => Generation.Config.AllowMissing;
    public ILogger Logger => Generation.Logger;
    public TimeProvider Time => Generation.Time;
    public ConfigNode Document => Generation.Config.Source;
    public CancellationToken Stopping => Generation.Scope.Stopping;
    public string PluginFolder => _owner.Folder;
    public IOutgoingCalls Outgoing => Generation.Outgoing;

    public EndpointRoute? FindEndpoint(HttpContext context, string method) => ExchangeOf(context) is { } exchange ? Generation.Routes.Find(exchange, method) : null;

    public string ClientAddress(HttpContext context)
    {
        var exchange = ExchangeOf(context);
        return exchange?.ClientIp ?? context.Connection.RemoteIpAddress?.ToString() ?? "";
    }

    public void NoteError(HttpContext context, string message)
    {
        if (ExchangeOf(context) is not { } exchange)
            return;
        exchange.IsLogged = true;
        (exchange.LoggedErrors ??= []).Add(message);
    }

    protected static Exchange? ExchangeOf(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<Exchange>() ?? (context.Features as IHostContextContainer<Exchange>)?.HostContext;
    }

    public ConfigNode? ServiceConfig(string name) => Generation.Config.ExtraConfig[name];

    public T? Service<T>() where T : class => Scope.Service<T>();

    public T Carry<T>(string key, ConfigNode config, Func<T> create) where T : class => Scope.Carried.Take(Place, _component, _owner, key, config, create);

    public void ShowHealth(IHealthContributor contributor)
    {
        ArgumentNullException.ThrowIfNull(contributor);
        Generation.Health.Add(_component, contributor);
    }

    public void OfferAdmin(AdminOperation operation) => Generation.Admin.Add(_owner, _component, operation);

    /// <summary>The same for the component of a plugin; no component for the plugin as a whole.</summary>
    public ServiceContext For(PluginOwner owner, string component)
    {
        var copy = (ServiceContext)MemberwiseClone();
        copy._owner = owner;
        copy._component = component;
        return copy;
    }
}

/// <summary>What components of an endpoint are told.</summary>
internal class EndpointContext(GenerationContext generation, EndpointConfig endpoint) : ServiceContext(generation), IEndpointContext
{
    protected EndpointConfig Config { get; } = endpoint;
    public string Path => Config.Path;
    public string Method => Config.Method;
    public TimeSpan Timeout => Config.Timeout;
    public bool IsNoOp => Config.IsNoOp;
    public int BackendCount => Config.Backends.Count(static b => !b.Shadow);
    public ConfigNode Endpoint => Config.Source;
    public virtual string LogPrefix => $"[ENDPOINT: {Config.Path}]";

    /// <summary>Filled before the endpoint's HTTP components are built.</summary>
    public IReadOnlyList<ITokenRejecter> TokenRejecters { get; set; } = [];

    /// <summary>Headers that components of the endpoint hand on to its backends, in canonical spelling.</summary>
    public List<string> PropagatedHeaders { get; init; } = [];

    IReadOnlyList<string> IEndpointContext.PropagatedHeaders => PropagatedHeaders;

    public bool PropagateHeader(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!name.All(HeaderName.IsTokenChar) || !RequestFilter.MayPropagate(name))
            return false;
        var canonical = HeaderName.Canonicalize(name);
        if (!PropagatedHeaders.Contains(canonical))
            PropagatedHeaders.Add(canonical);
        return true;
    }

    public string? PathParameter(HttpContext context, string name)
    {
        var values = ExchangeOf(context) is { } exchange ? exchange.Match.Parameters : default;
        for (var i = 0; i < values.Length; i++)
        {
            if (Config.ParameterNames[i] == name)
                return values[i];
        }
        return null;
    }

    protected override string Place => $"endpoint {Config.Method} {Config.Path}";

    public ConfigNode? EndpointConfig(string name) => Config.ExtraConfig[name];

    public BackendContext ForBackend(BackendConfig backend, int index) => new(Generation, Config, backend, index) { Parent = Place, PropagatedHeaders = PropagatedHeaders };
}

/// <summary>What components of a backend are told.</summary>
internal sealed class BackendContext(GenerationContext generation, EndpointConfig endpoint, BackendConfig backend, int index)
    : EndpointContext(generation, endpoint), IBackendContext
{
    public int Index => index;
    public string UrlPattern => backend.UrlPattern.Text;
    public string BackendMethod => backend.Method;
    public string Encoding => backend.Encoding;
    public string? Executor => Plugins.Executors.FirstOrDefault(e => backend.ExtraConfig[e.Name] is not null)?.Name;
    public ConfigNode Backend => backend.Source;

    /// <summary>Known once their source is built.</summary>
    public IHostDiscovery? Hosts { get; set; }

    /// <summary>What calls the hosts; <see langword="null"/> while their source is built.</summary>
    public HttpTransport? Transport { get; set; }

    public IOutgoingCalls HostCalls => Transport is null
        ? Outgoing
        : field ??= new OutgoingCalls(Transport, backend.Client with { NoRedirect = true, SendBodyOnRedirect = false });

    /// <summary>The place that it stands in; an agent's is no endpoint.</summary>
    public string? Parent { get; init; }

    // Of backends that look alike the order counts; others keep their state when one is put in before them.
    protected override string Place
    {
        get
        {
            var alike = 0;
            foreach (var other in Config.Backends)
            {
                if (ReferenceEquals(other, backend))
                    break;
                if (other.Method == backend.Method && other.UrlPattern.Text == backend.UrlPattern.Text && other.Shadow == backend.Shadow)
                    alike++;
            }
            return $"{Parent ?? base.Place} backend {alike} {(backend.Shadow ? "shadow " : "")}{backend.Method} {backend.UrlPattern.Text}";
        }
    }

    public override string LogPrefix => $"[BACKEND: {backend.Method} {Config.Path} -> {backend.UrlPattern.Text}]";
    public ConfigNode? BackendConfig(string name) => backend.ExtraConfig[name];
}
