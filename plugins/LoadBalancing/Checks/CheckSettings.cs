using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.LoadBalancing.Checks;

/// <summary><c>health_check</c>.</summary>
internal sealed class CheckSettings
{
    /// <summary>Where it stands.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Path and query that are asked for.</summary>
    [ConfigRequired]
    public string Path { get; init; } = "";

    /// <summary>Method.</summary>
    [ConfigValues("GET", "HEAD")]
    public string Method { get; init; } = "GET";

    /// <summary>Pause between two checks of a host.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Share of the pause that chance adds or takes away.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>Time that a check may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Checks that succeed in a row until a host is healthy again.</summary>
    public int HealthyThreshold { get; init; } = 2;

    /// <summary>Checks that fail in a row until it is unhealthy.</summary>
    public int UnhealthyThreshold { get; init; } = 3;

    /// <summary>Statuses of a host that is well; empty for 200 to 299.</summary>
    public IReadOnlyList<int> ExpectedStatus { get; init; } = [];

    /// <summary>Whether a status says that the host is well.</summary>
    public bool IsGood(int status) => ExpectedStatus.Count == 0 ? status is >= 200 and <= 299 : ExpectedStatus.Contains(status);
}
