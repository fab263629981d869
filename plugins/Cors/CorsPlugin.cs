using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Cors;

/// <summary>
/// The component <c>security/cors</c>: cross-origin resource sharing. Source: reference page "enabling CORS", Fetch standard; SEC-001 to SEC-021.
/// </summary>
public sealed partial class CorsPlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of the service or of an endpoint.</summary>
    public const string Namespace = "security/cors";

    private Dictionary<EndpointRoute, CorsPolicy> _overrides = [];
    private ConfigNode? _document;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Endpoint(Namespace, EndpointStages.Authentication, CreateOverride);
        registry.Server(Namespace, ServerStages.Cors, Create, ComponentReach.Endpoints);
    }

    // The endpoints of a configuration are built before what surrounds its service.
    private IHttpMiddleware? CreateOverride(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        Begin(context);
        if (CorsPolicy.Compile(config, diagnostics) is { } policy)
            _overrides[new EndpointRoute(context.Method, context.Path)] = policy;
        return null;
    }

    private CorsMiddleware? Create(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        Begin(context);
        if (context.ServiceConfig(Namespace) is null)
            return new CorsMiddleware(null, _overrides, context);
        if (CorsPolicy.Compile(config, diagnostics) is not { } policy)
            return null;
        Log.Enabled(context.Logger);
        return new CorsMiddleware(policy, _overrides, context);
    }

    private void Begin(IServiceContext context)
    {
        if (ReferenceEquals(_document, context.Document))
            return;
        (_document, _overrides) = (context.Document, []);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Gin][CORS] Enabled CORS for all the requests")]
        public static partial void Enabled(ILogger logger);
    }
}
