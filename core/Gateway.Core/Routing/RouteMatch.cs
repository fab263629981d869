namespace Gateway.Core.Routing;

/// <summary>What the router found.</summary>
public enum RouteOutcome
{
    /// <summary>No route, 404 (RTE-027).</summary>
    NotFound,
    /// <summary>A route; its handler answers.</summary>
    Found,
    /// <summary>The path cannot be decoded or a value is not acceptable, 400 (RTE-017, RTE-026, RTE-243).</summary>
    BadParameter,
    /// <summary>Other methods are served on this path, 405 (RTE-028).</summary>
    MethodNotAllowed,
    /// <summary>Another spelling of the path is served, 301 or 307 (RTE-031, RTE-032).</summary>
    Redirect,
    /// <summary>OPTIONS, answered by the gateway with 200 (RTE-040).</summary>
    AutoOptions,
}

/// <summary>
/// The answer of <see cref="RouteTable{T}.Match"/>. Reuse one for request after request of a connection: its buffer stays, and then a
/// match allocates nothing but the values.
/// </summary>
/// <typeparam name="T">The handler's type.</typeparam>
public struct RouteMatch<T>
{
    internal RouteLookup Lookup;

    /// <summary>What was found.</summary>
    public readonly RouteOutcome Outcome => Lookup.Outcome;

    /// <summary>The route's handler, when found.</summary>
    public T? Handler { get; internal set; }

    /// <summary>The route's path as registered, when found; empty otherwise.</summary>
    public readonly string Pattern => Lookup.Pattern?.Text ?? "";

    /// <summary>Decoded values of the placeholders, in the pattern's order. Valid until the next match.</summary>
    public readonly ReadOnlySpan<string> Parameters => Lookup.Values.AsSpan(0, Lookup.Count);

    /// <summary>Names of the placeholders as written, in the same order.</summary>
    public readonly ReadOnlySpan<string> ParameterNames => Lookup.Pattern is { } pattern ? pattern.ParameterNames : [];

    /// <summary>
    /// What a wildcard took, without the slash in front, in the client's percent-encoding and free of bytes that may not stand in a path;
    /// <see langword="null"/> when the route has no wildcard. May itself start with a slash.
    /// </summary>
    public readonly string? Remainder => Lookup.Remainder;

    /// <summary>Of a redirect: the percent-encoded path, one slash at its start. The caller appends the query.</summary>
    public readonly string Location => Outcome == RouteOutcome.Redirect ? Lookup.Text! : "";

    /// <summary>Of a redirect: whether only a final slash differs; those take <see cref="RedirectPrefix"/> (RTE-034).</summary>
    public readonly bool IsTrailingSlashRedirect => Lookup.IsTrailingSlash;

    /// <summary>Of a bad parameter: the text of the answer's body.</summary>
    public readonly string Error => Outcome == RouteOutcome.BadParameter ? Lookup.Text! : "";

    /// <summary>Of a wrong method or OPTIONS: the methods served, sorted and joined by <c>", "</c>.</summary>
    public readonly string Allow => Outcome is RouteOutcome.MethodNotAllowed or RouteOutcome.AutoOptions ? Lookup.Text! : "";

    /// <summary>The HTTP status of the outcome; 200 when found.</summary>
    public readonly int StatusCode => Outcome switch
    {
        RouteOutcome.Found or RouteOutcome.AutoOptions => 200,
        RouteOutcome.BadParameter => 400,
        RouteOutcome.MethodNotAllowed => 405,
        RouteOutcome.Redirect => Lookup.IsGet ? 301 : 307,
        _ => 404,
    };

    /// <summary>Forgets the result and keeps the buffer.</summary>
    public void Clear()
    {
        Handler = default;
        Lookup.Clear();
    }
}

/// <summary>The part of a match that does not depend on the handler's type.</summary>
internal struct RouteLookup
{
    public RouteOutcome Outcome;
    public RoutePattern? Pattern;
    public string[]? Values;
    public int Count;
    public string? Remainder;
    public string? Text;
    public bool IsTrailingSlash;
    public bool IsGet;

    public void Clear()
    {
        Values.AsSpan(0, Count).Clear();
        this = new RouteLookup { Values = Values };
    }

    public void AddValue(string value)
    {
        if (Values is null)
            Values = new string[4];
        else if (Count == Values.Length)
            Array.Resize(ref Values, Count * 2);
        Values[Count++] = value;
    }
}
