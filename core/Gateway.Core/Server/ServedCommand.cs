using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Server;

/// <summary>A command of a plugin that a process serves in place of the endpoints of its configuration (<c>gateway revoker</c>).</summary>
/// <param name="Name">Its name in the plugin's manifest.</param>
/// <param name="Namespace">The namespace of the service that configures it.</param>
public sealed record ServedCommand(string Name, string Namespace)
{
    /// <summary>What of a configuration the command runs with: listener, router, transport and log, and its own namespace.</summary>
    internal ServiceConfig Configuration(ServiceConfig config) => config with
    {
        Endpoints = [],
        Agents = [],
        DebugEndpoint = false,
        EchoEndpoint = false,
        ExtraConfig = new ExtraConfig([.. config.ExtraConfig.Members.Where(m => m.Name == Namespace || IsOfProcess(m.Name))]),
    };

    /// <summary>Builds what serves it. Throws <see cref="ConfigurationException"/>.</summary>
    internal IListenerBranch Build(GenerationContext generation, ServiceContext context, ConfigDiagnostics diagnostics)
    {
        if (generation.Config.ExtraConfig[Namespace] is not { } value)
            throw new ConfigurationException($"{generation.Config.Source.Position}: extra_config has no \"{Namespace}\", which configures `gateway {Name}`; add it");
        if (generation.Plugins.Commands.Find(Name) is not { } component)
            throw new ConfigurationException($"{value.Position}: the plugin of \"{Namespace}\" has no command \"{Name}\"; install a version that has it");
        var faults = new ConfigDiagnostics();
        IListenerBranch? branch;
        try
        {
            branch = component.Build(value, context, faults);
        }
        catch (Exception exception) when (exception is not ConfigurationException)
        {
            throw new ConfigurationException($"{value.Position} extra_config.{Namespace}: `gateway {Name}` cannot be built: {exception.Message}");
        }
        ServiceComponents.ThrowIfFaulty(faults, diagnostics);
        return branch ?? throw new ConfigurationException($"{value.Position} extra_config.{Namespace}: it asks nothing of `gateway {Name}`");
    }

    // The log is the process's, and so is the choice between plugins; core reads the rest of what is its own from the typed configuration.
    private static bool IsOfProcess(string name) => name.StartsWith("telemetry/log", StringComparison.Ordinal) || name is "telemetry/gelf" or PluginChoice.Namespace;
}
