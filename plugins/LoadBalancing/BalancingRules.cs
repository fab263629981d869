using KrakenPlugins.LoadBalancing.Checks;
using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.LoadBalancing.Strategies;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.LoadBalancing;

/// <summary>Reads and checks the settings of a backend. What is out of bounds is an error: a host that is never left out, or always, helps nobody.</summary>
internal sealed class BalancingRules(ConfigDiagnostics diagnostics)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private bool _isGood = true;

    /// <summary>The settings; <see langword="null"/> after errors were reported.</summary>
    public BalancingSettings? Read(ConfigNode config, string name, IBackendContext context)
    {
        if (!new ConfigBinder(diagnostics).TryBind<BalancingSettings>(config, ConfigPath.Root.Member("extra_config").Member(name), out var settings))
            return null;
        var source = settings.Source!;
        Between(source, "panic_threshold", settings.PanicThreshold, 0, 100);
        if (settings.Strategy == "consistent_hash")
            CheckHash(source, settings.Hash, context);
        else if (settings.Hash is not null)
            source.Warning(diagnostics, "hash", $"has no effect with the strategy \"{settings.Strategy}\"; it belongs to \"consistent_hash\"");
        if (settings.Outlier is { } outlier)
            CheckOutlier(outlier);
        if (settings.HealthCheck is { } check)
            CheckChecks(check);
        return _isGood ? settings : null;
    }

    /// <summary>The rules of the table of hosts.</summary>
    public static HostRules RulesOf(BalancingSettings settings, long frequency) => new(
        settings.PanicThreshold,
        settings.Outlier is { } outlier
            ? new OutlierRules(
                outlier.ConsecutiveFailures,
                outlier.SuccessRate,
                Stamps(outlier.Window, frequency),
                outlier.MinCalls,
                Stamps(outlier.EjectionTime, frequency),
                Stamps(outlier.MaxEjectionTime, frequency),
                outlier.MaxEjectionPercent)
            : null,
        settings.HealthCheck?.UnhealthyThreshold ?? 1,
        settings.HealthCheck?.HealthyThreshold ?? 1,
        settings.Strategy == "consistent_hash");

    /// <summary>The strategy of a configuration.</summary>
    public static HostStrategy StrategyOf(BalancingSettings settings, IServiceContext context) => settings.Strategy switch
    {
        "random" => new RandomChoice(),
        "least_requests" => new LeastRequests(),
        "power_of_two" => new PowerOfTwo(),
        "consistent_hash" => new ConsistentHash(HashKey.Of(settings.Hash!.By, settings.Hash.Name, context), settings.Hash.MaxLoad),
        _ => new RoundRobin(),
    };

    private void CheckHash(ConfigSource source, HashSettings? hash, IBackendContext context)
    {
        if (hash is null)
        {
            Refuse(source, "hash", "\"consistent_hash\" needs to know the key; expected an object such as {\"by\": \"header\", \"name\": \"X-User\"}");
            return;
        }
        if (hash.By != "client_ip" && hash.Name.Length == 0)
            Refuse(hash.Source!, "name", $"expected the name of the {hash.By}");
        if (!(hash.MaxLoad is >= 1 and <= 100))
            Refuse(hash.Source!, "max_load", "expected a number from 1 to 100: how much more than its share a host may get");
        if (hash.By is "header" or "cookie")
            WarnWithheld(hash, "input_headers", hash.By == "cookie" ? "Cookie" : hash.Name, StringComparison.OrdinalIgnoreCase, context);
        else if (hash.By == "query")
            WarnWithheld(hash, "input_query_strings", hash.Name, StringComparison.Ordinal, context);
    }

    private void WarnWithheld(HashSettings hash, string list, string name, StringComparison comparison, IBackendContext context)
    {
        var allowed = context.Endpoint[list];
        if (allowed is { Kind: ConfigKind.Array } && allowed.Items.Any(item => item.Text == "*" || string.Equals(item.Text, name, comparison)))
            return;
        hash.Source!.Warning(diagnostics, "name", $"{ConfigText.Quote(name)} of clients does not get this far: it is not in \"{list}\" of the endpoint");
    }

    private void CheckOutlier(OutlierSettings outlier)
    {
        var source = outlier.Source!;
        Between(source, "consecutive_failures", outlier.ConsecutiveFailures, 0, 1_000_000);
        Between(source, "min_calls", outlier.MinCalls, 1, 1_000_000);
        Between(source, "max_ejection_percent", outlier.MaxEjectionPercent, 1, 100);
        Between(source, "window", outlier.Window, TimeSpan.FromMilliseconds(100));
        Between(source, "ejection_time", outlier.EjectionTime, TimeSpan.FromMilliseconds(100));
        Between(source, "max_ejection_time", outlier.MaxEjectionTime, outlier.EjectionTime);
        Statuses(source, "failure_status", outlier.FailureStatus);
        if (!(outlier.SuccessRate is >= 0 and <= 1))
            Refuse(source, "success_rate", "expected a share from 0 to 1, such as 0.9");
        if (outlier is { ConsecutiveFailures: 0, SuccessRate: 0 })
            source.Warning(diagnostics, "consecutive_failures", "without failures in a row and without \"success_rate\" no host is ever left out");
    }

    private void CheckChecks(CheckSettings check)
    {
        var source = check.Source!;
        if (check.Path.Length == 0 || check.Path[0] != '/' || check.Path.AsSpan().ContainsAnyExceptInRange('!', '~'))
            Refuse(source, "path", $"{ConfigText.Quote(check.Path)} is no path; expected one that starts with / and is percent-encoded, such as \"/health\"");
        Between(source, "interval", check.Interval, TimeSpan.FromMilliseconds(100));
        Between(source, "timeout", check.Timeout, TimeSpan.FromMilliseconds(1));
        Between(source, "healthy_threshold", check.HealthyThreshold, 1, 1000);
        Between(source, "unhealthy_threshold", check.UnhealthyThreshold, 1, 1000);
        Statuses(source, "expected_status", check.ExpectedStatus);
        if (!(check.Jitter is >= 0 and <= 1))
            Refuse(source, "jitter", "expected a share from 0 to 1, such as 0.1");
    }

    private void Statuses(ConfigSource source, string attribute, IReadOnlyList<int> statuses)
    {
        for (var i = 0; i < statuses.Count; i++)
        {
            if (statuses[i] is >= 100 and <= 599)
                continue;
            source.Error(diagnostics, attribute, i, "expected a status from 100 to 599");
            _isGood = false;
        }
    }

    private void Between(ConfigSource source, string attribute, int value, int least, int most)
    {
        if (value < least || value > most)
            Refuse(source, attribute, $"expected a whole number from {least} to {most}");
    }

    private void Between(ConfigSource source, string attribute, TimeSpan value, TimeSpan least)
    {
        if (value < least || value > s_longest)
            Refuse(source, attribute, $"expected a duration from {least.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture)}s to 24h");
    }

    private void Refuse(ConfigSource source, string attribute, string message)
    {
        source.Error(diagnostics, attribute, message);
        _isGood = false;
    }

    private static long Stamps(TimeSpan time, long frequency) => (long)(time.TotalSeconds * frequency);
}
