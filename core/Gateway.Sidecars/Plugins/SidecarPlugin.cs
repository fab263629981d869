using Gateway.Core.Plugins;
using Gateway.Core.Plugins.Processes;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Components;
using Gateway.Sidecars.Supervision;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Plugins;

/// <summary>
/// A plugin in a process of its own, for one configuration: declares what its manifest names, and makes of each place a number that calls carry.
/// A configuration is compiled on a thread of its own, which waits here for what the process answers.
/// </summary>
/// <param name="sidecar">Its process.</param>
/// <param name="plugin">The plugin.</param>
/// <param name="generation">Number of the configuration.</param>
/// <param name="isBypassed">Whether requests pass by when the process is not there or loses them.</param>
/// <param name="logger">Application log of the configuration.</param>
internal sealed class SidecarPlugin(Sidecar sidecar, FoundPlugin plugin, ulong generation, bool isBypassed, ILogger logger) : ProcessInstance
{
    private readonly PlaceMessages _messages = new();
    private int _isDisposed;

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var description = sidecar.DescribeAsync().GetAwaiter().GetResult();
        foreach (var component in ComponentNames.Of(plugin.Manifest!))
        {
            var described = ComponentNames.Find(description, component);
            Declare(registry, component, component.StageOf(described), ReachOf(described));
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _ = sidecar.RetireAsync(generation, logger);
    }

    private void Declare(IPluginRegistry registry, ManifestComponent component, KrakenPlugins.Sdk.Plugins.Stage stage, ComponentReach reach)
    {
        var name = component.Name;
        switch (component.Layer)
        {
            case Layer.Server:
                registry.Server(name, stage, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.Http(place) : null, reach);
                break;
            case Layer.Endpoint:
                registry.Endpoint(name, stage, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.Http(place) : null, reach);
                break;
            case Layer.Proxy:
                registry.Proxy(name, stage, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.Proxy(place) : null, reach);
                break;
            case Layer.Backend:
                registry.Backend(name, stage, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.Proxy(place) : null, reach);
                break;
            case Layer.Client:
                registry.Client(name, stage, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.Client(place) : null, reach);
                break;
            case Layer.Executor:
                registry.Executor(name, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.Executor(place) : null);
                break;
            case Layer.HttpServer:
                registry.HttpServer(name, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.Http(place) : null);
                break;
            case Layer.HttpClient:
                registry.HttpClient(name, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.Client(place) : null);
                break;
            case Layer.RequestModifier:
                registry.RequestModifier(name, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.RequestModifier(place) : null);
                break;
            case Layer.ResponseModifier:
                registry.ResponseModifier(name, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.ResponseModifier(place) : null);
                break;
            case Layer.Middleware:
                registry.Middleware(name, (config, context, found) => Place(component, config, context, found) is { } place ? SidecarComponents.Proxy(place) : null);
                break;
            default:
                throw new InvalidOperationException($"the manifest let {component} through");
        }
    }

    private SidecarPlace? Place(ManifestComponent component, ConfigNode config, IServiceContext context, ConfigDiagnostics found)
    {
        var message = _messages.Of(component, config, context);
        UsedPlace used;
        try
        {
            used = sidecar.AddAsync(generation, message, component).GetAwaiter().GetResult();
        }
        catch (SidecarException exception)
        {
            found.Add(new(ConfigSeverity.Error, config.Position, message.Path, $"the plugin {sidecar.Id} cannot be configured: the sidecar {exception.Message}") { RefusesStart = true });
            return null;
        }
        PlaceFindings.Report(used.Diagnostics, component.Name, config, message.Path, found);
        if (used.Standing != PlaceStanding.Open)
        {
            sidecar.RemoveAsync(used).GetAwaiter().GetResult();
            return null;
        }
        Propagate(component, used, config, context, found);
        var endpoint = component.Layer == Layer.Endpoint ? context as IEndpointContext : null;
        return new SidecarPlace
        {
            Sidecar = sidecar,
            Id = message.PlaceId,
            Layer = component.Layer,
            Name = component.Name,
            IsBypassed = isBypassed,
            TakesData = TakesData(component.Layer, context),
            ClientAddress = context.ClientAddress,
            PathParameters = endpoint is null ? [] : PlaceholdersOf(endpoint.Path),
            PathParameter = endpoint is null ? null : endpoint.PathParameter,
            NoteError = context.NoteError,
            Logger = context.Logger,
        };
    }

    private static bool TakesData(Layer layer, IServiceContext context) => (layer, context) switch
    {
        (Layer.Backend or Layer.Executor, IBackendContext backend) => backend.Encoding != "no-op",
        (Layer.Proxy, IEndpointContext endpoint) => !endpoint.IsNoOp,
        _ => false,
    };

    private static void Propagate(ManifestComponent component, UsedPlace used, ConfigNode config, IServiceContext context, ConfigDiagnostics found)
    {
        foreach (var header in used.Answer?.PropagatedHeaders ?? [])
        {
            if (component.Layer != Layer.Endpoint || context is not IEndpointContext endpoint || header.Length == 0 || !endpoint.PropagateHeader(header))
                found.Warning(config.Position, used.Message.Path, $"the plugin wants the header {ConfigText.Inline(header)} to reach the backends, which {(component.Layer == Layer.Endpoint ? "the gateway keeps to itself" : "only components of the layer \"endpoint\" may")}");
        }
    }

    /// <summary>Names of the placeholders of an endpoint's path.</summary>
    internal static List<string> PlaceholdersOf(string path)
    {
        var names = new List<string>();
        for (var open = path.IndexOf('{', StringComparison.Ordinal); open >= 0; open = path.IndexOf('{', open + 1))
        {
            if (path.IndexOf('}', open) is var close && close > open + 1)
                names.Add(path[(open + 1)..close]);
        }
        return names;
    }

    private static ComponentReach ReachOf(Component? described) => described?.Reach switch
    {
        Reach.Service => ComponentReach.Service,
        Reach.Endpoints => ComponentReach.Endpoints,
        _ => ComponentReach.Place,
    };
}
