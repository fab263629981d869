using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.ApiKeys;

/// <summary>
/// The component <c>auth/api-keys</c>: keys at the service, protection at endpoints. Source: reference page "API key authentication"; AUT-092 to
/// AUT-106.
/// </summary>
public sealed class ApiKeysPlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of the service and of endpoints.</summary>
    public const string Namespace = "auth/api-keys";

    private static readonly ConfigPath s_path = ConfigPath.Root.Member(Namespace);

    private ConfigNode? _document;
    private ServiceSettings? _service;
    private KeyRing? _ring;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Endpoint(Namespace, EndpointStages.ApiKeys, Create, ComponentReach.Service);
    }

    private IHttpMiddleware? Create(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        if (context.ServiceConfig(Namespace) is not { } service)
        {
            diagnostics.Error(config.Position, s_path.ToString(), $"{context.LogPrefix} wants API keys, but the service has none: \"{Namespace}\" is missing in the extra_config of the root");
            return null;
        }
        Read(service, context, diagnostics);
        if (_service is not { } settings || _ring is not { } ring || !TryPropagate(settings, context, diagnostics))
            return null;
        if (context.EndpointConfig(Namespace) is null)
            return settings.PropagateRole.Length > 0 ? new RoleHeaderRemoval(settings.PropagateRole) : null;
        return new ConfigBinder(diagnostics).TryBind<EndpointSettings>(config, s_path, out var endpoint) && IsUsable(endpoint, settings, ring, diagnostics)
            ? Protect(config, endpoint, settings, ring, context)
            : null;
    }

    /// <summary>Reads the keys once per configuration, with the first of its endpoints.</summary>
    private void Read(ConfigNode service, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        if (ReferenceEquals(_document, context.Document))
            return;
        (_document, _service, _ring) = (context.Document, null, null);
        if (!new ConfigBinder(diagnostics).TryBind<ServiceSettings>(service, s_path, out var settings) || KeyRing.Compile(settings, diagnostics) is not { } ring)
            return;
        if (settings.Hash == "plain" && settings.Salt.Length > 0)
            settings.Source!.Notice(diagnostics, "salt", "\"salt\" has no effect on keys that are stored as they are");
        (_service, _ring) = (settings, ring);
    }

    private static bool TryPropagate(ServiceSettings settings, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        if (settings.PropagateRole.Length == 0 || context.PropagateHeader(settings.PropagateRole))
            return true;
        settings.Source!.Error(diagnostics, "propagate_role", $"{ConfigText.Quote(settings.PropagateRole)} cannot be handed on; expected the name of a header of your own, such as \"X-Krakend-Role\"");
        return false;
    }

    private static bool IsUsable(EndpointSettings endpoint, ServiceSettings service, KeyRing ring, ConfigDiagnostics diagnostics)
    {
        var source = endpoint.Source!;
        for (var i = 0; i < endpoint.Roles.Count; i++)
        {
            if (ring.RoleNumber(endpoint.Roles[i]) < 0)
                source.Warning(diagnostics, "roles", $"no key has the role {ConfigText.Quote(endpoint.Roles[i])}");
        }
        if (endpoint.Strategy is { } strategy && strategy != service.Strategy && endpoint.Identifier.Length == 0)
            source.Warning(diagnostics, "strategy", $"the key is expected in the {Describe(strategy)} {ConfigText.Quote(service.EffectiveIdentifier)}, the name that the service uses; set \"identifier\" too");
        if (double.IsFinite(endpoint.ClientMaxRate) && endpoint.ClientMaxRate is >= 0 and <= 1e9)
            return true;
        source.Error(diagnostics, "client_max_rate", "expected requests per second, 0 to 1000000000");
        return false;
    }

    private static string Describe(string strategy) => strategy == "header" ? "header" : "parameter";

    private static ApiKeysMiddleware Protect(ConfigNode config, EndpointSettings endpoint, ServiceSettings service, KeyRing ring, IEndpointContext context)
    {
        KeyRates? rates = null;
        if (endpoint.ClientMaxRate > 0)
        {
            rates = context.Carry("rates", config, static () => new KeyRates());
            rates.Keep(ring);
        }
        var identifier = endpoint.Identifier.Length > 0 ? endpoint.Identifier : service.EffectiveIdentifier;
        return new ApiKeysMiddleware(ring, PresentedKey.Of(endpoint.Strategy ?? service.Strategy, identifier), endpoint.Roles)
        {
            RoleHeader = service.PropagateRole,
            Rates = rates,
            Pace = rates is null ? default : KeyPace.Of(endpoint.ClientMaxRate, context.Time.TimestampFrequency),
            Time = context.Time,
        };
    }
}
