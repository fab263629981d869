using System.Buffers;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Routing;

/// <summary>
/// The query of a request, read and written as the reference engine does (Go's <c>url.ParseQuery</c> and <c>Values.Encode</c>).
/// Source: RTE-093 to RTE-100.
/// </summary>
public static class QueryString
{
    private const int StackChars = 256;

    private readonly record struct Pair(string Name, string Value, int Position) : IComparable<Pair>
    {
        public int CompareTo(Pair other)
        {
            var order = CompareBytes(Name, other.Name);
            return order != 0 ? order : Position.CompareTo(other.Position);
        }
    }

    /// <summary>
    /// Adds the parameters that a filter lets through, decoded, in their order. Pairs with an invalid escape, with escapes that are
    /// no UTF-8, or with <c>;</c> are dropped silently (RTE-098); <c>+</c> is a space; a name without <c>=</c> has an empty value.
    /// </summary>
    /// <param name="rawQuery">The query, with or without its <c>?</c>.</param>
    /// <param name="filter">What gets through; nothing else is turned into strings.</param>
    /// <param name="into">Where to; names compare with case.</param>
    public static void ParseInto(ReadOnlySpan<char> rawQuery, QueryFilter filter, NameValueList into)
    {
        if (filter.IsNone)
            return;
        if (rawQuery.StartsWith('?'))
            rawQuery = rawQuery[1..];
        char[]? rented = null;
        var buffer = rawQuery.Length <= StackChars ? stackalloc char[StackChars] : rented = ArrayPool<char>.Shared.Rent(rawQuery.Length);
        while (!rawQuery.IsEmpty)
        {
            var end = rawQuery.IndexOf('&');
            var pair = end < 0 ? rawQuery : rawQuery[..end];
            rawQuery = end < 0 ? [] : rawQuery[(end + 1)..];
            if (!pair.IsEmpty && !pair.Contains(';'))
                AddPair(pair, filter, buffer, into);
        }
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
    }

    /// <summary>Writes parameters: names in ascending byte order, values of one name in their order, <c>name=value</c> always with <c>=</c>.</summary>
    public static void Encode(NameValueList parameters, ref UrlBuilder builder)
    {
        var items = parameters.Items;
        var isFirst = true;
        if (IsSorted(items))
        {
            foreach (ref readonly var item in items)
                AppendPair(ref builder, item.Key, item.Value, ref isFirst);
            return;
        }
        var pairs = ArrayPool<Pair>.Shared.Rent(items.Length);
        for (var i = 0; i < items.Length; i++)
            pairs[i] = new(items[i].Key, items[i].Value, i);
        var sorted = pairs.AsSpan(0, items.Length);
        sorted.Sort();
        foreach (ref readonly var pair in sorted)
            AppendPair(ref builder, pair.Name, pair.Value, ref isFirst);
        sorted.Clear();
        ArrayPool<Pair>.Shared.Return(pairs);
    }

    private static void AddPair(ReadOnlySpan<char> pair, QueryFilter filter, Span<char> buffer, NameValueList into)
    {
        var equals = pair.IndexOf('=');
        var rawValue = equals < 0 ? [] : pair[(equals + 1)..];
        if (!TryDecode(equals < 0 ? pair : pair[..equals], buffer, out var name))
            return;
        string? known = null;
        if (!filter.IsAll && !filter.TryGetName(name, out known))
            return;
        known ??= new string(name);
        if (TryDecode(rawValue, buffer, out var value))
            into.Add(known, new string(value));
    }

    private static bool TryDecode(ReadOnlySpan<char> raw, Span<char> buffer, out ReadOnlySpan<char> decoded)
    {
        decoded = raw;
        if (PercentDecoder.IsPlain(raw) && !raw.Contains('+'))
            return true;
        var fault = PercentDecoder.Decode(raw, plusIsSpace: true, buffer, out var written, out _);
        decoded = buffer[..written];
        return fault == DecodeFault.None;
    }

    private static void AppendPair(ref UrlBuilder builder, string name, string value, ref bool isFirst)
    {
        if (!isFirst)
            builder.Append('&');
        isFirst = false;
        PathEncoder.AppendForm(ref builder, name);
        builder.Append('=');
        PathEncoder.AppendForm(ref builder, value);
    }

    private static bool IsSorted(ReadOnlySpan<KeyValuePair<string, string>> items)
    {
        for (var i = 1; i < items.Length; i++)
        {
            if (CompareBytes(items[i - 1].Key, items[i].Key) > 0)
                return false;
        }
        return true;
    }

    // Order of the UTF-8 bytes, which is that of code points: surrogates, below U+E000 as UTF-16, come last.
    private static int CompareBytes(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length.CompareTo(right.Length);
        return Rank(left[same]).CompareTo(Rank(right[same]));

        static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
    }
}
