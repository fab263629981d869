using KrakenPlugins.RateLimit.Redis;
using KrakenPlugins.RateLimit.Redis.Legacy;
using KrakenPlugins.RateLimit.Tiered;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit;

/// <summary>
/// The components <c>qos/ratelimit/service</c>, <c>qos/ratelimit/router</c>, <c>qos/ratelimit/proxy</c>, <c>qos/ratelimit/tiered</c>,
/// <c>qos/ratelimit/service/redis</c> and <c>qos/ratelimit/router/redis</c>. Source: reference pages "Service rate limit", "Endpoint rate limit",
/// "Backend rate limit", "Tiered rate limit", "Stateful service rate limit"; TRF-001 to TRF-068, TRF-082 to TRF-096.
/// </summary>
public sealed class RateLimitPlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of the service.</summary>
    public const string ServiceNamespace = "qos/ratelimit/service";

    /// <summary>The namespace in the <c>extra_config</c> of endpoints.</summary>
    public const string RouterNamespace = "qos/ratelimit/router";

    /// <summary>The namespace in the <c>extra_config</c> of backends.</summary>
    public const string ProxyNamespace = "qos/ratelimit/proxy";

    /// <summary>The namespace of limits by tier in the <c>extra_config</c> of the service and of endpoints.</summary>
    public const string TieredNamespace = "qos/ratelimit/tiered";

    /// <summary>The namespace of limits in Redis in the <c>extra_config</c> of the service.</summary>
    public const string ServiceRedisNamespace = "qos/ratelimit/service/redis";

    /// <summary>The namespace of limits in Redis in the <c>extra_config</c> of endpoints.</summary>
    public const string RouterRedisNamespace = "qos/ratelimit/router/redis";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Server(ServiceNamespace, ServerStages.ServiceGuards, static (config, context, diagnostics) => Create(config, LimitPlace.OfService(ServiceNamespace, context), diagnostics));
        registry.Endpoint(RouterNamespace, EndpointStages.RateLimit, static (config, context, diagnostics) => Create(config, LimitPlace.OfEndpoint(RouterNamespace, context), diagnostics));
        // The tiered limit is asked before the others of its scope (TRF-062).
        registry.Server(TieredNamespace, ServerStages.ServiceGuards.Before(), static (config, context, diagnostics) => new TieredReader(LimitPlace.OfService(TieredNamespace, context), diagnostics).Read(config));
        registry.Endpoint(TieredNamespace, EndpointStages.RateLimit.Before(), static (config, context, diagnostics) => new TieredReader(LimitPlace.OfEndpoint(TieredNamespace, context), diagnostics).Read(config));
        // Local and cheap before remote: those in Redis stand behind those in memory.
        registry.Server(ServiceRedisNamespace, ServerStages.ServiceGuards, static (config, context, diagnostics) => RedisLimits.Create(config, LimitPlace.OfService(ServiceRedisNamespace, context), "service", diagnostics));
        registry.Endpoint(RouterRedisNamespace, EndpointStages.RateLimit, static (config, context, diagnostics) => RedisLimits.Create(config, LimitPlace.OfEndpoint(RouterRedisNamespace, context), $"{context.Method} {context.Path}", diagnostics));
        registry.HttpServer(LegacyLimit.Name, LegacyLimit.Create);
        registry.Backend(ProxyNamespace, BackendStages.RateLimit, CreateBackend);
    }

    private static HttpLimit? Create(ConfigNode config, LimitPlace place, ConfigDiagnostics diagnostics) =>
        IsObject(config, place.Path, place.LogPrefix, place.Context, diagnostics) ? MemoryLimits.Create(config, place, diagnostics) : null;

    private static BackendLimit? CreateBackend(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        var prefix = $"[BACKEND: {context.UrlPattern}]";
        var path = ConfigPath.Root.Member(ProxyNamespace);
        var reader = new LimitReader(diagnostics);
        if (!IsObject(config, path, prefix, context, diagnostics) || reader.Bind<BackendSettings>(config, path) is not { } settings)
            return null;
        var every = reader.Window(settings.Source!, settings.Every, TimeSpan.Zero);
        if (!reader.TryRate(settings.Source!, "", settings.MaxRate, settings.Capacity, every, out var rate)
            || reader.Refusal(settings.Error, StatusCodes.Status500InternalServerError) is not { } refusal)
            return null;
        if (rate is not { } limit)
        {
            reader.NoteNoLimit(settings.Source!, "\"max_rate\"");
            return null;
        }
        LimitLog.BackendEnabled(context.Logger, prefix);
        LimitLog.Enabled(context.Logger, prefix, "calls", settings.MaxRate / every.TotalSeconds, limit.Capacity);
        var bucket = context.Carry("bucket", config, () => new BackendBucket(limit, context.Time));
        return new BackendLimit(bucket, refusal.ToError(), settings.DryRun ? new DryRunLog(context.Logger, prefix) : null);
    }

    // The engine serves without the limit (TRF-033).
    private static bool IsObject(ConfigNode config, ConfigPath path, string prefix, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        if (config.Kind == ConfigKind.Object)
            return true;
        LimitLog.WrongConfig(context.Logger, prefix);
        diagnostics.Warning(config.Position, path.ToString(), "expected an object, such as {\"max_rate\": 100}; there is no limit");
        return false;
    }
}
