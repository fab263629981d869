using Microsoft.Extensions.Logging;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary>What limits in Redis say at the start.</summary>
internal static partial class RedisLimitLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Ratelimit] The limit is one for all gateways with the Redis connection '{Connection}'")]
    public static partial void Shared(ILogger logger, string prefix, string connection);
}
