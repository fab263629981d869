namespace KrakenPlugins.Expressions;

/// <summary>What one evaluation may cost.</summary>
/// <param name="MaxCost">
/// Most steps: a node of an expression in a loop, an element of a list or map made or compared, or 8 characters or bytes of text made,
/// searched or compared are one each. Bounds time and memory: no step takes more than 64 bytes. What exceeds it is an error value.
/// </param>
public sealed record CelLimits(long MaxCost)
{
    /// <summary>One million steps: some ten milliseconds, at most some tens of megabytes.</summary>
    public static CelLimits Default { get; } = new(1_000_000);
}
