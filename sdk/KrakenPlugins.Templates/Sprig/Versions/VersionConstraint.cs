using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Templates.Sprig.Versions;

/// <summary>Comparisons joined by spaces or commas (and) and by <c>||</c> (or), as npm and Cargo have them; <c>1.2 - 3</c> is a range.</summary>
internal sealed class VersionConstraint
{
    public static readonly SearchValues<char> VersionCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.*-+");

    private const int LongestText = 4096;

    private readonly List<List<VersionComparator>> _alternatives = [];

    public static bool TryParse(string text, [NotNullWhen(true)] out VersionConstraint? constraint)
    {
        constraint = new VersionConstraint();
        if (text.Length > LongestText) return false;
        foreach (var part in text.AsSpan().Split("||"))
        {
            if (!TryParseAlternative(text.AsSpan(part).Trim(), out var comparators)) return false;
            constraint._alternatives.Add(comparators);
        }
        return true;
    }

    public bool IsMetBy(SemanticVersion version)
    {
        foreach (var comparators in _alternatives)
            if (AreMet(comparators, version)) return true;
        return false;
    }

    private static bool TryParseAlternative(ReadOnlySpan<char> text, out List<VersionComparator> comparators)
    {
        comparators = [];
        if (text.IsEmpty) text = "*";
        while (true)
        {
            if (!TryReadRangeOrComparator(ref text, comparators)) return false;
            if (text.IsEmpty) return true;
            var rest = text.TrimStart();
            if (rest.StartsWith(',')) rest = rest[1..].TrimStart();
            if (rest.Length == text.Length || rest.IsEmpty) return false;
            text = rest;
        }
    }

    private static bool TryReadRangeOrComparator(ref ReadOnlySpan<char> text, List<VersionComparator> comparators)
    {
        if (TryReadRange(ref text, comparators)) return true;
        if (!VersionComparator.TryRead(ref text, out var comparator)) return false;
        comparators.Add(comparator);
        return true;
    }

    private static bool TryReadRange(ref ReadOnlySpan<char> text, List<VersionComparator> comparators)
    {
        var length = text.IndexOfAnyExcept(VersionCharacters);
        if (length <= 0) return false;
        var behind = text[length..].TrimStart();
        if (behind.Length == text.Length - length || behind.Length < 2 || behind[0] != '-' || !char.IsWhiteSpace(behind[1])) return false;
        behind = behind[1..].TrimStart();
        var end = behind.IndexOfAnyExcept(VersionCharacters);
        if (end < 0) end = behind.Length;
        ReadOnlySpan<char> lower = $">={text[..length]}";
        ReadOnlySpan<char> upper = $"<={behind[..end]}";
        if (!VersionComparator.TryRead(ref lower, out var from) || !VersionComparator.TryRead(ref upper, out var to)) return false;
        comparators.Add(from);
        comparators.Add(to);
        text = behind[end..];
        return true;
    }

    // Prereleases meet only a constraint that names one.
    private static bool AreMet(List<VersionComparator> comparators, SemanticVersion version)
    {
        var takesPrereleases = version.Prerelease.Length == 0;
        foreach (var comparator in comparators) takesPrereleases |= comparator.HasPrerelease;
        if (!takesPrereleases) return false;
        foreach (var comparator in comparators)
            if (!comparator.IsMetBy(version)) return false;
        return true;
    }
}
