using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary>Says once a second at most that Redis does not decide, and what became of the requests (TRF-087, TRF-088).</summary>
/// <param name="context">Log and clock.</param>
/// <param name="prefix">What its lines begin with.</param>
/// <param name="connection">Name of the connection.</param>
/// <param name="isAllowed">Whether requests go on.</param>
internal sealed partial class FailureLog(IServiceContext context, string prefix, string connection, bool isAllowed)
{
    private long _next = long.MinValue;
    private long _count;

    /// <summary>Notes a request without decision.</summary>
    public void Note(in RedisReply reply)
    {
        Interlocked.Increment(ref _count);
        var now = context.Time.GetTimestamp();
        var next = Volatile.Read(ref _next);
        if (now < next || Interlocked.CompareExchange(ref _next, now + context.Time.TimestampFrequency, next) != next)
            return;
        var reason = reply.IsFailed ? ConfigText.Inline(reply.Error) : "its answer is no decision";
        var count = Interlocked.Exchange(ref _count, 0);
        if (isAllowed)
            Log.WentOn(context.Logger, prefix, connection, reply.Failure, reason, count);
        else
            Log.Refused(context.Logger, prefix, connection, reply.Failure, reason, count);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Ratelimit] No decision of the Redis connection '{Connection}' ({Failure}: {Reason}): requests that went on uncounted since the last such line: {Count}")]
        public static partial void WentOn(ILogger logger, string prefix, string connection, RedisFailure failure, string reason, long count);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[Ratelimit] No decision of the Redis connection '{Connection}' ({Failure}: {Reason}): requests answered with 500 since the last such line: {Count}")]
        public static partial void Refused(ILogger logger, string prefix, string connection, RedisFailure failure, string reason, long count);
    }
}
