namespace KrakenPlugins.YamlDocuments;

/// <summary>What a document may cost, and how strictly it is taken.</summary>
public sealed record YamlLimits
{
    /// <summary>Mappings and lists inside one another, those that aliases stand for included.</summary>
    public int MaxDepth { get; init; } = 1_000;

    /// <summary>Values that the document may spell out.</summary>
    public int MaxNodes { get; init; } = 10_000_000;

    /// <summary>
    /// Values that aliases may add, counted as if each alias were written out; 64 characters of text count as one value more. It bounds
    /// documents that grow exponentially.
    /// </summary>
    public int MaxAliasedNodes { get; init; } = 1_000_000;

    /// <summary>Whether a tag that is none of the core schema is ignored; otherwise it is an error.</summary>
    public bool IgnoresUnknownTags { get; init; }

    /// <summary>Whether what follows the first document is not read; otherwise a second document is an error.</summary>
    public bool ReadsFirstDocumentOnly { get; init; }
}
