namespace Gateway.Core.Configuration;

/// <summary>An endpoint's path, taken apart.</summary>
/// <param name="Text">The path, with a leading slash.</param>
/// <param name="Parameters">Names of its placeholders in order.</param>
/// <param name="Problem">Why the path is refused, or <see langword="null"/>.</param>
/// <param name="Oddity">What a person should know although the path is served, or <see langword="null"/>.</param>
internal sealed record EndpointPath(string Text, IReadOnlyList<string> Parameters, string? Problem, string? Oddity)
{
    private static readonly string[] s_reserved = ["/__debug", "/__echo", "/__health", "/__stats", "/__catchall"];

    /// <summary>Reads a path of the document.</summary>
    /// <param name="written">The attribute; a missing leading slash is added.</param>
    /// <param name="disableRest">Whether a placeholder may be a part of a segment.</param>
    public static EndpointPath Parse(string written, bool disableRest)
    {
        var text = written.StartsWith('/') ? written : "/" + written;
        var parameters = new List<string>();
        string? problem = null, oddity = null;
        if (text.Contains(':', StringComparison.Ordinal))
            problem = "a colon is not allowed in a path";

        var segments = text[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            problem ??= ReadSegment(segments[i], isLast: i == segments.Length - 1, disableRest, parameters, ref oddity);
        }
        problem ??= WildcardProblem(segments);
        if (text.AsSpan().IndexOfAny('?', '#') >= 0)
            oddity ??= "no request can match a path with \"?\" or \"#\"; query strings are listed in \"input_query_strings\"";
        return new(text, parameters, problem, oddity);
    }

    /// <summary>The reserved path that this one equals or lies below, or <see langword="null"/>.</summary>
    /// <param name="isHealthMoved">Whether <c>/__health</c> was renamed or switched off.</param>
    public string? ReservedBy(bool isHealthMoved)
    {
        foreach (var reserved in s_reserved)
        {
            var isBelow = Text.StartsWith(reserved, StringComparison.Ordinal) && (Text.Length == reserved.Length || Text[reserved.Length] == '/');
            if (isBelow && !(isHealthMoved && reserved == "/__health"))
                return reserved;
        }
        return null;
    }

    private static string? ReadSegment(string segment, bool isLast, bool disableRest, List<string> parameters, ref string? oddity)
    {
        if (segment == "*" && isLast)
            return null;
        if (segment.Contains('*', StringComparison.Ordinal))
            return "a \"*\" may only stand as the last segment, as in \"/path/*\"";

        var rest = segment;
        var found = 0;
        while (TryFindPlaceholder(rest, out var start, out var name))
        {
            var isWhole = found == 0 && name.Length + 2 == segment.Length;
            if (!isWhole && !disableRest)
            {
                oddity = $"{{{name}}} is taken literally, because a placeholder must be a whole segment unless \"disable_rest\" is true";
                return null;
            }
            parameters.Add(name);
            found++;
            if (!isWhole && !isLast)
                return $"{{{name}}} is only a part of its segment, which is possible in the last segment alone";
            if (found > 1)
                return "a segment may hold one placeholder only";
            rest = rest[(start + name.Length + 2)..];
        }
        return null;
    }

    private static bool TryFindPlaceholder(string segment, out int start, out string name)
    {
        for (start = segment.IndexOf('{'); start >= 0; start = segment.IndexOf('{', start + 1))
        {
            var end = start + 1;
            while (end < segment.Length && (char.IsAsciiLetterOrDigit(segment[end]) || segment[end] is '_' or '-'))
                end++;
            name = segment[(start + 1)..end];
            if (name.Length > 0 && end < segment.Length && segment[end] == '}')
                return true;
        }
        name = "";
        return false;
    }

    private static string? WildcardProblem(string[] segments)
    {
        if (segments[^1] != "*")
            return null;
        if (segments.Length == 1)
            return "\"/*\" would take every path; what serves the rest is the catch-all endpoint";
        return segments.Length > 2 && segments[0].StartsWith('{')
            ? "a wildcard path that starts with a placeholder may have no further level before \"/*\""
            : null;
    }
}
