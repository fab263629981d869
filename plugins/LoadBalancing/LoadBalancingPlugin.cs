using System.Text;
using KrakenPlugins.LoadBalancing.Checks;
using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.LoadBalancing;

/// <summary>The component <c>backend/load-balancing</c>, which the reference does not have; RTE-400 to RTE-419.</summary>
public sealed class LoadBalancingPlugin : GatewayPlugin
{
    /// <summary>The namespace.</summary>
    public const string Namespace = "backend/load-balancing";

    // Old client plugins are settings of the client too (RTE-313, RTE-330).
    private static readonly string[] s_clientNamespaces = ["backend/http/client", "plugin/http-client"];

    // An instance belongs to one configuration.
    private readonly BalancingHealth _health = new();
    private readonly BalancingMetrics _metrics = new();
    private readonly HostChecks _checks = new();

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Balancer(Namespace, Create);
    }

    /// <inheritdoc/>
    public override ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        _metrics.Start(_health);
        _checks.Start(context.Time, context.Stopping);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        await _checks.EndAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        _metrics.Dispose();
    }

    private Balancer? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        if (new BalancingRules(diagnostics).Read(config, Namespace, context) is not { } settings)
            return null;
        var time = context.Time;
        var table = context.Carry("hosts", config, () => new HostTable(BalancingRules.RulesOf(settings, time.TimestampFrequency)));
        var balancer = new Balancer(table, BalancingRules.StrategyOf(settings, context), settings.Outlier is { } outlier ? outlier.IsFailure : static _ => false, _metrics, context);
        _health.Add(table, time);
        context.ShowHealth(_health);
        if (context.Hosts is { } hosts)
        {
            if (hosts.Hosts is { Count: > 0 } known)
                balancer.View(known);
            if (settings.HealthCheck is { } check)
                _checks.Add(KeyOf(config, context), check, context.HostCalls, _metrics, new CheckedBackend(balancer, hosts));
        }
        return balancer;
    }

    /// <summary>What tells kinds of checks apart: their settings, and those of the client that makes them.</summary>
    private static string KeyOf(ConfigNode config, IBackendContext context)
    {
        var key = new StringBuilder();
        Append(key, config["health_check"]);
        foreach (var name in s_clientNamespaces)
            Append(key.Append('\n'), context.BackendConfig(name));
        return key.ToString();
    }

    private static void Append(StringBuilder key, ConfigNode? node)
    {
        if (node is null)
            return;
        var text = node.Text ?? "";
        key.Append((int)node.Kind).Append(':').Append(text.Length).Append(':').Append(text);
        foreach (var member in node.Members)
            Append(key.Append(member.Name.Length).Append('=').Append(member.Name), member.Value);
        foreach (var item in node.Items)
            Append(key.Append(','), item);
        key.Append(';');
    }
}
