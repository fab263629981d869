using System.Globalization;

namespace Gateway.Core.Manipulation;

/// <summary>
/// The names under which the elements of one array are addressed once an operation has changed the array: positions keep
/// their original numbers after a deletion (MAN-042), and elements that were renamed or moved in have a name instead. It holds
/// what differs from plain numbering, so its size depends on the number of operations and not on the length of the array.
/// </summary>
/// <param name="count">Elements of the untouched array.</param>
internal sealed class ArrayLabels(int count)
{
    private readonly List<int> _removed = [];
    private readonly List<int> _hidden = [];
    private readonly List<(string Name, int Position)> _named = [];
    private int _numbered = count;

    /// <summary>Elements at the front that came with a number; whatever follows was moved in.</summary>
    private int NumberedLeft => _numbered - _removed.Count;

    /// <summary>Where the element with this label is now, or -1.</summary>
    public int PositionOf(in PathSegment label)
    {
        if (label.Index >= 0 && label.Index < _numbered && !_hidden.Contains(label.Index))
        {
            var removedBefore = _removed.BinarySearch(label.Index);
            if (removedBefore < 0)
                return label.Index - ~removedBefore;
        }
        foreach (var (name, position) in _named)
        {
            if (name == label.Name)
                return position;
        }
        return -1;
    }

    /// <summary>The label of the element at a position, or null when it has none.</summary>
    public string? LabelAt(int position)
    {
        foreach (var (name, at) in _named)
        {
            if (at == position)
                return name;
        }
        return position < NumberedLeft ? NumberAt(position).ToString(CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Records that the element at a position was taken out.</summary>
    public void Remove(int position)
    {
        if (position < NumberedLeft)
        {
            var number = NumberAt(position);
            _removed.Insert(~_removed.BinarySearch(number), number);
        }
        Unname(position);
        for (var i = 0; i < _named.Count; i++)
        {
            if (_named[i].Position > position)
                _named[i] = (_named[i].Name, _named[i].Position - 1);
        }
    }

    /// <summary>Records that the element at a position is now called something else.</summary>
    public void Rename(int position, string name)
    {
        if (position < NumberedLeft)
            _hidden.Add(NumberAt(position));
        Unname(position);
        AddName(position, name);
    }

    /// <summary>Records an element moved in at the end.</summary>
    public void AddNamed(int position, string name) => AddName(position, name);

    /// <summary>Records elements appended at the end, which go on with the numbering as long as nothing was moved in before.</summary>
    /// <param name="position">Where the first of them is.</param>
    /// <param name="added">How many they are.</param>
    public void AddNumbered(int position, int added)
    {
        if (position == NumberedLeft)
            _numbered += added;
    }

    private int NumberAt(int position)
    {
        var number = position;
        foreach (var removed in _removed)
        {
            if (removed > number)
                break;
            number++;
        }
        return number;
    }

    private void Unname(int position)
    {
        for (var i = _named.Count - 1; i >= 0; i--)
        {
            if (_named[i].Position == position)
                _named.RemoveAt(i);
        }
    }

    // Only the first element of a name can ever be addressed, so later ones need no record.
    private void AddName(int position, string name)
    {
        foreach (var (present, _) in _named)
        {
            if (present == name)
                return;
        }
        _named.Add((name, position));
    }
}
