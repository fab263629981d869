using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Gcp;

/// <summary>
/// The component <c>auth/gcp</c>: ID tokens of a Google service account towards a backend. Source: reference page
/// "enterprise_authentication_gcloud"; AUT-138 to AUT-143.
/// </summary>
public sealed partial class GcpPlugin : GatewayPlugin
{
    /// <summary>The namespace in a backend's <c>extra_config</c>.</summary>
    public const string Namespace = "auth/gcp";

    private const string KeyVariable = "GOOGLE_APPLICATION_CREDENTIALS";

    /// <summary>Time before its end from which on a token is not used any more.</summary>
    public static TimeSpan Reserve { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Time before its end from which on a token is renewed beside its use.</summary>
    public static TimeSpan Ahead { get; } = TimeSpan.FromMinutes(2);

    private readonly Func<string, string?> _environment;

    /// <summary>A plugin that sees the environment of the process.</summary>
    public GcpPlugin() : this(Environment.GetEnvironmentVariable)
    {
    }

    internal GcpPlugin(Func<string, string?> environment) => _environment = environment;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Client(Namespace, ClientStages.Credentials, Create);
    }

    private TokenMiddleware? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        if (!new ConfigBinder(diagnostics).TryBind<GcpSettings>(config, ConfigPath.Root.Member("extra_config").Member(Namespace), out var settings) || !Judge(settings, diagnostics))
            return null;
        if (SourceOf(settings, context, diagnostics) is not { } source)
            return null;
        var tokens = context.Carry("token", config, () => new Renewed<AccessToken>(context.Time, Reserve, Ahead));
        var header = settings.HeaderName.Length == 0 ? "Authorization" : HeaderName.Canonicalize(settings.HeaderName);
        return new TokenMiddleware(header, tokens, new IdTokenSource(source, context));
    }

    private static bool Judge(GcpSettings settings, ConfigDiagnostics diagnostics)
    {
        var at = settings.Source;
        if (settings.Audience.Length == 0)
            at.Error(diagnostics, "audience", "this is empty; expected for whom the token is, such as \"https://service.a.run.app\"");
        if (settings.CredentialsFile.Length > 0 && settings.CredentialsJson is not null)
            at.Error(diagnostics, "credentials_json", "\"credentials_file\" and \"credentials_json\" exclude each other; keep one");
        if (!settings.HeaderName.All(HeaderName.IsTokenChar))
            at.Error(diagnostics, "s2s_auth_header", $"{ConfigText.Quote(settings.HeaderName)} is no name of a header");
        if (settings.CustomClaims is { } claims)
            JudgeClaims(claims, at, diagnostics);
        return !diagnostics.HasErrors;
    }

    private static void JudgeClaims(ConfigNode claims, ConfigSource at, ConfigDiagnostics diagnostics)
    {
        if (claims.Kind != ConfigKind.Object)
        {
            at.Error(diagnostics, "custom_claims", "this must be an object of claims");
            return;
        }
        foreach (var claim in claims.Members)
        {
            if (ServiceAccountKey.IsReserved(claim.Name))
                diagnostics.Error(claim.NamePosition, at.Path.Member("custom_claims").Member(claim.Name).ToString(), $"\"{claim.Name}\" is set by the gateway; remove it");
        }
    }

    private ITokenOrigin? SourceOf(GcpSettings settings, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        if (settings.CredentialsJson is { } inline)
        {
            if (ServiceAccountKey.Of(inline, out var problem) is { } key)
                return new ServiceAccountTokens(key, settings, context);
            settings.Source.Error(diagnostics, "credentials_json", problem!);
            return null;
        }
        if (settings.CredentialsFile.Length > 0)
        {
            if (ServiceAccountKey.Read(settings.CredentialsFile, out var problem) is { } key)
                return new ServiceAccountTokens(key, settings, context);
            settings.Source.Error(diagnostics, "credentials_file", problem!);
            return null;
        }
        if (_environment(KeyVariable) is { Length: > 0 } file)
            return FromEnvironment(file, settings, context);
        if (settings.CustomClaims is { Members.Count: > 0 })
            settings.Source.Warning(diagnostics, "custom_claims", "these have no effect with credentials of the metadata server; they need the key of a service account");
        return new MetadataTokens(_environment("GCE_METADATA_HOST"), settings.Audience, context);
    }

    // What the environment names may come later, and concerns no line of the configuration: the gateway starts, calls fail (AUT-142).
    private static ITokenOrigin FromEnvironment(string file, GcpSettings settings, IBackendContext context)
    {
        if (ServiceAccountKey.Read(file, out var problem) is { } key)
            return new ServiceAccountTokens(key, settings, context);
        var reason = $"{KeyVariable}: {problem}";
        Log.NoKey(context.Logger, context.LogPrefix, reason);
        return new NoTokens(reason);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[GCP] {Reason}; calls to this backend fail")]
        public static partial void NoKey(ILogger logger, string prefix, string reason);
    }
}
