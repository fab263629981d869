using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Encodings;

/// <summary>
/// Orders members by the UTF-8 bytes of their keys. UTF-16 order differs only for surrogates, which stand for code points above
/// U+FFFF and so come after U+E000 to U+FFFF.
/// </summary>
internal static class Utf8Order
{
    /// <summary>One delegate for all sorts; sorting with a comparer object makes a new one each time.</summary>
    public static readonly Comparison<KeyValuePair<string, DataNode>> ByKey = static (x, y) => Compare(x.Key, y.Key);

    private static int Compare(string x, string y)
    {
        var at = x.AsSpan().CommonPrefixLength(y);
        if (at == x.Length || at == y.Length)
            return x.Length - y.Length;
        return Rank(x[at]) - Rank(y[at]);
    }

    private static int Rank(char unit) =>
        unit < 0xD800 ? unit : unit < 0xE000 ? unit + 0x2000 : unit - 0x800;
}
