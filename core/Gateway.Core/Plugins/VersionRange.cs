using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core.Plugins;

/// <summary>
/// An interval of versions as NuGet writes them: <c>[0.2,1.0)</c>, <c>[1.0]</c>, <c>(,2.0]</c>, or <c>0.2</c> for that and everything later.
/// A pre-release of an excluded upper end lies outside.
/// </summary>
public sealed class VersionRange
{
    private SemanticVersion? _low;
    private SemanticVersion? _high;
    private bool _includesLow = true;
    private bool _includesHigh;

    private VersionRange()
    {
    }

    /// <summary>Reads a range.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out VersionRange? range)
    {
        range = null;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text))
            return false;
        if (text[0] is not ('[' or '('))
        {
            if (!SemanticVersion.TryParse(text, out var least))
                return false;
            range = new() { _low = least };
            return true;
        }
        if (text[^1] is not (']' or ')') || text.Length < 3)
            return false;
        var ends = text[1..^1].Split(',');
        if (ends.Length > 2 || !TryEnd(ends[0], out var low) || !TryEnd(ends[^1], out var high) || (ends.Length == 1 && (low is null || text[0] == '(' || text[^1] == ')')))
            return false;
        if (low is not null && high is not null && low.CompareTo(high) > 0)
            return false;
        range = new() { _low = low, _high = high, _includesLow = text[0] == '[', _includesHigh = text[^1] == ']' };
        return true;
    }

    /// <summary>Whether a version lies in the range.</summary>
    public bool Contains(SemanticVersion version) => !IsBelow(version) && !IsAbove(version);

    /// <summary>Whether a version is older than the range.</summary>
    public bool IsBelow(SemanticVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return _low is not null && version.CompareTo(_low) is var order && (order < 0 || (order == 0 && !_includesLow));
    }

    /// <summary>Whether a version is newer than the range.</summary>
    public bool IsAbove(SemanticVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (_high is null)
            return false;
        var order = version.CompareTo(_high);
        if (order > 0 || (order == 0 && !_includesHigh))
            return true;
        // [0.2,1.0) must not take 1.0.0-beta in.
        return !_includesHigh && version.IsPrerelease && !_high.IsPrerelease && version.ToString().StartsWith(_high + "-", StringComparison.Ordinal);
    }

    private static bool TryEnd(string text, out SemanticVersion? version)
    {
        version = null;
        return string.IsNullOrWhiteSpace(text) || SemanticVersion.TryParse(text.Trim(), out version);
    }
}
