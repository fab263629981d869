using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>One async agent with effective values. Source: reference page "async".</summary>
public sealed class AgentConfig
{
    /// <summary>Shown in health, logs and metrics; not necessarily unique.</summary>
    public required string Name { get; init; }
    /// <summary>Binding key or topic, in the driver's syntax.</summary>
    public string Topic { get; init; } = "";
    /// <summary>Messages worked on at once, at least 1.</summary>
    public int Workers { get; init; } = 1;
    /// <summary>Messages per second and worker; 0 means as many as come.</summary>
    public double MaxRate { get; init; }
    /// <summary>Attempts to connect after the first one; 0 means any number.</summary>
    public int MaxRetries { get; init; }
    /// <summary>Waits between them, as written.</summary>
    public string BackoffStrategy { get; init; } = "";
    /// <summary>Time between two reports, at least a second.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>
    /// What a message runs through: an endpoint that no client reaches, with the agent's name for a path, <c>consumer.timeout</c>, the
    /// agent's backends and its <c>extra_config</c>.
    /// </summary>
    public required EndpointConfig Pipeline { get; init; }
    /// <summary>The agent object of the document.</summary>
    public required ConfigNode Source { get; init; }
}
