using System.Collections.Concurrent;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.ClientCredentials;

/// <summary>
/// The component <c>auth/client-credentials</c>: OAuth 2.0 client credentials towards a backend (RFC 6749, 4.4). Source: reference page
/// "authorization_client-credentials"; AUT-114 to AUT-124.
/// </summary>
public sealed class ClientCredentialsPlugin : GatewayPlugin
{
    /// <summary>The namespace in a backend's <c>extra_config</c>.</summary>
    public const string Namespace = "auth/client-credentials";

    /// <summary>Time before its end from which on a token is not used any more (AUT-118).</summary>
    public static TimeSpan Reserve { get; } = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string Url, string Client), AuthStyle> _styles = new();

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Client(Namespace, ClientStages.Credentials, Create);
    }

    private TokenMiddleware? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        if (!new ConfigBinder(diagnostics).TryBind<ClientCredentialsSettings>(config, ConfigPath.Root.Member("extra_config").Member(Namespace), out var settings) || settings.IsDisabled)
            return null;
        if (!OutgoingAddress.TryParse(settings.TokenUrl, out var address))
        {
            settings.Source.Error(diagnostics, "token_url", "this is no URL of a token endpoint; expected one such as \"https://idp.example.com/oauth/token\"");
            return null;
        }
        if (settings.ScopeField.Length > 0 && settings.EndpointParams.ContainsKey("scope"))
        {
            settings.Source.Error(diagnostics, "endpoint_params", "\"scope\" stands here and in \"scopes\"; keep one of them");
            return null;
        }
        var state = context.Carry("token", config, () => new TokenState(
            new Renewed<AccessToken>(context.Time, Reserve, Reserve), _styles.GetOrAdd((settings.TokenUrl, settings.ClientId), static _ => new AuthStyle())));
        return new TokenMiddleware("Authorization", state.Tokens, new TokenEndpoint(settings, address, state.Style, context));
    }
}

/// <summary>What outlives a reload: the token, and how the endpoint wants to know the client.</summary>
internal sealed record TokenState(Renewed<AccessToken> Tokens, AuthStyle Style) : IDisposable
{
    public void Dispose() => Tokens.Dispose();
}

/// <summary>How a token endpoint learns who asks: a header is tried first, then fields; what worked is remembered (AUT-115).</summary>
internal sealed class AuthStyle
{
    private volatile int _known;

    public bool IsKnown => _known != 0;

    public bool IsForm => _known == 2;

    public void Remember(bool isForm) => _known = isForm ? 2 : 1;
}
