using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Policies;

/// <summary>
/// The component <c>security/policies</c>: groups of rules around the pipe of an endpoint, an agent or a backend, and over the claims of a
/// token. Source: reference pages "security-policies"; SEC-059 to SEC-102.
/// </summary>
public sealed partial class PoliciesPlugin : GatewayPlugin
{
    /// <summary>The namespace.</summary>
    public const string Namespace = "security/policies";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Rejecter(Namespace, RejecterStages.Policies, CreateRejecter);
        registry.Proxy(Namespace, ProxyStages.Policies, CreateAtEndpoint);
        registry.Backend(Namespace, BackendStages.Policies, CreateAtBackend);
    }

    private static PolicyRejecter? CreateRejecter(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        // So does the component of the pipe, which not every endpoint has; a finding that is there already is none.
        var rules = PolicyReader.Read(config, isBackend: false, diagnostics);
        return rules.Jwt is null ? null : new PolicyRejecter(rules.Jwt, rules.IsDebug, context);
    }

    private static PolicyMiddleware? CreateAtEndpoint(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        var rules = PolicyReader.Read(config, isBackend: false, diagnostics);
        if (rules.Jwt is not null && context.EndpointConfig("auth/validator") is null)
        {
            diagnostics.Warning((config["jwt"] ?? config).Position, $"{Namespace}.jwt",
                "these policies are checked when a token is validated; without \"auth/validator\" beside them they never are");
        }
        return Create(rules, context, isBackend: false);
    }

    private static PolicyMiddleware? CreateAtBackend(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics) =>
        Create(PolicyReader.Read(config, isBackend: true, diagnostics), context, isBackend: true);

    private static PolicyMiddleware? Create(PolicyRules rules, IEndpointContext context, bool isBackend)
    {
        if (rules.IsDebug)
            Log.Debugging(context.Logger, context.LogPrefix);
        return rules.Request is null && rules.Response is null ? null : new PolicyMiddleware(rules, context, isBackend);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Policies] \"debug\" is on: the log shows headers, claims and data of every request")]
        public static partial void Debugging(ILogger logger, string prefix);
    }
}
