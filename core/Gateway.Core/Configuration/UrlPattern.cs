namespace Gateway.Core.Configuration;

/// <summary>What a part of a <see cref="UrlPattern"/> is.</summary>
public enum UrlPartKind
{
    /// <summary>Text that is sent as it is.</summary>
    Literal,
    /// <summary>A placeholder of the endpoint's path.</summary>
    Parameter,
    /// <summary>A claim: <c>{JWT.sub}</c>.</summary>
    Claim,
    /// <summary>A value of an earlier response: <c>{resp0_user.id}</c>.</summary>
    Response,
}

/// <summary>A literal or a placeholder of a URL pattern.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Text">The literal text, or what stands between the braces (<c>id</c>, <c>JWT.sub</c>, <c>resp0_user.id</c>).</param>
/// <param name="InQuery">Whether it belongs to the query; the <c>?</c> itself begins the first literal that does.</param>
public readonly record struct UrlPart(UrlPartKind Kind, string Text, bool InQuery);

/// <summary>A backend's <c>url_pattern</c>, parsed once.</summary>
/// <param name="Text">The pattern with a leading slash.</param>
/// <param name="Parts">Literals and placeholders in order; adjacent literals are joined, but never across the first <c>?</c>.</param>
public sealed record UrlPattern(string Text, IReadOnlyList<UrlPart> Parts)
{
    /// <summary>Whether it has no placeholder.</summary>
    public bool IsStatic => Parts.All(static p => p.Kind == UrlPartKind.Literal);
}
