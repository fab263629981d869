using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sidecar.Places;
using Stage = KrakenPlugins.Sdk.Plugins.Stage;

namespace KrakenPlugins.Sidecar.Components;

/// <summary>A component that the plugin declared.</summary>
/// <param name="Layer">Where it stands.</param>
/// <param name="Name">The namespace, or the name among the plugins of a kind.</param>
/// <param name="Stage">Its place among others of its layer; <see langword="null"/> for a layer without.</param>
/// <param name="Reach">In which places of its layer it stands.</param>
/// <param name="Build">Runs its factory.</param>
internal sealed record DeclaredComponent(
    Layer Layer, string Name, Stage? Stage, ComponentReach Reach, Func<ConfigNode, ServicePlace, ConfigDiagnostics, object?> Build)
{
    /// <summary>As the protocol has it.</summary>
    public Component ToMessage(Needs needs)
    {
        var message = new Component { Name = Name, Layer = Layer, Needs = needs, Reach = ReachOf(Reach) };
        if (Stage is { } stage)
            message.Stage = new() { Order = stage.Order, Name = stage.Name, Exclusive = stage.Exclusive ?? "" };
        return message;
    }

    private static Plugin.V1.Reach ReachOf(ComponentReach reach) => reach switch
    {
        ComponentReach.Service => Plugin.V1.Reach.Service,
        ComponentReach.Endpoints => Plugin.V1.Reach.Endpoints,
        _ => Plugin.V1.Reach.Unspecified,
    };
}
