using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Server;

/// <summary>
/// Building of components whose namespace stands in the <c>extra_config</c> of the service. One that cannot be built stops the start: what
/// it was to guard, count or provide would silently be missing (CFG-046).
/// </summary>
internal static class ServiceComponents
{
    /// <summary>Builds a component; <see langword="null"/> when the configuration does not name it or asks nothing of it.</summary>
    public static T? Build<T>(Component<IServiceContext, T> component, ServiceConfig config, ServiceContext context, ConfigDiagnostics faults)
        where T : class
    {
        if (ConfigOf(component, config) is not { } value)
            return null;
        try
        {
            return component.Build(value, context, faults);
        }
        catch (Exception exception)
        {
            faults.Error(value.Position, $"extra_config.{component.Name}", $"the component cannot be built: {exception.Message}");
            return null;
        }
    }

    /// <summary>What a component around the service is built from; <see langword="null"/> when it does not stand there.</summary>
    public static ConfigNode? ConfigOf<T>(Component<IServiceContext, T> component, ServiceConfig config)
        where T : class
    {
        var written = config.ExtraConfig[component.Name];
        if (written is not null || component.Reach != ComponentReach.Endpoints)
            return written;
        foreach (var endpoint in config.Endpoints)
        {
            if (endpoint.ExtraConfig[component.Name] is { } own)
                return ConfigNode.Object(own.Position, []);
        }
        return null;
    }

    /// <summary>
    /// Hands findings on, and throws <see cref="ConfigurationException"/> with all of them when there is an error among them that nobody answers for.
    /// </summary>
    public static void ThrowIfFaulty(ConfigDiagnostics faults, ConfigDiagnostics diagnostics)
    {
        foreach (var finding in faults.All)
            diagnostics.Add(finding);
        if (faults.All.Any(static f => f is { Severity: ConfigSeverity.Error, KeepsStart: false }))
            throw new ConfigurationException(string.Join('\n', faults.All));
    }
}

/// <summary>The services that components offer to others, built before everything else in the order of their stages.</summary>
internal static class SharedServices
{
    /// <summary>Builds and offers them. Throws <see cref="ConfigurationException"/>.</summary>
    public static void Provide(GenerationContext generation, ServiceContext context, ConfigDiagnostics diagnostics)
    {
        var faults = new ConfigDiagnostics();
        var providers = new Dictionary<Type, string>();
        foreach (var component in generation.Plugins.Services)
        {
            if (ServiceComponents.Build(component, generation.Config, context, faults) is not { } service)
                continue;
            if (generation.Scope.TryProvide(component.Product, service))
            {
                providers.Add(component.Product, component.Name);
                continue;
            }
            faults.Error(generation.Config.ExtraConfig[component.Name]!.Position, $"extra_config.{component.Name}",
                $"\"{providers[component.Product]}\" and \"{component.Name}\" both provide {component.Product.Name}; keep one");
        }
        ServiceComponents.ThrowIfFaulty(faults, diagnostics);
    }
}
