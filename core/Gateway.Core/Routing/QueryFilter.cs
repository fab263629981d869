using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core.Routing;

/// <summary>Which query parameters get through: <c>input_query_strings</c> of an endpoint. Names are case-sensitive (RTE-095).</summary>
public sealed class QueryFilter
{
    private const int LinearNames = 8;

    private readonly string[] _names;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _index;

    private QueryFilter(bool isAll, IEnumerable<string> names)
    {
        IsAll = isAll;
        _names = [.. names.Where(static n => n.Length > 0).Distinct(StringComparer.Ordinal)];
        if (_names.Length > LinearNames)
            _index = _names.ToDictionary(static n => n, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Lets everything through.</summary>
    public static QueryFilter All { get; } = new(true, []);

    /// <summary>Whether everything gets through.</summary>
    public bool IsAll { get; }

    /// <summary>Whether nothing gets through.</summary>
    public bool IsNone => !IsAll && _names.Length == 0;

    /// <summary>The filter of an endpoint: an empty list lets nothing through, <c>*</c> everything (RTE-093, RTE-097).</summary>
    public static QueryFilter ForEndpoint(IReadOnlyList<string> names)
    {
        if (names.Contains("*", StringComparer.Ordinal))
            return All;
        return new QueryFilter(false, names);
    }

    /// <summary>The configured string that equals a name.</summary>
    internal bool TryGetName(ReadOnlySpan<char> name, [NotNullWhen(true)] out string? known)
    {
        if (_names.Length > LinearNames)
            return _index.TryGetValue(name, out known);
        foreach (var candidate in _names)
        {
            if (!name.SequenceEqual(candidate))
                continue;
            known = candidate;
            return true;
        }
        known = null;
        return false;
    }
}
