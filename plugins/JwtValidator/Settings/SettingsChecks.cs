using KrakenPlugins.Jose;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.JwtValidator.Settings;

/// <summary>What attributes of <c>auth/validator</c> say together.</summary>
internal static class SettingsChecks
{
    /// <summary>Longest time in seconds that keys are kept: a year.</summary>
    public const long LongestCache = 366L * 24 * 3600;

    /// <summary>Reports what cannot be used, and what has no effect.</summary>
    public static void Check(ValidatorSettings settings, IEndpointContext context, ConfigDiagnostics found)
    {
        var source = settings.Source!;
        CheckOrigins(settings, source, found);
        if (settings.Scopes.Count > 0 != settings.ScopesKey.Length > 0)
        {
            var missing = settings.Scopes.Count > 0 ? "scopes_key" : "scopes";
            source.Warning(found, settings.Scopes.Count > 0 ? "scopes" : "scopes_key", $"scopes are not checked because \"{missing}\" is missing");
        }
        if (settings.AuthHeaderName.Length > 0 && !settings.AuthHeaderName.All(HeaderName.IsTokenChar))
            source.Error(found, "auth_header_name", $"{ConfigText.Quote(settings.AuthHeaderName)} is no name of a header");
        if (settings.CookieKey.Length > 0 && !settings.CookieKey.All(HeaderName.IsTokenChar))
            source.Error(found, "cookie_key", $"{ConfigText.Quote(settings.CookieKey)} is no name of a cookie");
        if (settings.CacheDuration is < 0 or > LongestCache)
            source.Error(found, "cache_duration", $"expected seconds from 0 to {LongestCache}");
        if (settings.FailedJwkKeyCooldown.Length > 0 && (!GoDuration.TryParse(settings.FailedJwkKeyCooldown, out var cooldown) || cooldown < TimeSpan.FromSeconds(1)))
            source.Warning(found, "failed_jwk_key_cooldown", $"{ConfigText.Quote(settings.FailedJwkKeyCooldown)} is no duration of at least \"1s\" and has no effect");
        if (settings.FailedJwkKeyLimit is < 1 or > 1000)
            source.Error(found, "failed_jwk_key_limit", "expected a number from 1 to 1000");
        if (settings.Leeway.Length > 0 && (!GoDuration.TryParse(settings.Leeway, out var leeway) || leeway < TimeSpan.FromSeconds(1)))
            source.Warning(found, "leeway", $"{ConfigText.Quote(settings.Leeway)} is no duration of at least \"1s\", which is used");
        if (settings.StaleKeysFor < TimeSpan.Zero || settings.StaleKeysFor > TimeSpan.FromDays(7))
            source.Error(found, "stale_keys_for", "expected a duration up to \"168h\"");
        if (settings.TokenCache is < 0 or > 1_000_000)
            source.Error(found, "token_cache", "expected a number from 0 to 1000000");
        if (!settings.Cache)
            CheckWithoutCache(settings, source, found);
        if (settings.Issuer.Length == 0 && settings.Issuers.Count == 0 && IsAggregated(settings.JwkUrl, context))
            source.Warning(found, "jwk_url", "tokens of every origin of the jwk-aggregator are accepted; set issuer, or list issuers");
    }

    private static void CheckWithoutCache(ValidatorSettings settings, ConfigSource source, ConfigDiagnostics found)
    {
        if (settings.StaleKeysFor > TimeSpan.Zero)
            source.Warning(found, "stale_keys_for", "it has no effect without \"cache\"");
        if (settings.TokenCache > 0 && (settings.IsRemote || settings.Issuers.Any(static i => i.IsRemote)))
            source.Warning(found, "token_cache", "it has no effect without \"cache\": keys that are not kept cannot be known to be current");
    }

    private static void CheckOrigins(ValidatorSettings settings, ConfigSource source, ConfigDiagnostics found)
    {
        if (settings.Issuers.Count == 0)
        {
            CheckOrigin(settings, source, found, settings.Cache);
            return;
        }
        foreach (var attribute in (ReadOnlySpan<string>)["jwk_url", "jwk_local_path", "issuer"])
        {
            if (source.Find(attribute) is not null)
                source.Error(found, attribute, $"it cannot stand beside \"issuers\"; each of those has {(attribute == "issuer" ? "its own" : "keys of its own")}");
        }
        foreach (var issuer in settings.Issuers)
        {
            if (issuer.Issuer.Length == 0)
                issuer.Source!.Error(found, "issuer", "it is empty");
            else if (settings.Issuers.Count(other => other.Issuer == issuer.Issuer) > 1)
                issuer.Source!.Error(found, "issuer", $"{ConfigText.Quote(issuer.Issuer)} is listed twice");
            CheckOrigin(issuer, issuer.Source!, found, settings.Cache);
        }
    }

    private static void CheckOrigin(JwkOrigin origin, ConfigSource source, ConfigDiagnostics found, bool isCached)
    {
        if (origin.IsRemote && string.IsNullOrEmpty(origin.JwkUrl))
            source.Error(found, "jwk_url", "the keys are missing: \"jwk_url\" or \"jwk_local_path\" is required");
        if (!origin.IsRemote && isCached)
            source.Error(found, "jwk_local_path", "a file is read once and never cached; remove \"cache\", or use \"jwk_url\"");
    }

    // The aggregator stands in the service's plugin/http-server and serves on loopback (AUT-128).
    private static bool IsAggregated(string? url, IEndpointContext context) =>
        context.ServiceConfig("plugin/http-server")?["jwk-aggregator"]?["port"] is { } node && WeakTyping.TryInteger(node, out var port)
        && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IsLoopback && uri.Port == port;
}
