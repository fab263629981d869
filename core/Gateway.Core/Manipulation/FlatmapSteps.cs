using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Manipulation;

/// <summary>One compiled operation of a flatmap.</summary>
internal abstract class FlatmapStep
{
    /// <summary>Applies the operation; what does not match is left alone.</summary>
    public abstract void Run(FlatmapTree tree);
}

/// <summary><c>del</c>: removes what the last segment of each path names (MAN-041).</summary>
internal sealed class DeleteStep(PathSegment[][] paths) : FlatmapStep
{
    public override void Run(FlatmapTree tree)
    {
        foreach (var path in paths)
            Delete(tree, path);
    }

    /// <summary>Removes one path; a container that loses its last member becomes null.</summary>
    public static void Delete(FlatmapTree tree, PathSegment[] path)
    {
        ref readonly var last = ref path[^1];
        var (start, end) = tree.Select(path.AsSpan(0, path.Length - 1));
        for (var i = start; i < end; i++)
        {
            if (last.IsWildcard && tree[i].Node is DataObject { Count: > 0 } or DataArray { Items.Count: > 0 })
                FlatmapTree.Clear(tree[i].Node);
            else if (!tree.TryTake(tree[i].Node, last, out _))
                continue;
            tree.NullIfEmptied(i);
        }
    }
}

/// <summary><c>move</c> between paths of equal length: renames the last segment (MAN-044).</summary>
internal sealed class RenameStep(PathSegment[] source, string name) : FlatmapStep
{
    public override void Run(FlatmapTree tree)
    {
        var (start, end) = tree.Select(source.AsSpan(0, source.Length - 1));
        for (var i = start; i < end; i++)
            tree.Rename(tree[i].Node, source[^1], name);
    }
}

/// <summary>
/// <c>move</c> to a shorter or longer path: takes every match out first, then puts each in, in order, so that of several
/// matches with one destination the last stays (MAN-046).
/// </summary>
internal abstract class RelocateStep(PathSegment[] source) : FlatmapStep
{
    public sealed override void Run(FlatmapTree tree)
    {
        var (start, end) = tree.Select(source.AsSpan(0, source.Length - 1));
        var taken = new List<(int Place, DataNode Value)>();
        for (var i = start; i < end; i++)
        {
            if (tree.TryTake(tree[i].Node, source[^1], out var value))
                taken.Add((i, value));
        }
        foreach (var (place, value) in taken)
            Insert(tree, place, value);
        foreach (var (place, _) in taken)
            tree.NullIfEmptied(place);
    }

    /// <summary>Puts in what was taken out of a selected place.</summary>
    protected abstract void Insert(FlatmapTree tree, int from, DataNode value);
}

/// <summary><c>move</c> to a shorter path: extracts (MAN-046); a missing level is not created (MAN-047).</summary>
internal sealed class ExtractStep : RelocateStep
{
    private readonly PathSegment[] _destination;
    private readonly int _sourceDepth;
    private readonly int _shared;

    public ExtractStep(PathSegment[] source, PathSegment[] destination)
        : base(source)
    {
        _destination = destination;
        _sourceDepth = source.Length - 1;
        // Up to here the destination is the match's own way, known without a search.
        while (_shared < destination.Length - 1 && (destination[_shared].IsWildcard || destination[_shared].Name == source[_shared].Name))
            _shared++;
    }

    protected override void Insert(FlatmapTree tree, int from, DataNode value)
    {
        var into = tree[Ancestor(tree, from, _shared)];
        for (var i = _shared; i < _destination.Length - 1; i++)
        {
            var label = _destination[i].IsWildcard ? tree.LabelOf(tree[Ancestor(tree, from, i + 1)]) : _destination[i];
            if (tree.Child(into.Node, label) is not { } child)
                break;
            into = child;
        }
        tree.Put(into, _destination[^1].Name, value);
    }

    private int Ancestor(FlatmapTree tree, int place, int depth)
    {
        for (var at = _sourceDepth; at > depth; at--)
            place = tree[place].Parent;
        return place;
    }
}

/// <summary><c>move</c> to a longer path: embeds in the match's own parent and creates the missing objects (MAN-048).</summary>
internal sealed class EmbedStep(PathSegment[] source, PathSegment[] destination) : RelocateStep(source)
{
    private readonly int _parentDepth = source.Length - 1;

    protected override void Insert(FlatmapTree tree, int from, DataNode value)
    {
        var into = tree[from];
        for (var i = _parentDepth; i < destination.Length - 1; i++)
            into = tree.Child(into.Node, destination[i]) ?? tree.Put(into, destination[i].Name, new DataObject());
        tree.Put(into, destination[^1].Name, value);
    }
}

/// <summary><c>append</c>: the elements of the first array after those of the second (MAN-050, MAN-051).</summary>
internal sealed class AppendStep(PathSegment[] source, PathSegment[] destination) : FlatmapStep
{
    public override void Run(FlatmapTree tree)
    {
        if (Find(tree, source) is not { } from || Find(tree, destination) is not { } to)
            return;
        if (!ReferenceEquals(from, to))
            tree.AddNumbered(to, from.Items);
        DeleteStep.Delete(tree, source);
    }

    private static DataArray? Find(FlatmapTree tree, PathSegment[] path)
    {
        var at = tree.Root.Node;
        foreach (ref readonly var segment in path.AsSpan())
        {
            if (tree.Child(at, segment) is not { } child)
                return null;
            at = child.Node;
        }
        return at as DataArray;
    }
}
