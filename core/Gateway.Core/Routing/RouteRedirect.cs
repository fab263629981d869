using System.Buffers;

namespace Gateway.Core.Routing;

/// <summary>
/// Looks for the spelling under which a path that has no route is served: with or without its final slash (RTE-031), then cleaned and
/// in registered case (RTE-032). A spelling counts only if requesting it finds a route; where several are equally right there is
/// none (RTE-033).
/// </summary>
internal readonly ref struct RouteRedirect(ReadOnlySpan<RouteTree> trees, RoutePattern[] patterns, RouteOptions options)
{
    private readonly ReadOnlySpan<RouteTree> _trees = trees;

    /// <summary>The percent-encoded path to redirect to, or <see langword="null"/>.</summary>
    /// <param name="raw">The path as requested, without faults.</param>
    /// <param name="isTrailingSlash">Whether only a final slash differs.</param>
    public string? Find(ReadOnlySpan<char> raw, out bool isTrailingSlash)
    {
        var size = raw.Length + 2;
        var rented = ArrayPool<char>.Shared.Rent(3 * size);
        var candidate = rented.AsSpan(0, size);
        var other = rented.AsSpan(size, size);
        var decoded = rented.AsSpan(2 * size);

        string? location = null;
        if (options.RedirectTrailingSlash)
            location = Target(Twin(raw, candidate), decoded, ignoreCase: false);
        isTrailingSlash = location is not null;
        if (location is null && options.RedirectFixedPath)
        {
            var cleaned = candidate[..PathCleaner.Clean(raw, candidate)];
            location = Target(cleaned, decoded, ignoreCase: true);
            if (location is null && cleaned.Length > 1)
                location = Target(Twin(cleaned, other), decoded, ignoreCase: true);
        }
        ArrayPool<char>.Shared.Return(rented);
        return location;
    }

    private static ReadOnlySpan<char> Twin(ReadOnlySpan<char> path, Span<char> output)
    {
        if (path[^1] == '/')
            return path[..^1];
        if (path.Length > 3 && PathCleaner.SeparatorLength(path, path.Length - 3) == 3)
            return path[..^3];
        path.CopyTo(output);
        output[path.Length] = '/';
        return output[..(path.Length + 1)];
    }

    private string? Target(ReadOnlySpan<char> raw, Span<char> buffer, bool ignoreCase)
    {
        if (raw.IsEmpty || PercentDecoder.Decode(raw, plusIsSpace: false, buffer, out var written, out _) != DecodeFault.None)
            return null;
        var path = buffer[..written];
        string? target = null;
        foreach (var tree in _trees)
        {
            var route = tree.Find(path);
            if (route < 0 && ignoreCase)
                route = tree.FindIgnoringCase(path);
            if (route == RouteTree.Ambiguous)
                return null;
            if (route < 0 || Location(tree, patterns[route], raw, path) is not { } location)
                continue;
            if (target is not null && !string.Equals(target, location, StringComparison.Ordinal))
                return null;
            target = location;
        }
        return target;
    }

    private string? Location(RouteTree tree, RoutePattern pattern, ReadOnlySpan<char> raw, ReadOnlySpan<char> path)
    {
        var builder = new UrlBuilder(stackalloc char[256]);
        RouteValues.WriteLocation(pattern, raw, path, ref builder);
        var location = IsServed(tree, builder.WrittenSpan) ? builder.ToString() : null;
        builder.Dispose();
        return location;
    }

    // A location of two slashes names another host, and clients resolve dot segments before they ask again.
    private bool IsServed(RouteTree tree, ReadOnlySpan<char> location)
    {
        if (location.StartsWith("//", StringComparison.Ordinal) || PathEncoder.HasDotSegment(location))
            return false;
        var rented = ArrayPool<char>.Shared.Rent(location.Length);
        var isServed = PercentDecoder.Decode(location, plusIsSpace: false, rented, out var written, out _) == DecodeFault.None
            && tree.Find(rented.AsSpan(0, written)) is var route and >= 0
            && RouteValues.Check(patterns[route], location, rented.AsSpan(0, written), options.CheckParameters) is null;
        ArrayPool<char>.Shared.Return(rented);
        return isServed;
    }
}
