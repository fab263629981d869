using KrakenPlugins.JsonSchema.Compilation;

namespace KrakenPlugins.JsonSchema.Evaluation;

/// <summary>A failure before it is known whether it will be reported; text of paths is made at the end.</summary>
/// <param name="Path">The value.</param>
/// <param name="Depth">Nesting of the value whose rule failed; an unknown member counts as a failure of its object.</param>
/// <param name="Predicate">What follows the value's name, or a whole sentence.</param>
/// <param name="Expected">Of a failed <c>type</c> what was expected.</param>
/// <param name="Missing">The name of a property that is not there.</param>
internal readonly record struct Finding<T>(
    T Instance, PointerPath Path, int Depth, SchemaNode Node, string Keyword, string Predicate, bool IsSentence, TypeSet Expected, string? Missing = null);

/// <summary>How well a failed alternative fits: greater is better.</summary>
/// <param name="Level">0: the value has the wrong type; 1: a distinguishing <c>const</c> or <c>enum</c> differs; 2: neither.</param>
/// <param name="Matches">Members whose <c>const</c> or <c>enum</c> agreed.</param>
/// <param name="Depth">Of the failure nearest to the value.</param>
/// <param name="Fewness">The fewer failures the greater.</param>
internal readonly record struct Fit(int Level, int Matches, int Depth, int Fewness) : IComparable<Fit>
{
    public int CompareTo(Fit other) =>
        Level != other.Level ? Level.CompareTo(other.Level)
        : Matches != other.Matches ? Matches.CompareTo(other.Matches)
        : Depth != other.Depth ? Depth.CompareTo(other.Depth)
        : Fewness.CompareTo(other.Fewness);
}

/// <summary>The failures of an <c>anyOf</c> or <c>oneOf</c> while its alternatives are tried.</summary>
internal sealed class Alternatives
{
    /// <summary>Findings before the first alternative.</summary>
    internal int Start { get; init; }

    /// <summary>The limit's origin outside of the alternatives.</summary>
    internal int OuterFloor { get; init; }

    internal Alternatives? Outer { get; init; }

    internal int Depth { get; init; }

    /// <summary>Where the current alternative's findings begin; those of the best one so far stand before.</summary>
    internal int BranchStart { get; set; }

    internal Fit? Best { get; set; }

    /// <summary>Distinguishing members of the current alternative that agreed.</summary>
    internal int Matches { get; set; }

    /// <summary>What all alternatives say, where each has one thing to say about the value itself.</summary>
    internal List<string>? Predicates { get; set; } = [];

    /// <summary>The types expected, where every alternative failed for the type.</summary>
    internal TypeSet? Types { get; set; } = TypeSet.None;

    /// <summary>The alternatives that matched.</summary>
    internal List<int> Matched { get; } = [];
}
