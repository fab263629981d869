using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Expressions.Requests.Inputs;

/// <summary>The values of one name in their order. Reading them one after the other is linear, however often the name repeats.</summary>
internal sealed class ValueList : CelList
{
    private NameValueList? _list;
    private string _name = "";
    private StringComparison _comparison;
    private int _first;
    private int _count;
    private int _lastIndex;
    private int _lastPosition;

    public override int Count => _count;

    public override CelValue this[int index]
    {
        get
        {
            var (at, position) = index >= _lastIndex ? (_lastIndex, _lastPosition) : (0, _first);
            var items = _list!.Items;
            while (at < index)
            {
                if (string.Equals(items[++position].Key, _name, _comparison))
                    at++;
            }
            (_lastIndex, _lastPosition) = (at, position);
            return CelValue.Of(items[position].Value);
        }
    }

    public void Show(NameValueList list, string name, StringComparison comparison, int first, int count)
    {
        (_list, _name, _comparison) = (list, name, comparison);
        (_first, _count) = (first, count);
        (_lastIndex, _lastPosition) = (0, first);
    }

    public void Clear()
    {
        _list = null;
        _count = 0;
    }
}
