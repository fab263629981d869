namespace Gateway.Core.Encodings;

/// <summary>The renders that <c>output_encoding: negotiate</c> chooses from.</summary>
public enum OutputEncoding
{
    /// <summary>Canonical JSON.</summary>
    Json,
    /// <summary>XML.</summary>
    Xml,
    /// <summary>YAML; without a render for it JSON is written, the rule for what cannot be served.</summary>
    Yaml,
}

/// <summary>
/// The choice of <c>output_encoding: negotiate</c>. Source: reference page "endpoints_content-types", MAN-081 and MAN-082.
/// </summary>
public static class ContentNegotiation
{
    /// <summary>
    /// Walks the entries in written order, without regard to parameters and weights, and takes the first that can be served;
    /// JSON when there is none. Never refuses.
    /// </summary>
    /// <param name="accept">The <c>Accept</c> header, several values joined by commas, or <see langword="null"/>.</param>
    public static OutputEncoding Select(string? accept)
    {
        var rest = accept.AsSpan();
        while (!rest.IsEmpty)
        {
            var comma = rest.IndexOf(',');
            var entry = comma < 0 ? rest : rest[..comma];
            rest = comma < 0 ? default : rest[(comma + 1)..];
            var parameters = entry.IndexOf(';');
            if (parameters >= 0)
                entry = entry[..parameters];
            if (TryServe(entry.Trim(), out var encoding))
                return encoding;
        }
        return OutputEncoding.Json;
    }

    private static bool TryServe(ReadOnlySpan<char> mediaType, out OutputEncoding encoding)
    {
        encoding = OutputEncoding.Json;
        if (mediaType.StartsWith("*") || Is(mediaType, "application/json") || Is(mediaType, "application/*"))
            return true;
        if (Is(mediaType, "application/xml"))
        {
            encoding = OutputEncoding.Xml;
            return true;
        }
        if (Is(mediaType, "text/plain") || Is(mediaType, "text/*") || Is(mediaType, "application/x-yaml") || Is(mediaType, "application/yaml"))
        {
            encoding = OutputEncoding.Yaml;
            return true;
        }
        return false;
    }

    private static bool Is(ReadOnlySpan<char> mediaType, string name) => mediaType.Equals(name, StringComparison.OrdinalIgnoreCase);
}
