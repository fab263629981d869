using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Redis;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.HttpCache;

/// <summary>The component <c>qos/http-cache</c>. Source: reference page "Caching backend responses"; RFC 9111; MAN-120 to MAN-137.</summary>
public sealed partial class HttpCachePlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of a backend.</summary>
    public const string Namespace = "qos/http-cache";

    private const string Martian = "modifier/martian";
    private const string ClientCredentials = "auth/client-credentials";
    private const string HttpClient = "plugin/http-client";

    // An instance belongs to one configuration.
    private readonly CacheMetrics _metrics = new();
    private readonly SharedBucket _sharedCapped = new();
    private readonly SharedBucket _sharedUncapped = new();
    private readonly CacheAdministration _administration = new();

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Client(Namespace, ClientStages.Martian.Before(), CreateOutside);
        registry.Client(Namespace, ClientStages.Cache, Create);
    }

    /// <inheritdoc/>
    public override ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _metrics.Dispose();
        return ValueTask.CompletedTask;
    }

    // Only what changes answers on their way back makes two halves necessary.
    private static CacheOutside? CreateOutside(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics) =>
        context.BackendConfig(Martian) is not null && context.BackendConfig(HttpClient) is null ? new CacheOutside() : null;

    private CacheMiddleware? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member(Namespace);
        if (config.Kind != ConfigKind.Object)
        {
            diagnostics.Warning(config.Position, path.ToString(), "expected an object, such as {}; there is no cache");
            return null;
        }
        if (!new ConfigBinder(diagnostics).TryBind<CacheSettings>(config, path, out var settings) || !AreGood(settings, diagnostics))
            return null;
        if (context.BackendConfig(ClientCredentials) is not null)
        {
            diagnostics.Warning(config.Position, path.ToString(), $"there is no cache: what a backend answers to \"{ClientCredentials}\" is not kept");
            return null;
        }
        SharedStore? shared = null;
        if (settings.ConnectionName.Length > 0 && !TryFindStore(settings, context, diagnostics, out shared))
            return null;
        var core = CreateCore(config, settings, shared, context, diagnostics);
        _administration.Add(core);
        foreach (var operation in _administration.Operations)
            context.OfferAdmin(operation);
        Log.Enabled(context.Logger, context.UrlPattern, settings.Shared ? "shared" : "individual", core.Bucket.Limits.Items, core.Bucket.Limits.Bytes);
        return new CacheMiddleware(core, context.BackendConfig(Martian) is not null);
    }

    private CacheCore CreateCore(ConfigNode config, CacheSettings settings, SharedStore? store, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        var limits = BucketLimits.Of(settings);
        var common = !settings.Shared ? null : limits.IsCapped ? _sharedCapped : _sharedUncapped;
        BucketHold hold;
        if (common is null)
        {
            hold = context.Carry("bucket", context.Backend, () => new BucketHold(NewBucket(limits, context)));
        }
        else
        {
            common.Settle(config, limits);
            if (common.Limits != limits)
                settings.Source!.Warning(diagnostics, "max_items", $"the limits of the shared bucket are those at {common.Origin!.Position}; these have no effect");
            limits = common.Limits;
            hold = context.Carry($"shared bucket {limits.Items} {limits.Bytes}", config, () => common.Share(() => NewBucket(limits, context)));
            common.Join(hold);
        }
        var core = new CacheCore
        {
            Bucket = common?.Bucket ?? hold.Bucket,
            Ceiling = MemoryCeiling.Process,
            Keys = new CacheKeys(settings.Shared ? ComponentDigest.Of(context, settings) : "", [.. ClientHeaders.Of(context), .. settings.KeyHeaders]),
            Metrics = _metrics,
            Time = context.Time,
            Logger = context.Logger,
            StoresPrivate = settings.StorePrivate,
            // Copies of one call that race each other must not wait for each other.
            Collapses = context.Endpoint["concurrent_calls"] is not { Kind: ConfigKind.Number, Text: not ("0" or "1") },
            MostWait = context.Timeout > TimeSpan.Zero ? context.Timeout / 2 : TimeSpan.FromSeconds(1),
            StatusName = settings.CacheStatus ? CacheStatus.NameOf(context.Document["name"]?.Text) : null,
            Shared = store,
        };
        common?.Add(core);
        _metrics.Use(() => _administration.Buckets);
        return core;
    }

    private static Bucket NewBucket(BucketLimits limits, IBackendContext context) => new(limits, context.Time, MemoryCeiling.Process);

    private static bool AreGood(CacheSettings settings, ConfigDiagnostics diagnostics)
    {
        var source = settings.Source!;
        if (settings.MaxItems < 0 || settings.MaxSize < 0)
        {
            source.Error(diagnostics, settings.MaxItems < 0 ? "max_items" : "max_size", "expected a number above 0");
            return false;
        }
        if (settings.MaxItems > 0 != settings.MaxSize > 0)
            source.Warning(diagnostics, settings.MaxItems > 0 ? "max_items" : "max_size", "has no effect without the other limit: \"max_items\" and \"max_size\" go together, and the cache has no bound");
        foreach (var name in settings.KeyHeaders)
        {
            if (name.Length > 0 && name.All(HeaderName.IsTokenChar))
                continue;
            source.Error(diagnostics, "key_headers", $"{ConfigText.Quote(name)} is no name of a header");
            return false;
        }
        return true;
    }

    private static bool TryFindStore(CacheSettings settings, IBackendContext context, ConfigDiagnostics diagnostics, out SharedStore? store)
    {
        store = null;
        if (context.FindRedis(settings.Source!, "connection_name", settings.ConnectionName, diagnostics) is not { } pool)
            return false;
        var place = settings.Shared ? "shared" : $"{context.Method} {context.Path} {context.Index} {context.BackendMethod} {context.UrlPattern}";
        var digest = settings.Shared ? "" : ComponentDigest.Of(context, settings);
        store = new SharedStore(pool, $"{context.Document["name"]?.Text}\n{place}\n{digest}", context.Stopping);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[BACKEND: {Pattern}][HTTP Cache] Cache enabled: {Kind} bucket, {Items} items, {Bytes} bytes (0 means no bound)")]
        public static partial void Enabled(ILogger logger, string pattern, string kind, long items, long bytes);
    }
}
