using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Migrate;

/// <summary>What an object of a text is in the language.</summary>
internal enum PlaceKind
{
    /// <summary>Nothing tells: a partial, or a file of settings.</summary>
    Unknown,
    /// <summary>The configuration itself.</summary>
    Root,
    /// <summary>An endpoint, an agent or a workflow.</summary>
    Endpoint,
    /// <summary>A backend.</summary>
    Backend,
    /// <summary>Namespaces.</summary>
    ExtraConfig,
    /// <summary>What stands under a namespace.</summary>
    Namespace,
    /// <summary>Anything else: the user's own names.</summary>
    Other,
}

/// <summary>What an object is.</summary>
/// <param name="Kind">What.</param>
/// <param name="Namespace">Current name of the namespace that it stands under.</param>
/// <param name="Path">Where under the namespace, parted by <c>/</c>.</param>
internal readonly record struct Place(PlaceKind Kind, string Namespace = "", string Path = "");

/// <summary>Tells what the objects of a text are, from the names that they stand under and the keys that they hold.</summary>
internal sealed class PlaceFinder
{
    private static readonly HashSet<string> s_rootNames = [.. CoreAttributes.NamesOf<RootDocument>()];

    private readonly Dictionary<WrittenObject, Place> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>What an object is; to be asked for outer ones first.</summary>
    public Place Of(WrittenObject written)
    {
        var place = written.Parent is { } parent ? Inside(_known[parent], written) : default;
        _known.Add(written, place);
        return place;
    }

    private static Place Inside(Place parent, WrittenObject written) => (parent.Kind, written.Key) switch
    {
        (PlaceKind.Unknown, _) => OfUnknown(written),
        (PlaceKind.Root, "endpoints" or "async_agent") => new(PlaceKind.Endpoint),
        (PlaceKind.Endpoint, "backend" or "backends") => new(PlaceKind.Backend),
        (PlaceKind.Root or PlaceKind.Endpoint or PlaceKind.Backend, "extra_config") => new(PlaceKind.ExtraConfig),
        (PlaceKind.ExtraConfig, "workflow") => new(PlaceKind.Endpoint),
        (PlaceKind.ExtraConfig, _) => new(PlaceKind.Namespace, NamespaceAliases.CurrentName(written.Key) ?? written.Key),
        (PlaceKind.Namespace, _) => parent with { Path = parent.Path.Length == 0 ? written.Key : $"{parent.Path}/{written.Key}" },
        _ => new(PlaceKind.Other),
    };

    private static Place OfUnknown(WrittenObject written)
    {
        switch (written.Key)
        {
            case "endpoints" or "async_agent":
                return new(PlaceKind.Endpoint);
            case "backend" or "backends":
                return new(PlaceKind.Backend);
            case "extra_config":
                return new(PlaceKind.ExtraConfig);
        }
        if (NamespaceAliases.CurrentName(written.Key) is { } current)
            return new(PlaceKind.Namespace, current);
        if (written.Key.Contains('/', StringComparison.Ordinal) && NamespaceRegistry.All.Contains(written.Key))
            return new(PlaceKind.Namespace, written.Key);
        if (written.Has("url_pattern"))
            return new(PlaceKind.Backend);
        if (written.Has("endpoint") && written.Has("backend"))
            return new(PlaceKind.Endpoint);
        return written.Key.Length == 0 && IsRoot(written) ? new(PlaceKind.Root) : default;
    }

    // Settings files have versions too.
    private static bool IsRoot(WrittenObject written) =>
        written.Has("version")
        && (written.Has("endpoints") || written.Has("extra_config") || written.Has("async_agent")
            || written.Keys.TrueForAll(static k => s_rootNames.Contains(k.Name) || ConfigBinder.IsMetadata(k.Name)));
}
