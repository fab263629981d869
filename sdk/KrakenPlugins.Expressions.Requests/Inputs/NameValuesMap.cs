using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Expressions.Requests.Inputs;

/// <summary>
/// Headers or a query string as a map of lists. Names of headers are the canonical ones, however they were written (RTE-216): another
/// spelling is no key, and one name is one key.
/// </summary>
internal sealed class NameValuesMap(ExchangeInput owner, bool isHeaders) : CelMap
{
    private static readonly NameValueList s_nothing = new(ignoreCase: false);

    private readonly StringComparison _comparison = isHeaders ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
    private NameValueList _list = s_nothing;
    private string[]? _names;

    public override int Count => (_names ??= Names()).Length;

    public CelValue Show(NameValueList? list)
    {
        list ??= s_nothing;
        if (!ReferenceEquals(list, _list))
        {
            _list = list;
            _names = null;
        }
        return CelValue.OfMap(this);
    }

    public override bool TryGet(in CelValue key, out CelValue value)
    {
        value = default;
        if (key.Kind != CelKind.String)
            return false;
        var name = key.AsString;
        if (isHeaders && !IsCanonical(name))
            return false;
        var items = _list.Items;
        var (first, count) = (-1, 0);
        for (var i = 0; i < items.Length; i++)
        {
            if (!string.Equals(items[i].Key, name, _comparison))
                continue;
            if (count++ == 0)
                first = i;
        }
        if (first < 0)
            return false;
        var list = owner.RentList();
        list.Show(_list, name, _comparison, first, count);
        value = CelValue.OfList(list);
        return true;
    }

    public override void CopyKeysTo(Span<CelValue> keys)
    {
        var names = _names ??= Names();
        for (var i = 0; i < names.Length; i++)
            keys[i] = CelValue.Of(names[i]);
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
