using KrakenPlugins.LoadBalancing.Checks;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.LoadBalancing;

/// <summary><c>backend/load-balancing</c>.</summary>
internal sealed class BalancingSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>How a host is chosen.</summary>
    [ConfigValues("round_robin", "random", "least_requests", "power_of_two", "consistent_hash")]
    public string Strategy { get; init; } = "round_robin";

    /// <summary>The key of <c>consistent_hash</c>.</summary>
    public HashSettings? Hash { get; init; }

    /// <summary>When failing calls leave a host out.</summary>
    public OutlierSettings? Outlier { get; init; }

    /// <summary>How hosts are checked.</summary>
    public CheckSettings? HealthCheck { get; init; }

    /// <summary>Share of usable hosts, in percent, below which all are used.</summary>
    public int PanicThreshold { get; init; }
}

/// <summary><c>hash</c>.</summary>
internal sealed class HashSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>What of a request is the key.</summary>
    [ConfigRequired, ConfigValues("header", "query", "parameter", "cookie", "claim", "client_ip")]
    public string By { get; init; } = "";

    /// <summary>Name of the header, parameter, cookie or claim.</summary>
    public string Name { get; init; } = "";

    /// <summary>Calls in flight that a host may have, in relation to its share.</summary>
    public double MaxLoad { get; init; } = 1.25;
}

/// <summary><c>outlier</c>.</summary>
internal sealed class OutlierSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Failures in a row that leave a host out; 0 for none.</summary>
    public int ConsecutiveFailures { get; init; } = 5;

    /// <summary>Statuses that are failures; empty for 500 to 599.</summary>
    public IReadOnlyList<int> FailureStatus { get; init; } = [];

    /// <summary>Share of successes in a window below which a host is left out; 0 for none.</summary>
    public double SuccessRate { get; init; }

    /// <summary>Length of a window.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Calls in a window from which on its share counts.</summary>
    public int MinCalls { get; init; } = 20;

    /// <summary>Time that a host is left out for the first time.</summary>
    public TimeSpan EjectionTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time that it is left out at most.</summary>
    public TimeSpan MaxEjectionTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Share of the hosts, in percent, that may be left out at once.</summary>
    public int MaxEjectionPercent { get; init; } = 50;

    /// <summary>Whether a status is a failure.</summary>
    public bool IsFailure(int status) => FailureStatus.Count == 0 ? status >= 500 : FailureStatus.Contains(status);
}
