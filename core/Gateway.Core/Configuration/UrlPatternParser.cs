using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>What a <c>url_pattern</c> belongs to; only used to say what is wrong.</summary>
/// <param name="Method">The endpoint's method.</param>
/// <param name="Path">The endpoint's path.</param>
/// <param name="Parameters">The endpoint's placeholders.</param>
/// <param name="BackendIndex">The backend, counted from 0, shadows included.</param>
public readonly record struct UrlPatternOwner(string Method, string Path, IReadOnlyList<string> Parameters, int BackendIndex);

/// <summary>Takes a backend's <c>url_pattern</c> apart. Source: reference pages "backends" and "parameter forwarding".</summary>
public static class UrlPatternParser
{
    /// <summary>Parses a pattern; <see langword="null"/> with a reason when a placeholder has no source.</summary>
    /// <param name="pattern">The attribute; a missing leading slash is added.</param>
    /// <param name="owner">The endpoint and backend.</param>
    /// <param name="error">The reason, without position.</param>
    public static UrlPattern? Parse(string pattern, UrlPatternOwner owner, out string? error)
    {
        var text = pattern.StartsWith('/') ? pattern : "/" + pattern;
        var parts = new List<UrlPart>();
        var outputs = new SortedSet<string>(StringComparer.Ordinal);
        var literal = 0;
        var inQuery = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '?' && !inQuery)
            {
                AddLiteral(parts, text[literal..i], inQuery);
                literal = i;
                inQuery = true;
            }
            if (text[i] != '{' || PlaceholderEnd(text, i) is not (> 0 and var end))
                continue;
            var name = text[(i + 1)..end];
            AddLiteral(parts, text[literal..i], inQuery);
            parts.Add(new(KindOf(name, owner), name, inQuery));
            outputs.Add(name);
            literal = end + 1;
            i = end;
        }
        AddLiteral(parts, text[literal..], inQuery);

        error = FindUndefined(outputs, owner);
        return error is null ? new UrlPattern(text, parts) : null;
    }

    /// <summary>What a placeholder's name refers to.</summary>
    private static UrlPartKind KindOf(string name, UrlPatternOwner owner)
    {
        // A placeholder of the endpoint may be called "resp0" too; then it is one.
        if (owner.Parameters.Contains(name, StringComparer.Ordinal))
            return UrlPartKind.Parameter;
        if (name.StartsWith("JWT.", StringComparison.Ordinal) && name.Length > 4)
            return UrlPartKind.Claim;
        return IsResponse(name) ? UrlPartKind.Response : UrlPartKind.Parameter;
    }

    /// <summary><c>resp0</c> or <c>resp0_path</c>.</summary>
    internal static bool IsResponse(string name)
    {
        if (!name.StartsWith("resp", StringComparison.Ordinal))
            return false;
        var end = 4;
        while (end < name.Length && char.IsAsciiDigit(name[end]))
            end++;
        return end > 4 && (end == name.Length || (name[end] == '_' && end + 1 < name.Length));
    }

    private static string? FindUndefined(SortedSet<string> outputs, UrlPatternOwner owner)
    {
        foreach (var name in outputs)
        {
            if (owner.Parameters.Contains(name, StringComparer.Ordinal) || KindOf(name, owner) != UrlPartKind.Parameter)
                continue;
            if (NotSupportedYet.Placeholder(name) is { } refusal)
                return refusal;
            var input = string.Join(' ', owner.Parameters.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
            var place = $"endpoint: {owner.Method} {owner.Path}, backend: {owner.BackendIndex}. input: [{input}], output: [{string.Join(' ', outputs)}]";
            return IsTooMany(outputs, owner)
                ? $"input and output params do not match. {place}"
                : $"undefined output param '{name}'! {place}{Hint(name, owner)}";
        }
        return null;
    }

    /// <summary>The original counts all placeholders but the last in order, and words its error accordingly.</summary>
    private static bool IsTooMany(SortedSet<string> outputs, UrlPatternOwner owner) =>
        outputs.SkipLast(1).Count(name => KindOf(name, owner) == UrlPartKind.Parameter) > owner.Parameters.Distinct(StringComparer.Ordinal).Count();

    private static string Hint(string name, UrlPatternOwner owner) =>
        name.StartsWith("JWT_CLAIMS.", StringComparison.Ordinal)
            ? $"; a claim is written {{JWT.{name["JWT_CLAIMS.".Length..]}}}"
            : NearestName.Suggest(name, owner.Parameters);

    private static int PlaceholderEnd(string text, int start)
    {
        var end = start + 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '.' or ':' or '/' or '-'))
            end++;
        return end > start + 1 && end < text.Length && text[end] == '}' ? end : -1;
    }

    private static void AddLiteral(List<UrlPart> parts, string text, bool inQuery)
    {
        if (text.Length > 0)
            parts.Add(new(UrlPartKind.Literal, text, inQuery));
    }
}
