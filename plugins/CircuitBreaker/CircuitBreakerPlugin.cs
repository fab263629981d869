using System.Collections.Frozen;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.CircuitBreaker;

/// <summary>
/// The components <c>qos/circuit-breaker</c> and <c>qos/circuit-breaker/http</c>. Source: reference pages "circuit breaker" and "HTTP circuit
/// breaker"; TRF-100 to TRF-124.
/// </summary>
public sealed class CircuitBreakerPlugin : GatewayPlugin
{
    /// <summary>The namespace of the breaker around a backend's pipeline.</summary>
    public const string Namespace = "qos/circuit-breaker";

    /// <summary>The namespace of the breaker around a backend's HTTP call.</summary>
    public const string HttpNamespace = "qos/circuit-breaker/http";

    // An instance belongs to one configuration.
    private readonly BreakerHealth _health = new();
    private readonly BreakerHealth _httpHealth = new();
    private readonly BreakerMetrics _metrics = new();

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Backend(Namespace, BackendStages.CircuitBreaker, Create);
        // In front of plugins in the client's place, the cache and credentials, whose failures are the call's.
        registry.Client(HttpNamespace, ClientStages.HttpClientPlugins.Before(), CreateHttp);
        // Where there is no HTTP call, in its place (TRF-124).
        registry.Backend(HttpNamespace, BackendStages.RequestBody.After(), CreateForExecutor);
    }

    /// <inheritdoc/>
    public override ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        _metrics.Start(_health, _httpHealth);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _metrics.Dispose();
        return ValueTask.CompletedTask;
    }

    private BackendBreaker? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics) =>
        BreakerCore.Create(config, Namespace, _health, _metrics, context, diagnostics) is { } core ? new BackendBreaker(core, readsStatuses: true) : null;

    private HttpBreaker? CreateHttp(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics) =>
        CreateInner(config, context, diagnostics, out var statuses) is { } core ? new HttpBreaker(core, statuses) : null;

    private BackendBreaker? CreateForExecutor(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics) =>
        context.Executor is not null && CreateInner(config, context, diagnostics, out _) is { } core ? new BackendBreaker(core, readsStatuses: false) : null;

    private BreakerCore? CreateInner(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics, out FrozenSet<int> statuses)
    {
        if (context.BackendConfig(Namespace) is not null)
            diagnostics.Warning(config.Position, $"extra_config.{HttpNamespace}", $"\"{Namespace}\" and \"{HttpNamespace}\" compete at one backend; keep one of them");
        var found = BreakerSettings.ReadStatuses(config, HttpNamespace, diagnostics);
        statuses = found ?? [];
        return found is null ? null : BreakerCore.Create(config, HttpNamespace, _httpHealth, _metrics, context, diagnostics);
    }
}
