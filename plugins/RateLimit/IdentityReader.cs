using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.RateLimit;

/// <summary>Reads <c>strategy</c> and <c>key</c> (TRF-015 to TRF-022).</summary>
internal static partial class IdentityReader
{
    /// <summary>
    /// Who is a client; <see langword="null"/> for a strategy that nobody knows, with which clients are not limited (TRF-022). Returns false after an error.
    /// </summary>
    public static bool TryRead(LimitSettings settings, string prefix, IServiceContext context, IEndpointContext? endpoint, LimitReader reader, ConfigDiagnostics diagnostics, out ClientIdentity? identity)
    {
        identity = null;
        var source = settings.Source!;
        var strategy = settings.Strategy.ToLowerInvariant();
        if (strategy is not ("" or "ip" or "header" or "param" or "jwt"))
        {
            Log.UnknownStrategy(context.Logger, prefix);
            source.Warning(diagnostics, "strategy", $"{ConfigText.Quote(settings.Strategy)} is no strategy, clients are not limited{NearestName.Suggest(strategy, ClientIdentity.Strategies)} ({string.Join(", ", ClientIdentity.Strategies)})");
            return true;
        }
        if (endpoint is null && (strategy is "param" or "jwt"))
        {
            reader.Refuse(source, "strategy", $"the service knows neither placeholders nor tokens, which belong to endpoints; expected \"ip\" or \"header\", or the limit in \"{RateLimitPlugin.RouterNamespace}\"");
            return false;
        }
        if ((strategy is "header" or "param" or "jwt") && settings.Key.Length == 0)
        {
            reader.Refuse(source, "key", "clients cannot be told apart without it; expected the name of the header, placeholder or claim");
            return false;
        }
        if ((strategy is "" or "ip" or "header") && !settings.Key.All(HeaderName.IsTokenChar))
        {
            reader.Refuse(source, "key", "expected the name of a header");
            return false;
        }
        if (strategy == "param" && !endpoint!.Path.Contains($"{{{settings.Key}}}", StringComparison.Ordinal))
            source.Warning(diagnostics, "key", $"{endpoint.LogPrefix} the path has no such placeholder, every request is refused; expected one of the path, without braces");
        identity = strategy switch
        {
            "header" => ClientIdentity.OfHeader(settings.Key),
            "param" => ClientIdentity.OfParameter(endpoint!, settings.Key),
            "jwt" => ClientIdentity.OfClaim(settings.Key),
            _ => ClientIdentity.OfAddress(context, settings.Key),
        };
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Ratelimit] Unknown strategy")]
        public static partial void UnknownStrategy(ILogger logger, string prefix);
    }
}
