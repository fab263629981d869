using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Routing;

/// <summary>Which query parameters get through: <c>input_query_strings</c> of an endpoint or a backend. Names are case-sensitive (RTE-095).</summary>
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

    /// <summary>Lets nothing through.</summary>
    public static QueryFilter None { get; } = new(false, []);

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

    /// <summary>The filter of a backend: an empty list lets everything through, <c>[""]</c> nothing (RTE-099).</summary>
    public static QueryFilter ForBackend(IReadOnlyList<string> names) => names.Count == 0 ? All : ForEndpoint(names);

    /// <summary>Whether a parameter gets through.</summary>
    public bool Allows(string name) => IsAll || TryGetName(name, out _);

    /// <summary>What a list keeps; independent of the list from the next write on.</summary>
    public NameValueList Apply(NameValueList parameters)
    {
        if (IsAll)
            return parameters.Fork();
        var kept = new NameValueList(ignoreCase: false);
        foreach (ref readonly var parameter in parameters.Items)
        {
            if (TryGetName(parameter.Key, out _))
                kept.Add(parameter.Key, parameter.Value);
        }
        return kept;
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
