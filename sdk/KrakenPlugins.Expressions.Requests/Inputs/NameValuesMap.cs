using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Expressions.Requests.Inputs;

/// <summary>
/// Headers or a query string as a map of lists. Names of headers are the canonical ones, however they were written (RTE-216): another
/// spelling is no key, and one name is one key. Clients choose how long the list is and expressions how often it is asked, so a name is
/// found in constant time: short lists are searched, long ones get an index.
/// </summary>
internal sealed class NameValuesMap(bool isHeaders) : CelMap
{
    private const int Searched = 16;
    private const int KeptViews = 64;
    private static readonly NameValueList s_nothing = new(ignoreCase: false);

    private readonly StringComparison _comparison = isHeaders ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
    private NameValueList _list = s_nothing;
    private Dictionary<string, int>? _index;
    private string[]? _names;
    private ValueList?[] _views = new ValueList?[Searched];
    private int _shown;

    public override int Count => (_names ??= Names()).Length;

    /// <summary>The list in view.</summary>
    public NameValueList List => _list;

    public CelValue Show(NameValueList? list)
    {
        list ??= s_nothing;
        if (!ReferenceEquals(list, _list))
        {
            _list = list;
            _index = null;
            _names = null;
            _shown++;
            if (_views.Length > KeptViews)
                _views = new ValueList?[Searched];
        }
        return CelValue.OfMap(this);
    }

    public override bool TryGet(in CelValue key, out CelValue value)
    {
        value = default;
        if (key.Kind != CelKind.String)
            return false;
        var first = Find(key.AsString);
        if (first < 0)
            return false;
        if (first >= _views.Length)
            Array.Resize(ref _views, _list.Count);
        var view = _views[first] ??= new ValueList(this);
        if (view.Shown != _shown)
            view.Show(_shown, first);
        value = CelValue.OfList(view);
        return true;
    }

    public override void CopyKeysTo(Span<CelValue> keys)
    {
        var names = _names ??= Names();
        for (var i = 0; i < names.Length; i++)
            keys[i] = CelValue.Of(names[i]);
    }

    /// <summary>The next position of the name at a position, or -1.</summary>
    public int Next(int position)
    {
        var items = _list.Items;
        var name = items[position].Key;
        while (++position < items.Length)
        {
            if (string.Equals(items[position].Key, name, _comparison))
                return position;
        }
        return -1;
    }

    private int Find(string name)
    {
        if (isHeaders && !IsCanonical(name))
            return -1;
        if (_list.Count > Searched)
            return (_index ??= Index()).TryGetValue(name, out var at) ? at : -1;
        var items = _list.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (string.Equals(items[i].Key, name, _comparison))
                return i;
        }
        return -1;
    }

    private Dictionary<string, int> Index()
    {
        var index = new Dictionary<string, int>(StringComparer.FromComparison(_comparison));
        for (var i = 0; i < _list.Count; i++)
            index.TryAdd(_list[i].Key, i);
        return index;
    }

    private string[] Names()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ref readonly var item in _list.Items)
            seen.Add(isHeaders ? HeaderName.Canonicalize(item.Key) : item.Key);
        var names = new string[seen.Count];
        seen.CopyTo(names);
        return names;
    }

    private static bool IsCanonical(string name) => ReferenceEquals(HeaderName.Canonicalize(name), name);
}
