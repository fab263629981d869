using KrakenPlugins.JwtValidator.Claims;
using KrakenPlugins.JwtValidator.Keys;
using KrakenPlugins.JwtValidator.Settings;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JwtValidator;

/// <summary>
/// The component <c>auth/validator</c>: nothing passes an endpoint but requests with a valid token. Source: reference page "JWT validation";
/// AUT-009 to AUT-057.
/// </summary>
public sealed partial class JwtValidatorPlugin : GatewayPlugin
{
    /// <summary>The namespace, of endpoints and of the service.</summary>
    public const string Namespace = "auth/validator";

    /// <summary>Another name of the service's namespace, which the reference uses in an example.</summary>
    public const string OldClientNamespace = "auth/jwk-client";

    // Outermost, so that everything in the pipeline finds the claims among the parameters.
    private static readonly Stage s_claimParameters = new("claim parameters", 50);

    private readonly KeyFeeds _feeds = new();
    private readonly HashSet<string> _guarded = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Endpoint(Namespace, EndpointStages.Authentication, Create);
        registry.Proxy(Namespace, s_claimParameters, static (_, context, _) => ClaimParameters.Of(context));
        registry.Server(Namespace, ServerStages.ServiceGuards, static (config, context, diagnostics) => Check(Namespace, config, context, diagnostics));
        registry.Server(OldClientNamespace, ServerStages.ServiceGuards, static (config, context, diagnostics) => Check(OldClientNamespace, config, context, diagnostics));
    }

    /// <inheritdoc/>
    public override ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        foreach (var endpoint in context.Document["endpoints"]?.Items ?? [])
        {
            if (endpoint["endpoint"] is { } path && !_guarded.Contains(Place(endpoint["method"]?.Text, path.Text)))
                Log.Disabled(context.Logger, path.Text);
        }
        _feeds.Prefetch();
        return ValueTask.CompletedTask;
    }

    private Validation.JwtValidation? Create(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        _guarded.Add(Place(context.Method, context.Path));
        return new ValidatorCompiler(_feeds).Compile(config, context, diagnostics);
    }

    // The service's object stands nowhere in a request's way: endpoints read it.
    private static IHttpMiddleware? Check(string name, ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        SharedCache.Check(name, config, context, diagnostics);
        return null;
    }

    private static string Place(string? method, string path) => $"{(string.IsNullOrEmpty(method) ? "GET" : method.ToUpperInvariant())} {path}";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[ENDPOINT: {Path}][JWTValidator] Validator disabled for this endpoint")]
        public static partial void Disabled(ILogger logger, string path);
    }
}
