namespace Gateway.Core.Routing;

/// <summary>
/// Removes doubled slashes and resolves dot segments of a percent-encoded path, escaped ones included, and leaves every other escape
/// as it is. A final slash stays. Slashes count plain or as <c>%2F</c>, because matching treats them alike (RTE-016, RTE-036).
/// </summary>
internal static class PathCleaner
{
    /// <summary>Whether cleaning would change nothing; may be wrong in saying "no", never in saying "yes".</summary>
    public static bool IsClean(ReadOnlySpan<char> path) =>
        path.IndexOf('%') < 0 && path.IndexOf("//", StringComparison.Ordinal) < 0 && path.IndexOf("/.", StringComparison.Ordinal) < 0;

    /// <summary>Writes the cleaned path.</summary>
    /// <param name="path">Path that starts with a slash.</param>
    /// <param name="output">One character longer than the path.</param>
    /// <returns>Characters written; the output starts with a slash.</returns>
    public static int Clean(ReadOnlySpan<char> path, Span<char> output)
    {
        var written = 0;
        var endsInSlash = false;
        for (var at = 0; at < path.Length;)
        {
            var separator = path.Slice(at, SeparatorLength(path, at));
            var start = at + separator.Length;
            var end = start;
            while (end < path.Length && SeparatorLength(path, end) == 0)
                end++;
            var segment = path[start..end];
            var dots = CountDots(segment);
            endsInSlash = segment.IsEmpty || dots == 1;
            if (dots == 2)
                written = Parent(output[..written]);
            else if (!endsInSlash)
                written += Write(output, written, separator, segment);
            at = end;
        }
        if (written == 0 || endsInSlash)
            output[written++] = '/';
        return written;
    }

    /// <summary>Length of the slash at a position: 1, 3 (<c>%2F</c>), or 0 when there is none.</summary>
    public static int SeparatorLength(ReadOnlySpan<char> path, int index)
    {
        if (path[index] == '/')
            return 1;
        return PercentDecoder.ByteAt(path, index) == '/' ? 3 : 0;
    }

    private static int Write(Span<char> output, int written, ReadOnlySpan<char> separator, ReadOnlySpan<char> segment)
    {
        // Behind a ".." that emptied the path an escaped slash may come first; a path starts with a plain one.
        if (written == 0)
            separator = "/";
        separator.CopyTo(output[written..]);
        segment.CopyTo(output[(written + separator.Length)..]);
        return separator.Length + segment.Length;
    }

    private static int Parent(ReadOnlySpan<char> written)
    {
        for (var i = written.Length - 1; i > 0; i--)
        {
            if (SeparatorLength(written, i) > 0)
                return i;
        }
        return 0;
    }

    // 1 for ".", 2 for "..", 0 for anything else.
    private static int CountDots(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        for (var i = 0; i < segment.Length && dots < 3; dots++)
        {
            if (segment[i] == '.')
                i++;
            else if (PercentDecoder.ByteAt(segment, i) == '.')
                i += 3;
            else
                return 0;
        }
        return dots < 3 ? dots : 0;
    }
}
