using KrakenPlugins.RateLimiting;
using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.RateLimit;

/// <summary>
/// The components <c>qos/ratelimit/service</c>, <c>qos/ratelimit/router</c> and <c>qos/ratelimit/proxy</c>. Source: reference pages "Service rate
/// limit", "Endpoint rate limit", "Backend rate limit"; TRF-001 to TRF-053.
/// </summary>
public sealed partial class RateLimitPlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of the service.</summary>
    public const string ServiceNamespace = "qos/ratelimit/service";

    /// <summary>The namespace in the <c>extra_config</c> of endpoints.</summary>
    public const string RouterNamespace = "qos/ratelimit/router";

    /// <summary>The namespace in the <c>extra_config</c> of backends.</summary>
    public const string ProxyNamespace = "qos/ratelimit/proxy";

    private const string ServicePrefix = "[SERVICE: Gin]";

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Server(ServiceNamespace, ServerStages.ServiceGuards, static (config, context, diagnostics) => Create(config, ServiceNamespace, ServicePrefix, context, null, diagnostics));
        registry.Endpoint(RouterNamespace, EndpointStages.RateLimit, static (config, context, diagnostics) => Create(config, RouterNamespace, context.LogPrefix, context, context, diagnostics));
        registry.Backend(ProxyNamespace, BackendStages.RateLimit, CreateBackend);
    }

    private static HttpLimit? Create(ConfigNode config, string name, string prefix, IServiceContext context, IEndpointContext? endpoint, ConfigDiagnostics diagnostics)
    {
        var reader = new LimitReader(diagnostics);
        if (!IsObject(config, name, prefix, context, diagnostics) || reader.Bind<LimitSettings>(config, name) is not { } settings)
            return null;
        var source = settings.Source!;
        var every = reader.Window(source, settings.Every, s_second);
        var period = reader.Duration(source, "cleanup_period", settings.CleanupPeriod, TimeSpan.FromMinutes(1), s_second);
        if (settings.MaxClients < 1)
        {
            reader.Refuse(source, "max_clients", "expected 1 or more clients");
            return null;
        }
        if (!reader.TryRate(source, "", settings.MaxRate, settings.Capacity, every, out var shared)
            || !reader.TryRate(source, "client_", settings.ClientMaxRate, settings.ClientCapacity, every, out var client)
            || reader.Refusal(settings.Error, StatusCodes.Status503ServiceUnavailable) is not { } refusal
            || reader.Refusal(settings.ClientError, StatusCodes.Status429TooManyRequests) is not { } clientRefusal)
            return null;
        ClientIdentity? identity = null;
        if (client is not null && !IdentityReader.TryRead(settings, prefix, context, endpoint, reader, diagnostics, out identity))
            return null;
        if (identity is null)
            client = null;
        if (shared is null && client is null)
            return null;
        LogLimits(settings, prefix, shared, client, every, context.Logger);
        var options = new ClientTableOptions { Shards = settings.NumShards, MaxClients = settings.MaxClients, CleanupPeriod = period };
        var buckets = context.Carry("buckets", config, () => new LimitBuckets(shared, client, options, context.Time));
        var isService = endpoint is null;
        return new HttpLimit(buckets, identity, context)
        {
            Refusal = refusal,
            ClientRefusal = clientRefusal,
            Headers = settings.Headers && shared is { } rate ? new RateHeaders(isService ? "service" : "endpoint", rate) : null,
            ClientHeaders = settings.Headers && client is { } own ? new RateHeaders(isService ? "service-client" : "endpoint-client", own) : null,
            IsDry = settings.DryRun,
        };
    }

    private static BackendLimit? CreateBackend(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        var prefix = $"[BACKEND: {context.UrlPattern}]";
        var reader = new LimitReader(diagnostics);
        if (!IsObject(config, ProxyNamespace, prefix, context, diagnostics) || reader.Bind<BackendSettings>(config, ProxyNamespace) is not { } settings)
            return null;
        var every = reader.Window(settings.Source!, settings.Every, TimeSpan.Zero);
        if (!reader.TryRate(settings.Source!, "", settings.MaxRate, settings.Capacity, every, out var rate)
            || reader.Refusal(settings.Error, StatusCodes.Status500InternalServerError) is not { } refusal || rate is not { } limit)
            return null;
        Log.BackendEnabled(context.Logger, prefix);
        Log.Enabled(context.Logger, prefix, "calls", settings.MaxRate / every.TotalSeconds, limit.Capacity);
        var bucket = context.Carry("bucket", config, () => new BackendBucket(limit, context.Time));
        return new BackendLimit(bucket, refusal.ToError(), settings.DryRun ? new DryRunLog(context.Logger, prefix) : null);
    }

    // The engine serves without the limit (TRF-033).
    private static bool IsObject(ConfigNode config, string name, string prefix, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        if (config.Kind == ConfigKind.Object)
            return true;
        Log.WrongConfig(context.Logger, prefix);
        diagnostics.Warning(config.Position, ConfigPath.Root.Member(name).ToString(), "expected an object, such as {\"max_rate\": 100}; there is no limit");
        return false;
    }

    private static void LogLimits(LimitSettings settings, string prefix, TokenRate? shared, TokenRate? client, TimeSpan every, ILogger logger)
    {
        if (shared is { } rate)
            Log.Enabled(logger, prefix, "requests", settings.MaxRate / every.TotalSeconds, rate.Capacity);
        if (client is { } own)
            Log.ClientEnabled(logger, prefix, settings.ClientMaxRate / every.TotalSeconds, own.Capacity, settings.Strategy.Length == 0 ? "ip" : settings.Strategy, settings.Key);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Ratelimit] Rate limit enabled: {What} per second {Rate}, capacity {Capacity}")]
        public static partial void Enabled(ILogger logger, string prefix, string what, double rate, long capacity);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Ratelimit] Client rate limit enabled: requests per second {Rate}, capacity {Capacity}, strategy {Strategy}, key '{Key}'")]
        public static partial void ClientEnabled(ILogger logger, string prefix, double rate, long capacity, string strategy, string key);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[Ratelimit] Enabling the rate limiter")]
        public static partial void BackendEnabled(ILogger logger, string prefix);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[Ratelimit] wrong extra config")]
        public static partial void WrongConfig(ILogger logger, string prefix);
    }
}
