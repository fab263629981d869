using System.Globalization;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Configuration;

/// <summary>Turns the objects of <c>async_agent</c> into <see cref="AgentConfig"/>s.</summary>
internal sealed class AgentsLoader(LoadContext context, RootDocument root, BackendLoader backends)
{
    private static readonly TimeSpan s_shortestHealthInterval = TimeSpan.FromSeconds(1);

    private readonly ConfigDiagnostics _diagnostics = context.Diagnostics;

    public IReadOnlyList<AgentConfig> Load()
    {
        var agents = new List<AgentConfig>(root.AsyncAgent.Count);
        var list = ConfigPath.Root.Member("async_agent");
        for (var i = 0; i < root.AsyncAgent.Count; i++)
        {
            if (root.AsyncAgent[i].Kind == ConfigKind.Null)
                continue;
            context.Binder.TryBind<AgentDocument>(root.AsyncAgent[i], list.Item(i), out var agent);
            if (root.AsyncAgent[i].Kind == ConfigKind.Object)
                agents.Add(Build(agent, i));
        }
        return agents;
    }

    private AgentConfig Build(AgentDocument agent, int index)
    {
        var source = agent.Source;
        var name = agent.Name.Length > 0 ? agent.Name : string.Create(CultureInfo.InvariantCulture, $"AsyncAgent-{index:00}");
        if (agent.Name.Length == 0)
            source.Warning(_diagnostics, "name", $"an agent needs a name; it is called \"{name}\"");
        if (!agent.Backend.Any(static backend => backend.Kind != ConfigKind.Null))
            source.Error(_diagnostics, "backend", "an agent needs at least one backend");
        var consumer = agent.Consumer ?? new AgentConsumerDocument();
        var connection = agent.Connection ?? new AgentConnectionDocument();
        if (consumer.Timeout < TimeSpan.Zero)
            consumer.Source.Error(_diagnostics, "timeout", "a timeout must not be negative");
        if (connection.Source is { } connectionSource)
            BackoffStrategy.Check(connection.BackoffStrategy, connectionSource, _diagnostics);
        return new AgentConfig
        {
            Name = name,
            Topic = consumer.Topic,
            Workers = Math.Max(1, consumer.Workers),
            MaxRate = Math.Max(0, consumer.MaxRate),
            MaxRetries = Math.Max(0, connection.MaxRetries),
            BackoffStrategy = connection.BackoffStrategy,
            HealthInterval = connection.HealthInterval < s_shortestHealthInterval ? s_shortestHealthInterval : connection.HealthInterval,
            Pipeline = Pipeline(agent, name, consumer.Timeout),
            Source = source.Node,
        };
    }

    private EndpointConfig Pipeline(AgentDocument agent, string name, TimeSpan timeout)
    {
        var source = agent.Source;
        var extra = context.Namespaces.Resolve(ConfigScope.AsyncAgent, agent.ExtraConfig, source.Path.Member("extra_config"));
        var document = context.Bind<EndpointProxyDocument>(extra, "proxy", source.Path);
        var proxy = extra["proxy"] is null ? new EndpointProxyConfig() : ProxyLoader.Load(document, isNoOp: false, context);
        return new EndpointConfig
        {
            Path = name,
            Timeout = timeout > TimeSpan.Zero ? timeout : ServiceLoader.Timeout(root),
            Proxy = proxy,
            Backends = backends.Load(agent.Backend, source.Path.Member("backend"), new BackendOwner("GET", name, []) { IsSequential = proxy.Sequential }),
            ExtraConfig = extra,
            Source = source.Node,
        };
    }
}
