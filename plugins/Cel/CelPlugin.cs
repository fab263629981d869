using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Cel;

/// <summary>
/// The component <c>validation/cel</c>: guards around the pipe of an endpoint, an agent or a backend, and over the claims of a token.
/// Source: reference page "conditional requests and responses with CEL"; RTE-202 to RTE-233.
/// </summary>
public sealed class CelPlugin : GatewayPlugin
{
    /// <summary>The namespace.</summary>
    public const string Namespace = "validation/cel";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Rejecter(Namespace, RejecterStages.Expressions, CreateRejecter);
        registry.Proxy(Namespace, ProxyStages.Policies, CreateAtEndpoint);
        registry.Backend(Namespace, BackendStages.Policies, CreateAtBackend);
    }

    private static CelRejecter? CreateRejecter(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        // So does the component of the pipe, which not every endpoint has; a finding that is there already is none.
        var guards = Guards.Read(config, isBackend: false, diagnostics);
        return guards.Token.Length == 0 ? null : new CelRejecter(guards.Token, context);
    }

    private static CelMiddleware? CreateAtEndpoint(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        var guards = Guards.Read(config, isBackend: false, diagnostics);
        if (guards.Token.Length > 0 && context.EndpointConfig("auth/validator") is null)
        {
            diagnostics.Warning(config.Position, Namespace,
                "expressions over JWT are checked when a token is validated; without \"auth/validator\" beside them they never are");
        }
        return Create(guards, context, isBackend: false);
    }

    private static CelMiddleware? CreateAtBackend(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics) =>
        Create(Guards.Read(config, isBackend: true, diagnostics), context, isBackend: true);

    private static CelMiddleware? Create(Guards guards, IEndpointContext context, bool isBackend) =>
        guards.Request.Length == 0 && guards.Response.Length == 0 ? null : new CelMiddleware(guards, context, isBackend);
}
