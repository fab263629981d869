using System.Collections.Concurrent;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Server;

/// <summary>What the driver of an agent is told, and may use.</summary>
internal sealed class AgentContext(GenerationContext generation, AgentConfig agent, AgentPipeline pipeline)
    : ServiceContext(generation), IAgentContext
{
    protected override string Place => $"agent {agent.Name}";
    public string Name => agent.Name;
    public ConfigNode Agent => agent.Source;
    public string Topic => agent.Topic;
    public int Workers => agent.Workers;
    public double MaxRate => agent.MaxRate;
    public int MaxRetries => agent.MaxRetries;
    public BackoffStrategy Backoff { get; } = BackoffStrategy.Parse(agent.BackoffStrategy);
    public TimeSpan HealthInterval => agent.HealthInterval;

    public ValueTask<ProxyResult> CallAsync(RequestBody body, NameValueList? headers, CancellationToken cancellationToken) =>
        pipeline.CallAsync(body, headers, cancellationToken);

    public void Report() => Generation.AgentReports.Add(agent.Name, Time.GetLocalNow());
}

/// <summary>What the components of an agent's pipeline are told.</summary>
internal sealed class AgentPipelineContext(GenerationContext generation, AgentConfig agent) : EndpointContext(generation, agent.Pipeline)
{
    protected override string Place => $"agent {agent.Name}";
    public override string LogPrefix => $"[SERVICE: AsyncAgent][{agent.Name}]";
}

/// <summary>When the agents of one configuration reported last, by name (NRC-234, NRC-236).</summary>
internal sealed class AgentReports
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _last = new(StringComparer.Ordinal);

    /// <summary>Notes a report.</summary>
    public void Add(string agent, DateTimeOffset now) => _last[agent] = now;

    /// <summary>All of them, sorted by name.</summary>
    public IEnumerable<KeyValuePair<string, DateTimeOffset>> Sorted => _last.OrderBy(static report => report.Key, StringComparer.Ordinal);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _last.IsEmpty;
}
