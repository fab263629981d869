using System.Globalization;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Manipulation;

/// <summary>A container or value together with the slot it sits in.</summary>
/// <param name="Node">What is there.</param>
/// <param name="Holder">The container that holds it; null for the root.</param>
/// <param name="Key">Its key when the holder is an object.</param>
/// <param name="Position">Its position when the holder is an array.</param>
/// <param name="Parent">Number of the holder among the selected places.</param>
internal readonly record struct Place(DataNode Node, DataNode? Holder, string? Key, int Position, int Parent);

/// <summary>
/// The tree during one application of a flatmap: finds the containers that a path names, takes values out and puts them in.
/// Objects are changed in place; what arrays need beyond that is in their <see cref="ArrayLabels"/>. An operation costs at most
/// one visit of each container on its path, and nothing here recurses.
/// </summary>
internal sealed class FlatmapTree(DataObject root)
{
    private readonly List<Place> _places = [];
    private Dictionary<DataArray, ArrayLabels>? _labels;

    /// <summary>The root.</summary>
    public Place Root { get; } = new(root, null, null, -1, -1);

    /// <summary>A place of the last selection.</summary>
    public Place this[int number] => _places[number];

    /// <summary>
    /// Selects the containers that a path names and numbers them, along with the containers that lead there. The numbers are
    /// valid until the next selection.
    /// </summary>
    /// <returns>The first number and the one after the last.</returns>
    public (int Start, int End) Select(ReadOnlySpan<PathSegment> path)
    {
        _places.Clear();
        _places.Add(Root);
        var start = 0;
        foreach (ref readonly var segment in path)
        {
            var end = _places.Count;
            for (var i = start; i < end; i++)
            {
                if (segment.IsWildcard)
                    SelectAll(_places[i].Node, i);
                else if (Child(_places[i].Node, segment) is { Node: DataObject or DataArray } child)
                    _places.Add(child with { Parent = i });
            }
            start = end;
        }
        return (start, _places.Count);
    }

    /// <summary>What a container has under a label, or null.</summary>
    public Place? Child(DataNode container, in PathSegment label)
    {
        switch (container)
        {
            case DataObject data when data.Members.TryGetValue(label.Name, out var value):
                return new Place(value, data, label.Name, -1, -1);
            case DataArray list when PositionOf(list, label) is >= 0 and var position:
                return new Place(list.Items[position], list, null, position, -1);
            default:
                return null;
        }
    }

    /// <summary>The label of a place within its holder; empty when it has none.</summary>
    public PathSegment LabelOf(in Place place)
    {
        if (place.Holder is not DataArray list)
            return new PathSegment(place.Key ?? "");
        return new PathSegment(_labels is not null && _labels.TryGetValue(list, out var labels)
            ? labels.LabelAt(place.Position) ?? ""
            : place.Position.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Takes a value out of a container.</summary>
    public bool TryTake(DataNode container, in PathSegment label, out DataNode value)
    {
        value = DataNull.Instance;
        if (container is DataObject data)
        {
            if (!data.Members.Remove(label.Name, out var member))
                return false;
            value = member;
            return true;
        }
        if (container is not DataArray list)
            return false;
        var position = PositionOf(list, label);
        if (position < 0)
            return false;
        value = list.Items[position];
        LabelsOf(list).Remove(position);
        list.Items.RemoveAt(position);
        return true;
    }

    /// <summary>
    /// Puts a value into a place: under the name in an object, replacing what was there; at the end of an array; and a scalar
    /// becomes an object for it.
    /// </summary>
    /// <returns>Where the value now is.</returns>
    public Place Put(in Place into, string name, DataNode value)
    {
        switch (into.Node)
        {
            case DataObject data:
                data.Members[name] = value;
                return new Place(value, data, name, -1, -1);
            case DataArray list:
                LabelsOf(list).AddNamed(list.Items.Count, name);
                list.Items.Add(value);
                return new Place(value, list, null, list.Items.Count - 1, -1);
            default:
                var replacement = new DataObject();
                replacement.Members.Add(name, value);
                Replace(into, replacement);
                return new Place(value, replacement, name, -1, -1);
        }
    }

    /// <summary>
    /// Gives what a container has under one label another one. In an object the moved value replaces what had the new name
    /// (MAN-045); in an array nothing but the label changes.
    /// </summary>
    public void Rename(DataNode container, in PathSegment label, string name)
    {
        if (container is DataObject data)
        {
            if (label.Name != name && data.Members.Remove(label.Name, out var member))
                data.Members[name] = member;
        }
        else if (container is DataArray list && PositionOf(list, label) is >= 0 and var position)
        {
            LabelsOf(list).Rename(position, name);
        }
    }

    /// <summary>Takes everything out of a selected container.</summary>
    public static void Clear(DataNode container)
    {
        if (container is DataObject data)
            data.Members.Clear();
        else if (container is DataArray list)
            list.Items.Clear();
    }

    /// <summary>Makes a selected container null if an operation has emptied it (MAN-043); the root is the caller's.</summary>
    public void NullIfEmptied(int number)
    {
        var place = _places[number];
        if (place.Node is DataObject { Count: 0 } or DataArray { Items.Count: 0 } && IsInPlace(place))
            Replace(place, DataNull.Instance);
    }

    /// <summary>Adds elements at the end of an array, numbered on.</summary>
    public void AddNumbered(DataArray list, List<DataNode> items)
    {
        if (_labels is not null && _labels.TryGetValue(list, out var labels))
            labels.AddNumbered(list.Items.Count, items.Count);
        list.Items.AddRange(items);
    }

    private void SelectAll(DataNode container, int number)
    {
        if (container is DataObject data)
        {
            foreach (var (key, value) in data.Members)
            {
                if (value is DataObject or DataArray)
                    _places.Add(new Place(value, data, key, -1, number));
            }
        }
        else if (container is DataArray list)
        {
            for (var i = 0; i < list.Items.Count; i++)
            {
                if (list.Items[i] is DataObject or DataArray)
                    _places.Add(new Place(list.Items[i], list, null, i, number));
            }
        }
    }

    private int PositionOf(DataArray list, in PathSegment label)
    {
        if (_labels is not null && _labels.TryGetValue(list, out var labels))
            return labels.PositionOf(label);
        return label.Index < list.Items.Count ? label.Index : -1;
    }

    private ArrayLabels LabelsOf(DataArray list)
    {
        _labels ??= [];
        if (!_labels.TryGetValue(list, out var labels))
            _labels.Add(list, labels = new ArrayLabels(list.Items.Count));
        return labels;
    }

    private static bool IsInPlace(in Place place) => place.Holder switch
    {
        DataObject data => data.Members.TryGetValue(place.Key!, out var present) && ReferenceEquals(present, place.Node),
        DataArray list => place.Position < list.Items.Count && ReferenceEquals(list.Items[place.Position], place.Node),
        _ => false,
    };

    private static void Replace(in Place place, DataNode value)
    {
        if (place.Holder is DataObject data)
            data.Members[place.Key!] = value;
        else if (place.Holder is DataArray list)
            list.Items[place.Position] = value;
    }
}
