using System.Buffers;

namespace Gateway.Core.Routing;

/// <summary>The trees of all methods and the rules around them; <see cref="RouteTable{T}"/> adds the handlers. Immutable.</summary>
internal sealed class RouteIndex
{
    private const int StackChars = 256;

    private readonly string[] _methods;
    private readonly RouteTree[] _trees;
    private readonly RoutePattern[] _patterns;
    private readonly RouteOptions _options;

    /// <summary>An index.</summary>
    /// <param name="trees">Tree of each method; its routes are indexes into the patterns.</param>
    /// <param name="patterns">Patterns of all routes.</param>
    /// <param name="options">The rules.</param>
    public RouteIndex(IReadOnlyDictionary<string, RouteTree> trees, RoutePattern[] patterns, RouteOptions options)
    {
        _methods = [.. trees.Keys.Order(StringComparer.Ordinal)];
        _trees = [.. _methods.Select(m => trees[m])];
        _patterns = patterns;
        _options = options;
    }

    /// <summary>Finds the route of a request and returns its index, or -1 with another outcome in <paramref name="lookup"/>.</summary>
    public int Match(string method, ReadOnlySpan<char> rawPath, ref RouteLookup lookup)
    {
        lookup.Clear();
        if (rawPath.IsEmpty || rawPath[0] != '/')
            return RouteTree.None;
        if (!_options.RemoveExtraSlash || PathCleaner.IsClean(rawPath))
            return MatchCleaned(method, rawPath, ref lookup);

        char[]? rented = null;
        var buffer = rawPath.Length < StackChars ? stackalloc char[StackChars] : rented = ArrayPool<char>.Shared.Rent(rawPath.Length + 1);
        var route = MatchCleaned(method, buffer[..PathCleaner.Clean(rawPath, buffer)], ref lookup);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return route;
    }

    private int MatchCleaned(string method, ReadOnlySpan<char> raw, ref RouteLookup lookup)
    {
        if (PercentDecoder.IsPlain(raw))
            return MatchDecoded(method, raw, raw, ref lookup);

        char[]? rented = null;
        var buffer = raw.Length <= StackChars ? stackalloc char[StackChars] : rented = ArrayPool<char>.Shared.Rent(raw.Length);
        var fault = PercentDecoder.Decode(raw, plusIsSpace: false, buffer, out var written, out var faultAt);
        var route = RouteTree.None;
        if (fault == DecodeFault.None)
            route = MatchDecoded(method, raw, buffer[..written], ref lookup);
        else
            SetText(ref lookup, RouteOutcome.BadParameter, ParameterCheck.OfFault(fault, raw[faultAt..]));
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return route;
    }

    private int MatchDecoded(string method, ReadOnlySpan<char> raw, ReadOnlySpan<char> path, ref RouteLookup lookup)
    {
        var tree = TreeOf(method);
        var route = tree is null ? RouteTree.None : tree.Find(path);
        if (route >= 0)
            return ReadValues(_patterns[route], raw, path, ref lookup) ? route : RouteTree.None;

        var isAutoOptions = _options.AutoOptions && method is "OPTIONS";
        if (isAutoOptions && AllowedMethods(path) is { Length: > 0 } options)
            SetText(ref lookup, RouteOutcome.AutoOptions, options);
        else if (Redirect(method, isAutoOptions, raw, out var isTrailingSlash) is { } location)
            SetRedirect(ref lookup, location, isTrailingSlash, method is "GET");
        else if (_options.HandleMethodNotAllowed && AllowedMethods(path) is { Length: > 0 } allowed)
            SetText(ref lookup, RouteOutcome.MethodNotAllowed, allowed);
        return RouteTree.None;
    }

    private bool ReadValues(RoutePattern pattern, ReadOnlySpan<char> raw, ReadOnlySpan<char> path, ref RouteLookup lookup)
    {
        if (RouteValues.Check(pattern, raw, path, _options.CheckParameters) is { } error)
        {
            SetText(ref lookup, RouteOutcome.BadParameter, error);
            return false;
        }
        lookup.Outcome = RouteOutcome.Found;
        lookup.Pattern = pattern;
        RouteValues.Read(pattern, raw, path, ref lookup);
        return true;
    }

    private string? Redirect(string method, bool allTrees, ReadOnlySpan<char> raw, out bool isTrailingSlash)
    {
        isTrailingSlash = false;
        var own = Array.IndexOf(_methods, method);
        if ((own < 0 && !allTrees) || raw.Length == 1 || method is "CONNECT")
            return null;
        var trees = allTrees ? _trees : _trees.AsSpan(own, 1);
        if (!_options.RedirectTrailingSlash && !_options.RedirectFixedPath)
            return null;
        return new RouteRedirect(trees, _patterns, _options).Find(raw, out isTrailingSlash);
    }

    private RouteTree? TreeOf(string method)
    {
        var methods = _methods;
        for (var i = 0; i < methods.Length; i++)
        {
            if (string.Equals(methods[i], method, StringComparison.Ordinal))
                return _trees[i];
        }
        return null;
    }

    private string AllowedMethods(ReadOnlySpan<char> path)
    {
        var allowed = "";
        for (var i = 0; i < _trees.Length; i++)
        {
            if (_trees[i].Find(path) >= 0)
                allowed = allowed.Length == 0 ? _methods[i] : $"{allowed}, {_methods[i]}";
        }
        return allowed;
    }

    private static void SetText(ref RouteLookup lookup, RouteOutcome outcome, string text)
    {
        lookup.Outcome = outcome;
        lookup.Text = text;
    }

    private static void SetRedirect(ref RouteLookup lookup, string location, bool isTrailingSlash, bool isGet)
    {
        SetText(ref lookup, RouteOutcome.Redirect, location);
        lookup.IsTrailingSlash = isTrailingSlash;
        lookup.IsGet = isGet;
    }
}
