using Microsoft.Extensions.Logging;

namespace KrakenPlugins.RateLimit;

/// <summary>What the limits say at the start (TRF-032, TRF-046).</summary>
internal static partial class LimitLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Ratelimit] Rate limit enabled: {What} per second {Rate}, capacity {Capacity}")]
    public static partial void Enabled(ILogger logger, string prefix, string what, double rate, long capacity);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Ratelimit] Client rate limit enabled: requests per second {Rate}, capacity {Capacity}, strategy {Strategy}, key '{Key}'")]
    public static partial void ClientEnabled(ILogger logger, string prefix, double rate, long capacity, string strategy, string key);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Ratelimit] Enabling the rate limiter")]
    public static partial void BackendEnabled(ILogger logger, string prefix);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Ratelimit] Unknown strategy")]
    public static partial void UnknownStrategy(ILogger logger, string prefix);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[Ratelimit] wrong extra config")]
    public static partial void WrongConfig(ILogger logger, string prefix);
}
