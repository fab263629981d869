using KrakenPlugins.ClientCertificate.Identity;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.ClientCertificate;

/// <summary>
/// The component <c>auth/client-certificate</c>: who showed a verified certificate in the TLS handshake, as a condition of being served and as
/// request headers; AUT-300 to AUT-306.
/// </summary>
public sealed class ClientCertificatePlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of the service or of an endpoint.</summary>
    public const string Namespace = "auth/client-certificate";

    // In front of every other way to authenticate, which may then rely on the headers.
    private static readonly Stage s_stage = new("client certificate", 260);

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Endpoint(Namespace, s_stage, Create, ComponentReach.Service);
    }

    private static IHttpMiddleware? Create(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member(Namespace);
        if (!new ConfigBinder(diagnostics).TryBind<ClientCertificateSettings>(config, path, out var settings))
            return null;
        if (AllowList.Of(settings, diagnostics) is not { } allowed || IdentityHeaders.Of(settings, diagnostics) is not { } headers)
            return null;
        return new ClientCertificateGuard(allowed, headers, context.Logger, context.LogPrefix);
    }
}
