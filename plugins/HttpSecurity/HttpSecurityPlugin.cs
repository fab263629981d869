using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.HttpSecurity;

/// <summary>
/// The component <c>security/http</c>: allowed hosts, HTTPS, headers. Source: reference page "HTTP security"; SEC-042 to SEC-054.
/// </summary>
public sealed partial class HttpSecurityPlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of the service or of an endpoint.</summary>
    public const string Namespace = "security/http";

    private Dictionary<EndpointRoute, HttpSecurityPolicy> _overrides = [];
    private ConfigNode? _document;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Endpoint(Namespace, EndpointStages.Authentication, CreateOverride);
        registry.Server(Namespace, ServerStages.Security, Create, ComponentReach.Endpoints);
    }

    // The endpoints of a configuration are built before what surrounds its service.
    private IHttpMiddleware? CreateOverride(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        Begin(context);
        if (HttpSecurityPolicy.Compile(config, diagnostics) is { } policy)
            _overrides[new EndpointRoute(context.Method, context.Path)] = policy;
        return null;
    }

    private HttpSecurityMiddleware? Create(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        Begin(context);
        if (context.ServiceConfig(Namespace) is null)
            return new HttpSecurityMiddleware(null, _overrides, context);
        if (HttpSecurityPolicy.Compile(config, diagnostics) is not { } policy)
            return null;
        Log.Enabled(context.Logger);
        return new HttpSecurityMiddleware(policy, _overrides, context);
    }

    private void Begin(IServiceContext context)
    {
        if (ReferenceEquals(_document, context.Document))
            return;
        (_document, _overrides) = (context.Document, []);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Gin][HTTPsecure] Successfully loaded the module")]
        public static partial void Enabled(ILogger logger);
    }
}

/// <summary>Applies the policy of the endpoint, or else the service's.</summary>
/// <param name="service">The policy of the service, or <see langword="null"/> when endpoints alone have one.</param>
/// <param name="overrides">Policies of endpoints, which take the place of the service's (SEC-054).</param>
/// <param name="context">Finds endpoints.</param>
internal sealed class HttpSecurityMiddleware(HttpSecurityPolicy? service, IReadOnlyDictionary<EndpointRoute, HttpSecurityPolicy> overrides, IServiceContext context) : IHttpMiddleware
{
    private readonly bool _hasOverrides = overrides.Count > 0;

    public Task InvokeAsync(HttpContext exchange, RequestDelegate next)
    {
        var policy = _hasOverrides && context.FindEndpoint(exchange, exchange.Request.Method) is { } route && overrides.TryGetValue(route, out var own) ? own : service;
        return policy is null ? next(exchange) : policy.RunAsync(exchange, next);
    }
}
