using KrakenPlugins.Resp;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Redis;

/// <summary>
/// The namespace <c>redis</c>: connections that other components look up by name (<see cref="IRedisPools"/>). Source: reference page
/// "Redis connection pools"; TRF-069 to TRF-081.
/// </summary>
public sealed class RedisPlugin : GatewayPlugin
{
    /// <summary>The namespace in the <c>extra_config</c> of the service.</summary>
    public const string Namespace = "redis";

    private static readonly ConfigPath s_path = ConfigPath.Root.Member("extra_config").Member(Namespace);

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Service<IRedisPools>(Namespace, ServiceStages.Connections, Create);
        registry.Health(Namespace, static (_, context, _) => context.Service<IRedisPools>() as IHealthContributor);
    }

    private static RedisPools? Create(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        if (!new ConfigBinder(diagnostics).TryBind<WrittenSettings>(config, s_path, out var settings))
            return null;
        if (settings.Nodes.Count > 0)
            settings.Source!.Warning(diagnostics, "nodes", "\"nodes\" is the old name of \"connection_pools\"; rename it");
        var servers = settings.ConnectionPools.Concat(settings.Nodes).ToList();
        if (!AreUnique([.. servers, .. settings.Clusters], diagnostics))
            return null;
        var pools = new Dictionary<string, SharedPool>(StringComparer.Ordinal);
        var isGood = true;
        foreach (var pool in servers)
            isGood &= TryAdd(pools, pool, isCluster: false, context, diagnostics);
        foreach (var cluster in settings.Clusters)
            isGood &= TryAdd(pools, cluster, isCluster: true, context, diagnostics);
        return isGood ? new RedisPools(pools) : null;
    }

    private static bool AreUnique(IReadOnlyList<PoolSettings> all, ConfigDiagnostics diagnostics)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var isGood = true;
        foreach (var pool in all)
        {
            if (pool.Name.Length == 0)
                pool.Source!.Error(diagnostics, "name", "expected a name");
            else if (!names.Add(pool.Name))
                pool.Source!.Error(diagnostics, "name", $"{ConfigText.Quote(pool.Name)} is used twice; every pool and cluster needs a name of its own");
            else
                continue;
            isGood = false;
        }
        return isGood;
    }

    private static bool TryAdd(Dictionary<string, SharedPool> pools, PoolSettings pool, bool isCluster, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        PoolTls? tls = null;
        if (!PoolCheck.TryAddresses(pool, isCluster, diagnostics, out var addresses) | !PoolCheck.IsUsable(pool, isCluster, diagnostics)
            || (pool.Tls is not null && (tls = PoolTls.Load(pool.Tls, diagnostics)) is null))
            return false;
        var options = new RespOptions
        {
            Name = pool.Name,
            User = pool.UserName,
            Password = pool.Password,
            ClientName = pool.ClientName,
            Database = pool.Db,
            DialTimeout = pool.DialTimeout > TimeSpan.Zero ? pool.DialTimeout : TimeSpan.FromSeconds(5),
            Tls = tls is null ? null : tls.OptionsFor,
            MaxInFlight = pool.PoolSize,
            PoolTimeout = pool.PoolTimeout > TimeSpan.Zero ? pool.PoolTimeout : TimeSpan.FromSeconds(4),
            MaxRetries = Math.Max(0, pool.MaxRetries),
            MinRetryBackoff = pool.MinRetryBackoff,
            MaxRetryBackoff = pool.MaxRetryBackoff,
            MaxRedirects = pool.MaxRedirects,
        };
        var shared = context.Carry($"{(isCluster ? "cluster" : "pool")} {pool.Name}", pool.Source!.Node, () => new SharedPool(addresses, isCluster, options, pool, context.Logger));
        shared.LogTo(context.Logger);
        pools.Add(pool.Name, shared);
        return true;
    }
}
