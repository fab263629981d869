using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Tiers;

/// <summary>How requests get into a tier; what the tier then does with them is its owner's.</summary>
/// <param name="Source">The object of the tier, with the attributes <c>tier_value</c> and <c>tier_value_as</c>.</param>
/// <param name="Value"><c>tier_value</c>: the literal or the expression; <see langword="null"/> when absent.</param>
/// <param name="As"><c>tier_value_as</c>: <c>literal</c> (also when empty), <c>policy</c> or <c>*</c>.</param>
public sealed record TierSettings(ConfigSource Source, string? Value, string As)
{
    /// <summary>The values of <c>tier_value_as</c>.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["literal", "policy", "*"];
}
