using Microsoft.Extensions.Logging;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary>What limits in Redis say at the start.</summary>
internal static partial class RedisLimitLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Ratelimit] The limit is one for all gateways with the Redis connection '{Connection}'")]
    public static partial void Shared(ILogger logger, string prefix, string connection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Ratelimit] The strategy 'jwt' reads tokens that nobody has validated yet; prefer 'header' or 'ip', or limit endpoints")]
    public static partial void Unverified(ILogger logger, string prefix);
}
