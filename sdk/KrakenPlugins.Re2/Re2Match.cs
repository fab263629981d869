namespace KrakenPlugins.Re2;

/// <summary>A match of a pattern in a text. Positions are UTF-16 code units from the start of the text.</summary>
public sealed class Re2Match
{
    private readonly Re2Regex _regex;
    private readonly string _text;
    private readonly int[] _slots;

    internal Re2Match(Re2Regex regex, string text, int[] slots)
    {
        _regex = regex;
        _text = text;
        _slots = slots;
    }

    /// <summary>Where the match starts.</summary>
    public int Index => _slots[0];

    /// <summary>Its length in UTF-16 code units.</summary>
    public int Length => _slots[1] - _slots[0];

    /// <summary>The matched text.</summary>
    public string Value => _text[_slots[0].._slots[1]];

    /// <summary>Capturing groups, without the whole match.</summary>
    public int GroupCount => _regex.GroupCount;

    internal ReadOnlySpan<int> Slots => _slots;

    /// <summary>The text of a group by its number; 0 is the whole match. <see langword="null"/> for a group without a part in the match.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pattern has no such group.</exception>
    public string? Group(int number)
    {
        var (start, end) = GroupRange(number);
        return start < 0 ? null : _text[start..end];
    }

    /// <summary>
    /// The text of a group by its name, of several with one name the first that has a part in the match; <see langword="null"/> also when the
    /// pattern has no such group.
    /// </summary>
    public string? Group(string name)
    {
        var number = _regex.GroupNumber(name, _slots);
        return number < 0 ? null : Group(number);
    }

    /// <summary>Where a group starts and ends; -1 twice for a group without a part in the match.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pattern has no such group.</exception>
    public (int Start, int End) GroupRange(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, GroupCount);
        return (_slots[2 * number], _slots[2 * number + 1]);
    }

    /// <summary>
    /// The template with <c>$1</c>, <c>$name</c>, <c>${1}</c> and <c>${name}</c> replaced by groups and <c>$$</c> by a dollar sign, as Go's
    /// <c>Regexp.Expand</c> does: the longest name counts, and a group that is unknown or has no part in the match is empty.
    /// </summary>
    public string Expand(string template)
    {
        var result = new System.Text.StringBuilder();
        ReplacementTemplate.Expand(result, template, _regex, _text, _slots);
        return result.ToString();
    }
}
