using System.Globalization;
using System.Runtime.CompilerServices;
using Gateway.Core.Configuration;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Sidecars.Plugins;

/// <summary>What sidecars are told of the places of one configuration.</summary>
internal sealed class PlaceMessages
{
    // Paths of the objects of the document that places stand in.
    private Dictionary<ConfigNode, string>? _paths;

    /// <summary>The message for a place, without its number.</summary>
    public Place Of(ManifestComponent component, ConfigNode config, IServiceContext context)
    {
        var place = new Place
        {
            Layer = component.Layer,
            Name = component.Name,
            ConfigJson = UnsafeByteOperations.UnsafeWrap(ConfigNodeJson.Write(config)),
            Position = config.Position.ToString(),
            Path = PathOf(component, context),
            LogPrefix = (context as IEndpointContext)?.LogPrefix ?? $"[SERVICE: {component.Name}]",
        };
        if (context.ServiceConfig(component.Name) is { } service && !ReferenceEquals(service, config))
            place.ServiceConfigJson = UnsafeByteOperations.UnsafeWrap(ConfigNodeJson.Write(service));
        if (context is IEndpointContext endpoint)
        {
            place.Endpoint = new EndpointPlace
            {
                Method = endpoint.Method,
                Path = endpoint.Path,
                TimeoutMs = (uint)Math.Clamp(endpoint.Timeout.TotalMilliseconds, 0, uint.MaxValue),
                IsNoOp = endpoint.IsNoOp,
                BackendCount = (uint)endpoint.BackendCount,
            };
        }
        if (context is IBackendContext backend)
            place.Backend = new BackendPlace { Index = (uint)backend.Index, UrlPattern = backend.UrlPattern, Method = backend.BackendMethod, Encoding = backend.Encoding };
        return place;
    }

    private string PathOf(ManifestComponent component, IServiceContext context)
    {
        var holder = context switch
        {
            IBackendContext backend => backend.Backend,
            IEndpointContext endpoint => endpoint.Endpoint,
            _ => null,
        };
        _paths ??= Paths(context.Document);
        // What stands in no list of the document, such as the backends of a workflow, has its position.
        var path = holder is null ? ConfigPath.Root.Member("extra_config") : ConfigPath.Root;
        return holder is null ? path.Member(component.Name).ToString()
            : _paths.TryGetValue(holder, out var known) ? $"{known}.extra_config.{component.Name}"
            : $"extra_config.{component.Name}";
    }

    private static Dictionary<ConfigNode, string> Paths(ConfigNode document)
    {
        var paths = new Dictionary<ConfigNode, string>(NodeIdentity.Instance);
        foreach (var list in (string[])["endpoints", "async_agent"])
        {
            var items = document[list]?.Items ?? [];
            for (var i = 0; i < items.Count; i++)
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"{list}[{i}]");
                paths.TryAdd(items[i], path);
                var backends = items[i]["backend"]?.Items ?? [];
                for (var j = 0; j < backends.Count; j++)
                    paths.TryAdd(backends[j], string.Create(CultureInfo.InvariantCulture, $"{path}.backend[{j}]"));
            }
        }
        return paths;
    }

    private sealed class NodeIdentity : IEqualityComparer<ConfigNode>
    {
        public static NodeIdentity Instance { get; } = new();

        public bool Equals(ConfigNode? x, ConfigNode? y) => ReferenceEquals(x, y);

        public int GetHashCode(ConfigNode node) => RuntimeHelpers.GetHashCode(node);
    }
}
