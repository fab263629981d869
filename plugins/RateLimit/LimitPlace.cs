using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.RateLimit;

/// <summary>Where a limit on the HTTP exchange stands, for those that read its settings.</summary>
/// <param name="Path">Place of its settings, for findings.</param>
/// <param name="LogPrefix">What its log lines begin with.</param>
/// <param name="Policy">Name of its shared bucket in answers (TRF-301); the clients' is this with <c>-client</c>.</param>
/// <param name="StateKey">What its state is carried over reloads under, one per limit of a component.</param>
/// <param name="Context">The service.</param>
/// <param name="Endpoint">The endpoint, or <see langword="null"/> at the service.</param>
internal sealed record LimitPlace(ConfigPath Path, string LogPrefix, string Policy, string StateKey, IServiceContext Context, IEndpointContext? Endpoint)
{
    /// <summary>A limit of the whole service.</summary>
    public static LimitPlace OfService(string name, IServiceContext context) =>
        new(ConfigPath.Root.Member(name), "[SERVICE: Gin]", "service", "buckets", context, null);

    /// <summary>A limit of an endpoint.</summary>
    public static LimitPlace OfEndpoint(string name, IEndpointContext context) =>
        new(ConfigPath.Root.Member(name), context.LogPrefix, "endpoint", "buckets", context, context);
}
