using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Ntlm;

/// <summary>
/// The component <c>auth/ntlm</c>: signs the gateway in at backends that ask for NTLM. Source: reference page "NTLM authentication" and
/// MS-NLMP; AUT-149 to AUT-153.
/// </summary>
public sealed class NtlmPlugin : GatewayPlugin
{
    /// <summary>The namespace in a backend's <c>extra_config</c>.</summary>
    public const string Namespace = "auth/ntlm";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Client(Namespace, ClientStages.Credentials, Create);
    }

    private static IClientMiddleware? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member(Namespace);
        if (!new ConfigBinder(diagnostics).TryBind<NtlmSettings>(config, path, out var settings))
            return null;
        if (NtlmAccount.Parse(settings.User, settings.Password) is { } account)
            return new NtlmMiddleware(account, context.Time, context.Logger, context.LogPrefix);
        settings.Source.Error(diagnostics, "user", "it names nobody; expected \"name\", \"DOMAIN\\\\name\" or \"name@domain\", 512 characters at most");
        return null;
    }
}
