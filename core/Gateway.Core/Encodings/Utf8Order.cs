using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Encodings;

/// <summary>
/// Orders members by the UTF-8 bytes of their keys. UTF-16 order differs only for surrogates, which stand for code points above
/// U+FFFF and so come after U+E000 to U+FFFF.
/// </summary>
internal sealed class Utf8Order : IComparer<KeyValuePair<string, DataNode>>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(KeyValuePair<string, DataNode> x, KeyValuePair<string, DataNode> y) => Compare(x.Key, y.Key);

    public static int Compare(string x, string y)
    {
        var at = x.AsSpan().CommonPrefixLength(y);
        if (at == x.Length || at == y.Length)
            return x.Length - y.Length;
        return Rank(x[at]) - Rank(y[at]);
    }

    private static int Rank(char unit) =>
        unit < 0xD800 ? unit : unit < 0xE000 ? unit + 0x2000 : unit - 0x800;
}
