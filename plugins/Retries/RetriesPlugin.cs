using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Retries;

/// <summary>The component <c>backend/retry</c>, which the reference does not have; RTE-420 to RTE-431.</summary>
public sealed class RetriesPlugin : GatewayPlugin
{
    /// <summary>The namespace.</summary>
    public const string Namespace = "backend/retry";

    // An instance belongs to one configuration.
    private readonly RetryMetrics _metrics = new();

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Client(Namespace, ClientStages.Retries, Create);
    }

    /// <inheritdoc/>
    public override ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        _metrics.Start();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _metrics.Dispose();
        return ValueTask.CompletedTask;
    }

    private Retries? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        if (RetrySettings.Read(config, Namespace, diagnostics) is not { } settings)
            return null;
        var limits = settings.Budget;
        var window = (long)(limits.Window.TotalSeconds * context.Time.TimestampFrequency);
        var budget = context.Carry("budget", config, () => new RetryBudget(limits.Ratio, limits.Minimum, window));
        return new Retries(settings, budget, _metrics, context);
    }
}
