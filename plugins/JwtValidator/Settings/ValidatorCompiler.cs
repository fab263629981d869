using System.Text;
using KrakenPlugins.Jose;
using KrakenPlugins.JwtValidator.Claims;
using KrakenPlugins.JwtValidator.Keys;
using KrakenPlugins.JwtValidator.Tokens;
using KrakenPlugins.JwtValidator.Validation;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JwtValidator.Settings;

/// <summary>Makes the guard of an endpoint out of its <c>auth/validator</c>.</summary>
/// <param name="feeds">Key sets of all endpoints.</param>
internal sealed partial class ValidatorCompiler(KeyFeeds feeds)
{
    private static readonly TimeSpan s_defaultCache = TimeSpan.FromSeconds(900);
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);

    /// <summary>The guard; <see langword="null"/> after errors, which refuse the whole configuration (AUT-008, AUT-026).</summary>
    public JwtValidation? Compile(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        if (!new ConfigBinder(diagnostics).TryBind<ValidatorSettings>(config, ConfigPath.Root.Member(JwtValidatorPlugin.Namespace), out var settings))
            return null;
        SettingsChecks.Check(settings, context, diagnostics);
        if (diagnostics.HasErrors)
            return null;
        var validation = Build(settings, config, context, diagnostics);
        if (diagnostics.HasErrors)
        {
            validation.Dispose();
            return null;
        }
        Log.Enabled(context.Logger, context.LogPrefix);
        return validation;
    }

    private JwtValidation Build(ValidatorSettings settings, ConfigNode config, IEndpointContext context, ConfigDiagnostics found)
    {
        JwsAlgorithms.TryParse(settings.Alg, out var algorithm);
        var identification = JwkIdentifications.Parse(settings.KeyIdentifyStrategy);
        var propagation = PropagatedClaims.Read(settings, found);
        var policy = new KeyPolicy { Algorithm = algorithm, Identification = identification, Lifetime = Lifetime(settings, context), StaleFor = settings.StaleKeysFor };
        var issuers = new List<IssuerRule>();
        var takesAny = settings.AudienceMatcher == "any";
        if (settings.Issuers.Count == 0)
            Add(settings.Issuer, settings.Audience, settings, settings.Source!);
        foreach (var issuer in settings.Issuers)
            Add(issuer.Issuer, issuer.Audience.Count > 0 ? issuer.Audience : settings.Audience, issuer, issuer.Source!);
        var rules = new TokenRules
        {
            Algorithm = algorithm,
            Identification = identification,
            Issuers = [.. issuers],
            RequiredClaims = [.. settings.RequiredClaims.Select(Encoding.UTF8.GetBytes)],
            Roles = settings.Roles.Count == 0 ? null : new AccessRule(RolesPath(settings), settings.Roles, needsAll: false),
            Scopes = settings.Scopes.Count == 0 || settings.ScopesKey.Length == 0 ? null : new AccessRule(ClaimPath.Dotted(settings.ScopesKey), settings.Scopes, settings.ScopesMatcher == "all"),
            Propagation = propagation,
        };
        return new JwtValidation(Options(settings, rules, config, context), context.Time, context.Logger, context.LogPrefix);

        void Add(string name, IReadOnlyList<string> audience, JwkOrigin origin, ConfigSource source)
        {
            if (Keys(origin, source, settings, policy, context, found) is { } keys)
                issuers.Add(new IssuerRule(name, audience, takesAny, keys));
        }
    }

    private static ValidationOptions Options(ValidatorSettings settings, TokenRules rules, ConfigNode config, IEndpointContext context)
    {
        var header = settings.AuthHeaderName.Length > 0 ? settings.AuthHeaderName : "Authorization";
        var cookie = settings.CookieKey.Length > 0 ? settings.CookieKey : "access_token";
        // Nothing of a configuration is carried over to another one: what was accepted may not be any more.
        var cache = settings.TokenCache > 0 ? context.Carry("tokens", config, () => new TokenCache(settings.TokenCache)) : null;
        return new ValidationOptions
        {
            Source = new TokenSource(header, cookie),
            Rules = rules,
            Rejecters = context.TokenRejecters,
            Cache = cache,
            Leeway = Leeway(settings.Leeway),
            AllowsAnonymous = settings.AllowAnonymous,
            Challenges = settings.WwwAuthenticate,
            LogsRefusals = settings.OperationDebug,
        };
    }

    private KeySource? Keys(JwkOrigin origin, ConfigSource source, ValidatorSettings settings, KeyPolicy policy, IEndpointContext context, ConfigDiagnostics found)
    {
        try
        {
            if (!origin.IsRemote)
            {
                var set = JwkFile.Read(origin, sentence => source.Warning(found, "jwk_local_path", sentence));
                var ring = new KeyRing(set, policy.Algorithm, policy.Identification);
                if (ring.IsEmpty)
                    source.Warning(found, "jwk_local_path", $"no key of the file fits {settings.Alg}, so every request is refused with 401");
                return new FixedKeys(ring);
            }
            if (origin.IsRefused)
            {
                source.Warning(found, "jwk_url", "keys may not come over plain HTTP, so every request is refused with 401; use https://, or set disable_jwk_security where the network is trusted");
                Log.Refused(context.Logger, context.LogPrefix);
                return new NoKeys();
            }
            var feed = feeds.Of(origin, context);
            feed.IsPrefetched |= policy.Lifetime > TimeSpan.Zero;
            feed.Attach(context.Carry($"keys {KeyFeeds.IdentityOf(origin)}", source.Find("jwk_url")!, static () => new KeyMemory()));
            var cooldown = Cooldown(settings);
            var misses = cooldown == TimeSpan.Zero ? null : feed.Misses(cooldown, settings.FailedJwkKeyLimit);
            return new DownloadedKeys(feed, policy, misses, context.Time);
        }
        catch (JwkException exception)
        {
            source.Error(found, exception.Attribute ?? (origin.IsRemote ? "jwk_url" : "jwk_local_path"), exception.Message);
            return null;
        }
    }

    /// <summary>How long keys are used: in the endpoint's cache or in the one that all share, whichever is longer (AUT-036, AUT-041).</summary>
    private static TimeSpan Lifetime(ValidatorSettings settings, IEndpointContext context)
    {
        if (!settings.Cache)
            return TimeSpan.Zero;
        var own = settings.CacheDuration > 0 ? TimeSpan.FromSeconds(settings.CacheDuration) : s_defaultCache;
        return SharedCache.Duration(context) is { } shared && shared > own ? shared : own;
    }

    private static TimeSpan Cooldown(ValidatorSettings settings) =>
        GoDuration.TryParse(settings.FailedJwkKeyCooldown, out var cooldown) && cooldown >= s_shortest ? cooldown : TimeSpan.Zero;

    private static TimeSpan Leeway(string text) =>
        GoDuration.TryParse(text, out var leeway) && leeway > s_shortest ? TimeSpan.FromSeconds(Math.Floor(leeway.TotalSeconds)) : s_shortest;

    private static ClaimPath RolesPath(ValidatorSettings settings)
    {
        var key = settings.RolesKey.Length > 0 ? settings.RolesKey : "roles";
        return settings.RolesKeyIsNested ? ClaimPath.Dotted(key) : ClaimPath.Literal(key);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[JWTValidator] Validator enabled for this endpoint")]
        public static partial void Enabled(ILogger logger, string prefix);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[JWTValidator] jwk_url is no https URL and disable_jwk_security is not set: every request is refused with 401")]
        public static partial void Refused(ILogger logger, string prefix);
    }
}
