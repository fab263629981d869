using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.RateLimit;

/// <summary>Reads <c>strategy</c> and <c>key</c> (TRF-015 to TRF-022).</summary>
internal static class IdentityReader
{
    /// <summary>
    /// Who is a client; <see langword="null"/> for a strategy that nobody knows, with which clients are not limited (TRF-022). Returns false after an error.
    /// </summary>
    public static bool TryRead(ConfigSource source, string strategyText, string key, LimitPlace place, LimitReader reader, ConfigDiagnostics diagnostics, out ClientIdentity? identity)
    {
        identity = null;
        var (context, endpoint) = (place.Context, place.Endpoint);
        var strategy = strategyText.ToLowerInvariant();
        if (strategy is not ("" or "ip" or "header" or "param" or "jwt"))
        {
            LimitLog.UnknownStrategy(context.Logger, place.LogPrefix);
            source.Warning(diagnostics, "strategy", $"{ConfigText.Quote(strategyText)} is no strategy, clients are not limited{NearestName.Suggest(strategy, ClientIdentity.Strategies)} ({string.Join(", ", ClientIdentity.Strategies)})");
            return true;
        }
        if (endpoint is null && (strategy is "param" or "jwt"))
        {
            reader.Refuse(source, "strategy", $"the service knows neither placeholders nor tokens, which belong to endpoints; expected \"ip\" or \"header\", or the limit in \"{RateLimitPlugin.RouterNamespace}\"");
            return false;
        }
        if ((strategy is "header" or "param" or "jwt") && key.Length == 0)
        {
            reader.Refuse(source, "key", "clients cannot be told apart without it; expected the name of the header, placeholder or claim");
            return false;
        }
        if ((strategy is "" or "ip" or "header") && !key.All(HeaderName.IsTokenChar))
        {
            reader.Refuse(source, "key", "expected the name of a header");
            return false;
        }
        if (strategy == "param" && !endpoint!.Path.Contains($"{{{key}}}", StringComparison.Ordinal))
            source.Warning(diagnostics, "key", $"{endpoint.LogPrefix} the path has no such placeholder, every request is refused; expected one of the path, without braces");
        if (strategy == "jwt" && endpoint!.EndpointConfig("auth/validator") is null)
            source.Warning(diagnostics, "strategy", $"{endpoint.LogPrefix} without \"auth/validator\" no token is validated here, and every request is refused; add it, or use \"ip\" or \"header\"");
        identity = strategy switch
        {
            "header" => ClientIdentity.OfHeader(key),
            "param" => ClientIdentity.OfParameter(endpoint!, key),
            "jwt" => ClientIdentity.OfClaim(key),
            _ => ClientIdentity.OfAddress(context, key),
        };
        return true;
    }
}
