using KrakenPlugins.RateLimiting;
using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit.Redis;

/// <summary>Builds the limits whose buckets are in Redis (TRF-082 to TRF-093).</summary>
internal static class RedisLimits
{
    /// <summary>What keys begin with unless the configuration says otherwise.</summary>
    public const string DefaultPrefix = "krakend:ratelimit:";

    private const int LongestPrefix = 100;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>The limit of these settings; <see langword="null"/> where they set none, or after errors were reported.</summary>
    /// <param name="config">The settings, an object.</param>
    /// <param name="place">Where they stand.</param>
    /// <param name="bucketScope">What tells the limit from all others of the gateway and is the same in all gateways: <c>service</c>, <c>GET /path</c>, <c>GET /path|tier 2</c>.</param>
    /// <param name="diagnostics">Where faults are reported.</param>
    public static HttpGate? Create(ConfigNode config, LimitPlace place, string bucketScope, ConfigDiagnostics diagnostics)
    {
        var reader = new LimitReader(diagnostics);
        if (reader.Bind<RedisLimitSettings>(config, place.Path) is not { } settings)
            return null;
        var source = settings.Source!;
        var every = reader.Window(source, settings.Every, s_second);
        if (!reader.TryRate(source, "", settings.MaxRate, settings.Capacity, every, out var shared)
            || !reader.TryRate(source, "client_", settings.ClientMaxRate, settings.ClientCapacity, every, out var client)
            || !IsPrefix(settings, reader))
            return null;
        if (shared is null && client is null)
        {
            reader.NoteNoLimit(source, LimitReader.BothRates);
            return null;
        }
        ClientIdentity? identity = null;
        if (client is not null && !TryReadIdentity(settings, place, reader, diagnostics, out identity))
            return null;
        if (identity is null)
            client = null;
        if (shared is null && client is null)
            return null;
        if (place.Context.FindRedis(source, "connection_name", settings.ConnectionName, diagnostics) is not { } pool)
            return null;
        var isSecret = !settings.Strategy.Equals("ip", StringComparison.OrdinalIgnoreCase) && settings.Strategy.Length > 0;
        LogLimits(settings, place, shared, client, every);
        return Create(settings, place, reader, new RedisBuckets(pool, new BucketKeys(settings.Prefix, bucketScope, shared is not null, isSecret), shared, client, identity));
    }

    private static RedisLimit? Create(RedisLimitSettings settings, LimitPlace place, LimitReader reader, RedisBuckets buckets)
    {
        if (reader.Refusal(settings.Error, StatusCodes.Status503ServiceUnavailable) is not { } refusal
            || reader.Refusal(settings.ClientError, StatusCodes.Status429TooManyRequests) is not { } clientRefusal)
            return null;
        var policy = $"{place.Policy}-global";
        var isAllowed = settings.OnFailureAllow || settings.DryRun;
        return new RedisLimit(buckets, place.Context, new FailureLog(place.Context, place.LogPrefix, buckets.Pool.Name, isAllowed))
        {
            Timeout = TimeoutOf(settings, place, reader),
            AllowsOnFailure = isAllowed,
            Refusal = refusal,
            ClientRefusal = clientRefusal,
            Headers = settings.Headers && buckets.Shared is { } rate ? new RateHeaders(policy, rate) : null,
            ClientHeaders = settings.Headers && buckets.Client is { } own ? new RateHeaders($"{policy}-client", own) : null,
            IsDry = settings.DryRun,
        };
    }

    // At the service no token has been validated: what it says there anybody can write (TRF-089).
    private static bool TryReadIdentity(RedisLimitSettings settings, LimitPlace place, LimitReader reader, ConfigDiagnostics diagnostics, out ClientIdentity? identity)
    {
        if (place.Endpoint is not null || !settings.Strategy.Equals("jwt", StringComparison.OrdinalIgnoreCase) || settings.Key.Length == 0)
            return IdentityReader.TryRead(settings.Source!, settings.Strategy, settings.Key, place, reader, diagnostics, out identity);
        identity = new UnverifiedClaim(settings.Key);
        settings.Source!.Warning(diagnostics, "strategy", $"at the service no token has been validated, so that clients can write any {ConfigText.Quote(settings.Key)} into one; expected \"ip\" or \"header\", or the limit in \"{RateLimitPlugin.RouterRedisNamespace}\"");
        return true;
    }

    private static bool IsPrefix(RedisLimitSettings settings, LimitReader reader)
    {
        if (settings.Prefix.Length <= LongestPrefix && settings.Prefix.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && !settings.Prefix.AsSpan().ContainsAny('{', '}'))
            return true;
        reader.Refuse(settings.Source!, "prefix", $"keys cannot begin like this; expected up to {LongestPrefix} visible characters of ASCII without braces");
        return false;
    }

    private static TimeSpan TimeoutOf(RedisLimitSettings settings, LimitPlace place, LimitReader reader)
    {
        var most = place.Endpoint?.Timeout ?? RedisConnections.ServiceTimeout;
        if (most <= TimeSpan.Zero)
            most = RedisConnections.ServiceTimeout;
        if (settings.Timeout.Length == 0)
            return most;
        var own = reader.Duration(settings.Source!, "timeout", settings.Timeout, most, TimeSpan.FromTicks(1));
        return own < most ? own : most;
    }

    private static void LogLimits(RedisLimitSettings settings, LimitPlace place, TokenRate? shared, TokenRate? client, TimeSpan every)
    {
        var logger = place.Context.Logger;
        if (shared is { } rate)
            LimitLog.Enabled(logger, place.LogPrefix, "requests", settings.MaxRate / every.TotalSeconds, rate.Capacity);
        if (client is { } own)
            LimitLog.ClientEnabled(logger, place.LogPrefix, settings.ClientMaxRate / every.TotalSeconds, own.Capacity, settings.Strategy.Length == 0 ? "ip" : settings.Strategy, settings.Key);
        RedisLimitLog.Shared(logger, place.LogPrefix, settings.ConnectionName);
    }
}
