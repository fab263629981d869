using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Manipulation;

/// <summary>
/// The operations of a <c>flatmap_filter</c>, compiled once and applied to many responses. Source: reference page
/// "backends_flatmap", MAN-039 to MAN-051 and MAN-055. Immutable and thread-safe.
/// </summary>
public sealed class Flatmap
{
    private readonly FlatmapStep[] _steps;

    private Flatmap(FlatmapStep[] steps) => _steps = steps;

    /// <summary>
    /// Compiles the operations. Those that can have no effect are dropped: unknown types, too few arguments (reported when the
    /// configuration is loaded, MAN-056), a <c>move</c> from <c>*</c> (MAN-049), an <c>append</c> with <c>*</c> (MAN-051).
    /// </summary>
    /// <returns>Null when the list is empty. A list of ineffective operations still is a flatmap, which replaces allow and deny.</returns>
    public static Flatmap? Compile(IReadOnlyList<FlatmapOperation> operations)
    {
        if (operations.Count == 0)
            return null;
        var steps = new List<FlatmapStep>(operations.Count);
        foreach (var operation in operations)
        {
            if (Compile(operation) is { } step)
                steps.Add(step);
        }
        return new Flatmap([.. steps]);
    }

    /// <summary>Changes the tree in place and hands it back, or null when the operations emptied the root: the data is gone (MAN-043).</summary>
    public DataObject? Apply(DataObject root)
    {
        if (root.Count == 0 || _steps.Length == 0)
            return root;
        var tree = new FlatmapTree(root);
        foreach (var step in _steps)
            step.Run(tree);
        return root.Count == 0 ? null : root;
    }

    private static FlatmapStep? Compile(FlatmapOperation operation)
    {
        var paths = operation.Args.Select(PathSegment.Parse).ToArray();
        return operation.Type switch
        {
            "del" => new DeleteStep(paths),
            "move" when paths.Length >= 2 => Move(paths[0], paths[1]),
            "append" when paths.Length >= 2 => Append(paths[0], paths[1]),
            _ => null,
        };
    }

    private static FlatmapStep? Move(PathSegment[] source, PathSegment[] destination)
    {
        if (source[^1].IsWildcard)
            return null;
        if (source.Length == destination.Length)
            return new RenameStep(source, destination[^1].Name);
        if (source.Length > destination.Length)
            return new ExtractStep(source, destination);
        return new EmbedStep(source, destination);
    }

    private static AppendStep? Append(PathSegment[] source, PathSegment[] destination)
    {
        if (Array.Exists(source, static s => s.IsWildcard) || Array.Exists(destination, static s => s.IsWildcard))
            return null;
        return new AppendStep(source, destination);
    }
}
