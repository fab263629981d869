using Gateway.Core.Configuration;
using Gateway.Core.Proxy;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

internal sealed partial class PipelineCompiler
{
    /// <summary>
    /// The agents of the service. One that cannot be built is left out and the others run; its reason is logged and in
    /// <paramref name="diagnostics"/>.
    /// </summary>
    public AgentGroup CompileAgents(ConfigDiagnostics diagnostics)
    {
        var group = new AgentGroup(_service.SequentialStart, _logger);
        generation.Scope.Keep(group);
        foreach (var agent in _service.Agents)
        {
            if (MissingGuard(ConfigScope.AsyncAgent, agent.Pipeline) is { } guard)
            {
                AgentLog.Closed(_logger, agent.Name, guard);
                continue;
            }
            var faults = new ConfigDiagnostics();
            Exception? thrown = null;
            try
            {
                if (CompileAgent(agent, group.CutOff, faults) is { } built && !faults.HasErrors)
                    group.Add(agent.Name, built);
            }
            catch (Exception exception)
            {
                // Whatever a plugin's factory throws concerns this agent alone.
                thrown = exception is PipelineBuildException ? null : exception;
                faults.Error(agent.Source.Position, "", exception.Message);
            }
            foreach (var fault in faults.All)
            {
                diagnostics.Add(fault);
                if (fault is { Severity: ConfigSeverity.Error, RefusesStart: false })
                    AgentLog.CannotBuild(_logger, agent.Name, fault.Message, thrown);
            }
        }
        return group;
    }

    private IAgent? CompileAgent(AgentConfig agent, CancellationToken cut, ConfigDiagnostics faults)
    {
        var drivers = _plugins.Agents.Where(driver => agent.Pipeline.ExtraConfig[driver.Name] is not null).ToArray();
        if (drivers.Length != 1)
        {
            throw new PipelineBuildException(drivers.Length == 0
                ? "no driver stands in its extra_config (async/amqp, async/kafka)"
                : $"an agent has one driver, not {string.Join(" and ", drivers.Select(static driver => driver.Name))}");
        }
        var proxy = CompileProxyPipeline(agent.Pipeline, new AgentPipelineContext(generation, agent), faults, out _);
        var context = new AgentContext(generation, agent, new AgentPipeline(proxy, agent.Pipeline.Timeout, cut));
        return drivers[0].Build(agent.Pipeline.ExtraConfig[drivers[0].Name]!, context, faults);
    }

    private static partial class AgentLog
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: AsyncAgent][{Name}] nothing provides \"{Guard}\", which may be missing: the agent does not run")]
        public static partial void Closed(ILogger logger, string name, string guard);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: AsyncAgent][{Name}] Unable to build the async agent; it does not run: {Reason}")]
        public static partial void CannotBuild(ILogger logger, string name, string reason, Exception? exception);
    }
}
