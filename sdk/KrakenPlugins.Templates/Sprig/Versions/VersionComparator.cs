using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace KrakenPlugins.Templates.Sprig.Versions;

/// <summary>
/// One comparison such as <c>>= 1.2</c>. A version with parts left open (<c>1.2</c>, <c>1.2.x</c>, <c>*</c>) stands for all that begin so:
/// <c>= 1.2</c> is met by 1.2.9, <c>> 1.2</c> is not.
/// </summary>
internal sealed class VersionComparator
{
    private static readonly string[] Operators = ["!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"];

    private readonly string _operator;
    private readonly SemanticVersion _version;
    private readonly bool _isAny;
    private readonly bool _isMinorOpen;
    private readonly bool _isPatchOpen;

    private VersionComparator(string comparison, SemanticVersion version, int givenParts)
    {
        (_operator, _version) = (comparison, version);
        _isAny = givenParts == 0;
        _isMinorOpen = givenParts == 1;
        _isPatchOpen = givenParts is 1 or 2;
    }

    public bool HasPrerelease => _version.Prerelease.Length > 0;

    /// <summary>Takes a comparison off the front of a text.</summary>
    public static bool TryRead(ref ReadOnlySpan<char> text, [NotNullWhen(true)] out VersionComparator? comparator)
    {
        comparator = null;
        var comparison = "";
        foreach (var candidate in Operators)
        {
            if (!text.StartsWith(candidate, StringComparison.Ordinal)) continue;
            comparison = candidate;
            break;
        }
        text = text[comparison.Length..].TrimStart();
        var length = text.IndexOfAnyExcept(VersionConstraint.VersionCharacters);
        var token = length < 0 ? text : text[..length];
        text = text[token.Length..];
        if (!TryReadVersion(token, out var version, out var givenParts)) return false;
        comparator = new VersionComparator(comparison, version, givenParts);
        return true;
    }

    // The parts behind the first that is left open do not count.
    private static bool TryReadVersion(ReadOnlySpan<char> token, [NotNullWhen(true)] out SemanticVersion? version, out int givenParts)
    {
        givenParts = 0;
        version = null;
        if (token.StartsWith('v')) token = token[1..];
        var suffixAt = token.IndexOfAny('-', '+');
        var core = suffixAt < 0 ? token : token[..suffixAt];
        var suffix = suffixAt < 0 ? default : token[suffixAt..];
        Span<Range> parts = stackalloc Range[4];
        var count = core.Split(parts, '.');
        if (count is 0 or > 3) return false;
        Span<ulong> numbers = stackalloc ulong[3];
        numbers.Clear();
        var isOpen = false;
        for (var i = 0; i < count; i++)
        {
            var isWildcard = core[parts[i]] is "x" or "X" or "*";
            var number = 0UL;
            if (!isWildcard && !ulong.TryParse(core[parts[i]], NumberStyles.None, CultureInfo.InvariantCulture, out number)) return false;
            isOpen |= isWildcard;
            if (isOpen) continue;
            numbers[i] = number;
            givenParts++;
        }
        return SemanticVersion.TryParse(string.Create(CultureInfo.InvariantCulture, $"{numbers[0]}.{numbers[1]}.{numbers[2]}{suffix}"), out version);
    }

    public bool IsMetBy(SemanticVersion version)
    {
        var order = version.CompareTo(_version);
        return _operator switch
        {
            "" or "=" => _isAny || _isPatchOpen ? IsWithinTilde(version, order) : order == 0,
            "!=" => IsDifferent(version, order),
            ">" => _isPatchOpen ? IsBehind(version) : order > 0,
            "<" => order < 0,
            ">=" or "=>" => order >= 0,
            "<=" or "=<" => _isAny || (_isPatchOpen ? IsNotBehind(version) : order <= 0),
            "^" => IsWithinCaret(version, order),
            _ => IsWithinTilde(version, order),
        };
    }

    private bool IsDifferent(SemanticVersion version, int order)
    {
        if (_isAny) return false;
        if (!_isPatchOpen) return order != 0;
        if (version.Major != _version.Major) return true;
        if (_isMinorOpen) return false;
        return version.Minor != _version.Minor || version.Prerelease != _version.Prerelease;
    }

    private bool IsBehind(SemanticVersion version)
    {
        if (version.Major != _version.Major) return version.Major > _version.Major;
        return !_isMinorOpen && version.Minor > _version.Minor;
    }

    private bool IsNotBehind(SemanticVersion version)
    {
        if (version.Major != _version.Major) return version.Major < _version.Major;
        return _isMinorOpen || version.Minor <= _version.Minor;
    }

    private bool IsWithinTilde(SemanticVersion version, int order)
    {
        if (order < 0) return false;
        // ~0.0.0 takes every version.
        if (_isAny || (!_isPatchOpen && _version is { Major: 0, Minor: 0, Patch: 0 })) return true;
        return version.Major == _version.Major && (_isMinorOpen || version.Minor == _version.Minor);
    }

    private bool IsWithinCaret(SemanticVersion version, int order)
    {
        if (order < 0) return false;
        if (_isAny) return true;
        if (version.Major != _version.Major) return false;
        if (_version.Major > 0 || _isMinorOpen) return true;
        if (version.Minor != _version.Minor) return false;
        return _version.Minor > 0 || _isPatchOpen || version.Patch == _version.Patch;
    }
}
