using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Server;

/// <summary>What stands in front of an endpoint's pipeline on the HTTP exchange.</summary>
internal sealed partial class PipelineCompiler
{
    private List<IHttpMiddleware> CompileGuards(EndpointConfig endpoint, EndpointContext context, ConfigDiagnostics faults)
    {
        var guards = new List<IHttpMiddleware>();
        foreach (var component in _plugins.EndpointComponents)
        {
            if (component.ConfigAt(endpoint.ExtraConfig, _service.ExtraConfig) is { } config && CompileGuard(component, config, context, faults) is { } guard)
                guards.Add(guard);
        }
        return guards;
    }

    /// <summary>
    /// A component of the exchange. What it has to say against its configuration refuses the whole of it when the namespace authenticates or
    /// secures: of an endpoint that is not what its author wrote nobody can tell what it lets in (AUT-008).
    /// </summary>
    private static TProduct? CompileGuard<TProduct>(Component<IEndpointContext, TProduct> component, ConfigNode config, EndpointContext context, ConfigDiagnostics faults)
        where TProduct : class
    {
        if (!NamespaceRegistry.IsGuard(component.Name))
            return component.Build(config, context, faults);
        var found = new ConfigDiagnostics();
        TProduct? guard = null;
        try
        {
            guard = component.Build(config, context, found);
        }
        catch (Exception exception)
        {
            found.Error(config.Position, $"extra_config.{component.Name}", $"{context.LogPrefix} the component cannot be built: {exception.Message}");
        }
        foreach (var finding in found.All)
            faults.Add(finding.Severity == ConfigSeverity.Error ? finding with { RefusesStart = true } : finding);
        return guard;
    }

    // In the pipeline the language lets policies fail one by one; who authenticates does not.
    private static void AddGuard(StageList stages, Component<IEndpointContext, IProxyMiddleware> component, ConfigNode config, EndpointContext context, ConfigDiagnostics faults)
    {
        if (CompileGuard(component, config, context, faults) is { } guard)
            stages.Add(component.Stage, guard);
    }

    private static bool IsAuthentication(string name) => name.StartsWith("auth/", StringComparison.Ordinal);

    /// <summary>
    /// A guard that an endpoint or agent should have and that nothing provides, because its plugin may be missing or broken
    /// (<c>--allow-missing</c>); <see langword="null"/> for none. Without it nobody is served there (AUT-008, SEC-074).
    /// </summary>
    private string? MissingGuard(string scope, EndpointConfig endpoint)
    {
        var missing = MissingGuard(ConfigScope.Service, _service.ExtraConfig) ?? MissingGuard(scope, endpoint.ExtraConfig);
        for (var i = 0; missing is null && i < endpoint.Backends.Count; i++)
            missing = MissingGuard(ConfigScope.Backend, endpoint.Backends[i].ExtraConfig);
        return missing;
    }

    private string? MissingGuard(string scope, ExtraConfig extra) =>
        extra.LeftOut.FirstOrDefault(name => NamespaceRegistry.ClosesWhenMissing(scope, name))
        ?? extra.Members.FirstOrDefault(m => NamespaceRegistry.ClosesWhenMissing(scope, m.Name) && !_plugins.Handles(scope, m.Name)).Name;

    /// <summary>
    /// The rejecters of an endpoint in the order of their stages. Those of the service are built only where there are components on the
    /// exchange that could ask them.
    /// </summary>
    private IReadOnlyList<ITokenRejecter> CompileRejecters(EndpointConfig endpoint, EndpointContext context, ConfigDiagnostics faults)
    {
        if (_plugins.Rejecters.Count == 0)
            return [];
        var isGuarded = _plugins.EndpointComponents.Any(c => c.ConfigAt(endpoint.ExtraConfig, _service.ExtraConfig) is not null);
        var rejecters = new List<ITokenRejecter>();
        foreach (var component in _plugins.Rejecters)
        {
            var config = endpoint.ExtraConfig[component.Name] ?? (isGuarded ? _service.ExtraConfig[component.Name] : null);
            if (config is not null && component.Build(config, context, faults) is { } rejecter)
                rejecters.Add(rejecter);
        }
        return rejecters;
    }
}
