namespace Gateway.Core.Routing;

/// <summary>
/// The values that a path has for a pattern that matches it: segment by segment, because a pattern has one segment for each slash.
/// </summary>
internal static class RouteValues
{
    /// <summary>The text of the 400 for the first value that is not acceptable, or <see langword="null"/>.</summary>
    public static string? Check(RoutePattern pattern, ReadOnlySpan<char> raw, ReadOnlySpan<char> path, bool checkEncoding)
    {
        if (pattern.ParameterNames.Length == 0 && !pattern.IsWildcard)
            return null;
        var position = 0;
        for (var i = 0; i < pattern.Segments.Length; i++)
        {
            ref readonly var segment = ref pattern.Segments[i];
            if (segment.Kind == SegmentKind.Wildcard)
                return ParameterCheck.OfRemainder(RawRemainder(raw, path, i), path[(position + 1)..], checkEncoding);
            var value = Next(path, ref position);
            if (segment.Kind == SegmentKind.Static)
                continue;
            if (ParameterCheck.OfValue(value[segment.Text.Length..], checkEncoding) is { } error)
                return error;
        }
        return null;
    }

    /// <summary>Adds the values, and the remainder of a wildcard, to a look-up.</summary>
    public static void Read(RoutePattern pattern, ReadOnlySpan<char> raw, ReadOnlySpan<char> path, ref RouteLookup lookup)
    {
        var position = 0;
        for (var i = 0; lookup.Count < pattern.ParameterNames.Length; i++)
        {
            ref readonly var segment = ref pattern.Segments[i];
            var value = Next(path, ref position);
            if (segment.Kind != SegmentKind.Static)
                lookup.AddValue(new string(value[segment.Text.Length..]));
        }
        if (pattern.IsWildcard)
            lookup.Remainder = Sanitise(RawRemainder(raw, path, pattern.Segments.Length - 1));
    }

    /// <summary>Writes the path in the pattern's spelling with the values that another spelling has.</summary>
    public static void WriteLocation(RoutePattern pattern, ReadOnlySpan<char> raw, ReadOnlySpan<char> path, ref UrlBuilder location)
    {
        var position = 0;
        for (var i = 0; i < pattern.Segments.Length; i++)
        {
            ref readonly var segment = ref pattern.Segments[i];
            location.Append('/');
            PathEncoder.AppendPath(ref location, segment.Text);
            if (segment.Kind == SegmentKind.Wildcard)
            {
                PathEncoder.AppendEncodedPath(ref location, RawRemainder(raw, path, i));
                return;
            }
            var value = Next(path, ref position);
            if (segment.Kind != SegmentKind.Static)
                PathEncoder.AppendPath(ref location, value[segment.Text.Length..]);
        }
    }

    private static ReadOnlySpan<char> Next(ReadOnlySpan<char> path, ref int position)
    {
        var rest = path[(position + 1)..];
        var length = rest.IndexOf('/');
        var segment = length < 0 ? rest : rest[..length];
        position += 1 + segment.Length;
        return segment;
    }

    // The same slash in the encoded path: what precedes it may hold escapes, among them slashes (RTE-016).
    private static ReadOnlySpan<char> RawRemainder(ReadOnlySpan<char> raw, ReadOnlySpan<char> path, int segmentsBefore)
    {
        var isDecoded = raw != path;
        var slashes = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var length = isDecoded ? PathCleaner.SeparatorLength(raw, i) : raw[i] == '/' ? 1 : 0;
            if (length > 0 && slashes++ == segmentsBefore)
                return raw[(i + length)..];
        }
        return [];
    }

    private static string Sanitise(ReadOnlySpan<char> remainder)
    {
        var builder = new UrlBuilder(stackalloc char[256]);
        PathEncoder.AppendEncodedPath(ref builder, remainder);
        var text = builder.ToString();
        builder.Dispose();
        return text;
    }
}
