using Gateway.Core.Plugins;
using Gateway.Core.Plugins.Kinds;
using Gateway.Core.Plugins.Processes;
using Gateway.Sidecars.Supervision;
using KrakenPlugins.Plugin.V1;
using Stage = KrakenPlugins.Sdk.Plugins.Stage;

namespace Gateway.Sidecars.Plugins;

/// <summary>A component that the manifest of a plugin names.</summary>
/// <param name="LayerName">Its layer or kind, as manifests write it.</param>
/// <param name="Layer">The same, as messages write it.</param>
/// <param name="Name">Namespace, or name of a kind's plugin.</param>
/// <param name="StageName">Its stage as the manifest says it, or empty.</param>
/// <param name="Most">What it may be sent at most, or <see langword="null"/>.</param>
internal sealed record ManifestComponent(string LayerName, Layer Layer, string Name, string StageName, PluginNeeds? Most)
{
    /// <summary>Where it stands.</summary>
    /// <param name="described">What the sidecar said of it, or <see langword="null"/> while nobody knows.</param>
    public Stage StageOf(Component? described)
    {
        if (StageName.Length > 0)
            return LayerStages.Find(LayerName, StageName);
        return described?.Stage is { } stage ? ComponentNames.StageOf(stage) : LayerStages.DefaultOf(LayerName);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{LayerName} \"{Name}\"";
}

/// <summary>The components of a plugin as manifest and sidecar name them.</summary>
internal static class ComponentNames
{
    private static readonly Dictionary<string, Layer> s_layers = new(StringComparer.Ordinal)
    {
        ["server"] = Layer.Server,
        ["endpoint"] = Layer.Endpoint,
        ["proxy"] = Layer.Proxy,
        ["backend"] = Layer.Backend,
        ["client"] = Layer.Client,
        ["executor"] = Layer.Executor,
        [PluginKinds.HttpServer] = Layer.HttpServer,
        [PluginKinds.HttpClient] = Layer.HttpClient,
        [PluginKinds.RequestModifier] = Layer.RequestModifier,
        [PluginKinds.ResponseModifier] = Layer.ResponseModifier,
        [PluginKinds.Middleware] = Layer.Middleware,
    };

    /// <summary>Each component once; one name may serve several scopes.</summary>
    public static IReadOnlyList<ManifestComponent> Of(PluginManifest manifest) =>
    [
        .. manifest.Namespaces.GroupBy(static n => (n.Layer, n.Name)).Select(static g => new ManifestComponent(
            g.Key.Layer, s_layers[g.Key.Layer], g.Key.Name, g.Select(static n => n.Stage).FirstOrDefault(static s => s.Length > 0, ""), g.Select(static n => n.Needs).FirstOrDefault(static n => n is not null))),
        .. manifest.Plugins.GroupBy(static n => (n.Kind, n.Name)).Select(static g => new ManifestComponent(
            g.Key.Kind, s_layers[g.Key.Kind], g.Key.Name, "", g.Select(static n => n.Needs).FirstOrDefault(static n => n is not null))),
    ];

    /// <summary>What a sidecar said of a component, or <see langword="null"/>.</summary>
    public static Component? Find(DescribeResponse? description, ManifestComponent component) =>
        description?.Components.FirstOrDefault(c => c.Layer == component.Layer && c.Name == component.Name);

    /// <summary>A stage of a message.</summary>
    public static Stage StageOf(KrakenPlugins.Plugin.V1.Stage stage) =>
        new(stage.Name.Length > 0 ? stage.Name : "of a sidecar", stage.Order) { Exclusive = stage.Exclusive.Length > 0 ? stage.Exclusive : null };

    /// <summary>Compares what a sidecar says with its manifest, which was believed before it ran.</summary>
    /// <exception cref="SidecarException">They differ; starting it again does not help.</exception>
    public static void Compare(PluginManifest manifest, bool isEager, DescribeResponse description)
    {
        if (description.Id != manifest.Id)
            throw Final($"says that it is the plugin \"{Short(description.Id)}\", its {PluginManifest.FileName} says \"{manifest.Id}\"");
        if (description.Version != manifest.Version)
            throw Final($"says that its version is \"{Short(description.Version)}\", its {PluginManifest.FileName} says \"{manifest.Version}\"; a new build is taken up by a reload");
        var promised = Of(manifest);
        var missing = promised.Where(p => Find(description, p) is null).Select(static p => p.ToString()).ToArray();
        if (missing.Length > 0)
            throw Final($"does not have {string.Join(", ", missing)}, which its {PluginManifest.FileName} promises");
        var surplus = description.Components.Where(c => !promised.Any(p => p.Layer == c.Layer && p.Name == c.Name)).Select(static c => $"{c.Layer} \"{Short(c.Name)}\"").Take(5).ToArray();
        if (surplus.Length > 0)
            throw Final($"has {string.Join(", ", surplus)}, of which its {PluginManifest.FileName} says nothing");
        foreach (var component in promised)
            CompareStage(component, Find(description, component)!, isEager);
    }

    private static void CompareStage(ManifestComponent component, Component described, bool isEager)
    {
        var believed = component.StageOf(isEager ? described : null);
        if (described.Stage is { } stage && stage.Order != believed.Order)
        {
            throw Final($"says that {component} stands at the stage \"{Short(stage.Name)}\" ({stage.Order}), {(component.StageName.Length > 0 ? $"its {PluginManifest.FileName} says" : "without \"stage\" in its " + PluginManifest.FileName + " it stands at")} "
                + $"\"{believed.Name}\" ({believed.Order}); correct \"stage\", or start it eagerly");
        }
        if (!isEager && described.Reach != Reach.Unspecified)
            throw Final($"says that {component} reaches beyond its own places, which is known in time only when it starts eagerly (\"start\": \"eager\")");
    }

    private static SidecarException Final(string message) => new(message) { IsFinal = true };

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
