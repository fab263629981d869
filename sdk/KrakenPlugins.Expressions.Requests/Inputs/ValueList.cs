namespace KrakenPlugins.Expressions.Requests.Inputs;

/// <summary>The values of one name in their order.</summary>
internal sealed class ValueList(NameValuesMap map) : CelList
{
    private int _first;
    private int[] _more = [];
    private int _count;

    public override int Count => _count;

    /// <summary>For which showing of the map it is valid.</summary>
    public int Shown { get; private set; } = -1;

    public override CelValue this[int index] => CelValue.Of(map.List[index == 0 ? _first : _more[index - 1]].Value);

    public void Show(int shown, int first)
    {
        Shown = shown;
        _first = first;
        _count = 1;
        for (var position = map.Next(first); position >= 0; position = map.Next(position))
        {
            if (_count > _more.Length)
                Array.Resize(ref _more, Math.Max(4, _more.Length * 2));
            _more[_count++ - 1] = position;
        }
    }
}
