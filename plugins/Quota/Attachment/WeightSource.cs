using System.Globalization;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Quota.Attachment;

/// <summary>Finds what an answer cost (TRF-173 to TRF-175). Immutable.</summary>
internal sealed class WeightSource
{
    // Whole numbers are exact up to here.
    private const double Most = 1L << 53;

    private readonly string? _header;
    private readonly string _group;
    private readonly string[] _path;
    private readonly string _key;

    private WeightSource(string key, string? header, string group) => (_key, _header, _group, _path) = (key, header, group, key.Split('.'));

    /// <summary>In a header of a raw answer.</summary>
    public static WeightSource OfHeader(string name) => new(name, name, "");

    /// <summary>In a field of the data.</summary>
    /// <param name="key">Its name; dots lead into objects.</param>
    /// <param name="group">The group that the data of a backend was put into, or empty.</param>
    public static WeightSource OfField(string key, string group) => new(key, null, group);

    /// <summary>The attribute <c>weight_key</c>.</summary>
    public string Key => _key;

    /// <summary>Reads it: a number, or a text that is one, from 0 to 2^53. Returns false for everything else.</summary>
    public bool TryRead(ProxyResponse response, out double weight)
    {
        weight = 0;
        return (_header is null ? TryReadField(response, out weight) : TryReadHeader(response, out weight)) && weight is >= 0 and <= Most;
    }

    private bool TryReadHeader(ProxyResponse response, out double weight) =>
        TryParse(response.Raw?.Headers.Get(_header!) ?? response.Headers?.Get(_header!), out weight);

    private bool TryReadField(ProxyResponse response, out double weight)
    {
        weight = 0;
        DataNode? node = response.Data?.Tree;
        if (_group.Length > 0)
            node = (node as DataObject)?[_group];
        // A name that has dots of its own goes before the way into objects.
        if (node is DataObject whole && whole.TryGet(_key, out var named))
            return TryReadNode(named, out weight);
        foreach (var name in _path)
        {
            if (node is not DataObject holder || !holder.TryGet(name, out node))
                return false;
        }
        return TryReadNode(node, out weight);
    }

    private static bool TryReadNode(DataNode? node, out double weight)
    {
        weight = 0;
        return node switch
        {
            DataNumber number => number.TryGetDouble(out weight),
            DataString text => TryParse(text.Value, out weight),
            _ => false,
        };
    }

    private static bool TryParse(string? text, out double weight) =>
        double.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out weight);
}
