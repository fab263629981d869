namespace Gateway.Core.Routing;

/// <summary>
/// All routes of a configuration, immutable and safe for concurrent use. Matching works on the percent-decoded path, case-sensitively,
/// in time that depends on the path's length and on how many routes overlap there, not on the number of routes (RTE-014 to RTE-024).
/// </summary>
/// <typeparam name="T">The handler's type.</typeparam>
public sealed class RouteTable<T>
{
    private readonly RouteIndex _index;
    private readonly T[] _handlers;

    internal RouteTable(RouteIndex index, T[] handlers)
    {
        _index = index;
        _handlers = handlers;
    }

    /// <summary>
    /// Finds what a request gets. Never throws, whatever the path. A path that holds an invalid escape, an escape sequence that is not
    /// UTF-8, or a control character is a <see cref="RouteOutcome.BadParameter"/>; one that starts with no slash (<c>*</c>, an
    /// authority) is <see cref="RouteOutcome.NotFound"/>.
    /// </summary>
    /// <param name="method">Request method, case-sensitive.</param>
    /// <param name="rawPath">Path of the request target as it came, percent-encoded, without query.</param>
    /// <param name="match">The answer; its buffer is reused, what it held is gone.</param>
    public void Match(string method, ReadOnlySpan<char> rawPath, ref RouteMatch<T> match)
    {
        var route = _index.Match(method, rawPath, ref match.Lookup);
        match.Handler = route >= 0 ? _handlers[route] : default;
    }
}
