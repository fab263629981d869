namespace Gateway.Core.Json;

/// <summary>What a document may demand of the gateway.</summary>
public sealed record JsonLimits
{
    /// <summary>The limits used when nothing else is said.</summary>
    public static JsonLimits Default { get; } = new();

    /// <summary>Levels of nested objects and arrays.</summary>
    public int MaxDepth { get; init; } = 1_000;

    /// <summary>
    /// Keys and values held at once, 16 bytes each. Elements of a compact array count once per stretch. The default is four
    /// bytes of document per token in a body of 64 MiB and bounds the index at 256 MiB. In a tree every element counts, so
    /// that asking for the tree of a body with more of them throws <see cref="InvalidOperationException"/>.
    /// </summary>
    public int MaxTokens { get; init; } = 16 * 1024 * 1024;
}
