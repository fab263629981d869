using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Sdk.Plugins;

/// <summary>How limits, quotas and caches find the connection that their configuration names.</summary>
public static class RedisConnections
{
    /// <summary>
    /// How long a component of the service may wait for Redis; one of an endpoint has the endpoint's timeout (TRF-077).
    /// </summary>
    public static TimeSpan ServiceTimeout { get; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The pool or cluster that an attribute names. An unknown name is an error of the attribute, so that nothing runs without the limit that was
    /// to stand there: a component of an endpoint or backend that returns <see langword="null"/> after it makes the endpoint answer 500, one of the
    /// service refuses the start (TRF-071, CFG-193).
    /// </summary>
    /// <param name="context">What the component is built for.</param>
    /// <param name="source">The settings that hold the attribute.</param>
    /// <param name="attributeName">The attribute, mostly <c>connection_name</c>, as it is written there.</param>
    /// <param name="name">Its value; empty when absent.</param>
    /// <param name="diagnostics">Where the error goes.</param>
    /// <returns><see langword="null"/> after the error was reported.</returns>
    public static IRedisPool? FindRedis(this IServiceContext context, ConfigSource source, string attributeName, string name, ConfigDiagnostics diagnostics)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(diagnostics);
        var pools = context.Service<IRedisPools>();
        if (pools?.Find(name) is { } pool)
            return pool;
        source.Error(diagnostics, attributeName, Complaint(attributeName, name, pools));
        return null;
    }

    private static string Complaint(string attributeName, string name, IRedisPools? pools)
    {
        var fault = name.Length == 0 ? $"\"{attributeName}\" is required" : $"{ConfigText.Quote(name)} is no Redis connection";
        if (pools is null)
            return $"{fault}; expected a name of extra_config.redis of the service, which is missing";
        return pools.Names.Count == 0
            ? $"{fault}; expected a name of extra_config.redis of the service, which has none"
            : $"{fault}; expected a name of extra_config.redis of the service ({Listed(pools.Names)}){NearestName.Suggest(name, pools.Names)}";
    }

    private static string Listed(IReadOnlyCollection<string> names)
    {
        const int shown = 10;
        var list = string.Join(", ", names.Take(shown).Select(ConfigText.Inline));
        return names.Count > shown ? list + ", …" : list;
    }
}
