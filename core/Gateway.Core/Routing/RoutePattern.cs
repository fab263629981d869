using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core.Routing;

/// <summary>What one segment of a pattern matches.</summary>
internal enum SegmentKind : byte
{
    /// <summary>Exactly its text, which may be empty (a trailing or doubled slash).</summary>
    Static,
    /// <summary>Text in front, then a value up to the end of the path (<c>file.{ext}</c>).</summary>
    Partial,
    /// <summary>Any segment that is not empty.</summary>
    Parameter,
    /// <summary>All the rest, slashes included, and also nothing.</summary>
    Wildcard,
}

/// <summary>One segment of a pattern.</summary>
/// <param name="Kind">How it matches.</param>
/// <param name="Text">The static text or, of a partial segment, the text in front of the value.</param>
/// <param name="Name">Name of the placeholder as written, or empty.</param>
internal readonly record struct RouteSegment(SegmentKind Kind, string Text, string Name);

/// <summary>
/// A parsed endpoint path. Placeholders directly behind a slash take the whole segment, whatever text follows them; others are
/// literal text unless partial segments are allowed (RTE-022, RTE-023).
/// </summary>
internal sealed class RoutePattern
{
    /// <summary>Most segments of a pattern. Bounds the stack that a look-up uses.</summary>
    public const int MaxSegments = 256;

    private RoutePattern(string text, RouteSegment[] segments)
    {
        Text = text;
        Segments = segments;
        IsWildcard = segments[^1].Kind == SegmentKind.Wildcard;
        ParameterNames = [.. segments.Where(static s => s.Name.Length > 0).Select(static s => s.Name)];
    }

    /// <summary>The path as registered, starting with a slash.</summary>
    public string Text { get; }

    /// <summary>The segments; one for each slash.</summary>
    public RouteSegment[] Segments { get; }

    /// <summary>Whether it ends in <c>/*</c>.</summary>
    public bool IsWildcard { get; }

    /// <summary>Names of the placeholders in order, as written.</summary>
    public string[] ParameterNames { get; }

    /// <summary>Parses a path; <paramref name="reason"/> says what is wrong with it.</summary>
    public static bool TryParse(
        string text, bool allowPartial, [NotNullWhen(true)] out RoutePattern? pattern, [NotNullWhen(false)] out string? reason)
    {
        pattern = null;
        var path = text.StartsWith('/') ? text : "/" + text;
        var parts = path[1..].Split('/');
        if (parts.Length > MaxSegments)
        {
            reason = $"the path has {parts.Length} segments, at most {MaxSegments} are possible";
            return false;
        }
        var segments = new RouteSegment[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            if (!TryParseSegment(parts[i], isFirst: i == 0, isLast, allowPartial, out segments[i], out reason))
                return false;
        }
        reason = null;
        pattern = new RoutePattern(path, segments);
        return true;
    }

    private static bool TryParseSegment(
        string part, bool isFirst, bool isLast, bool allowPartial, out RouteSegment segment, [NotNullWhen(false)] out string? reason)
    {
        segment = default;
        reason = null;
        if (part.Contains(':', StringComparison.Ordinal))
            reason = "a colon is not supported in a path; write placeholders as {name}";
        else if (part is "*" && isLast && isFirst)
            reason = "a wildcard needs a fixed prefix (/prefix/*); for all remaining requests declare /__catchall";
        else if (part is "*" && isLast)
            segment = new(SegmentKind.Wildcard, "", "");
        else if (part.Contains('*', StringComparison.Ordinal))
            reason = "* is allowed once, as the last segment (/prefix/*)";
        else if (!TryFindPlaceholder(part, 0, out var start, out var end) || (start > 0 && !allowPartial))
            segment = new(SegmentKind.Static, part, "");
        else if (allowPartial && TryFindPlaceholder(part, end, out _, out _))
            reason = $"segment {part} has several placeholders; only one is possible in a segment";
        else if (allowPartial && !isLast && (start > 0 || end < part.Length))
            reason = $"segment {part} mixes text and a placeholder; that is possible in the last segment only";
        else if (start > 0)
            segment = new(SegmentKind.Partial, part[..start], part[(start + 1)..(end - 1)]);
        else
            segment = new(SegmentKind.Parameter, "", part[1..(end - 1)]);
        return reason is null;
    }

    private static bool TryFindPlaceholder(string part, int from, out int start, out int end)
    {
        for (start = part.IndexOf('{', from); start >= 0; start = part.IndexOf('{', start + 1))
        {
            end = start + 1;
            while (end < part.Length && (char.IsAsciiLetterOrDigit(part[end]) || part[end] is '_' or '-'))
                end++;
            if (end > start + 1 && end < part.Length && part[end] == '}')
            {
                end++;
                return true;
            }
        }
        end = 0;
        return false;
    }
}
