namespace Gateway.Core.Routing;

/// <summary>Why a route cannot be registered: its pattern is malformed, or another route stands in its way.</summary>
/// <param name="Method">Method of the refused route, upper case.</param>
/// <param name="Pattern">Pattern of the refused route.</param>
/// <param name="OtherPattern">The route in the way (same method), or <see langword="null"/> when the pattern itself is wrong.</param>
/// <param name="Message">A sentence for the operator that names method and pattern of both.</param>
public sealed record RouteConflict(string Method, string Pattern, string? OtherPattern, string Message)
{
    internal static RouteConflict Malformed(string method, string pattern, string reason) =>
        new(method, pattern, null, $"endpoint {method} {pattern}: {reason}");

    internal static RouteConflict Between(string method, string pattern, string other, string reason) =>
        new(method, pattern, other, $"endpoint {method} {pattern} conflicts with {method} {other}: {reason}");

    /// <inheritdoc/>
    public override string ToString() => Message;
}
