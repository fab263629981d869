using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Tiers;

/// <summary>
/// Chooses the tier of a request by the value of a header: the first that matches, from the top. A request without the header has an empty value.
/// Source: reference page "Tiered rate limit"; TRF-054 to TRF-058, TRF-410. Immutable and safe for concurrent use.
/// </summary>
public sealed partial class TierSelector
{
    private readonly FrozenDictionary<string, int> _literals;
    private readonly TierPolicy[] _policies;
    private readonly int _otherwise;

    private TierSelector(string header, FrozenDictionary<string, int> literals, TierPolicy[] policies, int otherwise)
    {
        Header = header;
        _literals = literals;
        _policies = policies;
        _otherwise = otherwise;
    }

    /// <summary>The header that carries the tier.</summary>
    public string Header { get; }

    /// <summary>The tier of a request by the first occurrence of the header; -1 when there is none for it.</summary>
    public int Select(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var values = headers[Header];
        return Select(values.Count == 0 ? "" : values[0]);
    }

    /// <summary>The tier of a value, <see langword="null"/> being an empty one: its index, or -1 when there is none for it. Allocates nothing for literals.</summary>
    public int Select(string? value)
    {
        value ??= "";
        if (!_literals.TryGetValue(value, out var tier))
            tier = _otherwise;
        foreach (var policy in _policies)
        {
            if ((uint)policy.Tier >= (uint)tier)
                break;
            if (policy.IsMatch(value))
                return policy.Tier;
        }
        return tier;
    }
}
