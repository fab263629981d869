using KrakenPlugins.JsonSchema.Compilation;
using KrakenPlugins.JsonSchema.Formats;
using KrakenPlugins.JsonSchema.Values;

namespace KrakenPlugins.JsonSchema.Evaluation;

/// <summary>What dynamic references need of a schema resource: which of its schemas carry a dynamic anchor.</summary>
internal sealed class DynamicScope(string uri)
{
    internal string Uri { get; } = uri;

    internal Dictionary<string, SchemaNode> Anchors { get; } = new(StringComparer.Ordinal);
}

/// <summary>Types as a set of bits, one per <see cref="JsonInstanceKind"/> and one for integers.</summary>
[Flags]
internal enum TypeSet
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8,
    String = 16,
    Array = 32,
    Object = 64,
    Any = 127,
}

/// <summary>One compiled schema; the graph of them is immutable after compilation and may be cyclic.</summary>
internal sealed class SchemaNode(DynamicScope resource, PointerPath pointer)
{
    internal DynamicScope Resource { get; } = resource;

    internal PointerPath Pointer { get; } = pointer;

    /// <summary>The schema <c>false</c>.</summary>
    internal bool AlwaysFails { get; set; }

    internal TypeSet Types { get; set; } = TypeSet.Any;

    internal ValueSet? Const { get; set; }

    internal ValueSet? Enum { get; set; }

    internal NumberRules? Number { get; set; }

    internal StringRules? String { get; set; }

    internal ArrayRules? Array { get; set; }

    internal ObjectRules? Object { get; set; }

    /// <summary>Schemas that apply to the same value.</summary>
    internal Applicator[] Applicators { get; set; } = [];

    internal SchemaNode? UnevaluatedItems { get; set; }

    internal SchemaNode? UnevaluatedProperties { get; set; }

    /// <summary>The schema is nothing but a reference to this one.</summary>
    internal SchemaNode? Alias { get; set; }

    /// <summary>Whether there is more to do than the rules on the value itself.</summary>
    internal bool GoesOn(JsonInstanceKind kind) =>
        Applicators.Length > 0 || Tracks
        || (kind == JsonInstanceKind.Object ? Object is { HasChildren: true } : kind == JsonInstanceKind.Array && Array is { HasChildren: true });

    /// <summary>Needs to know what the schemas beside and below it have looked at.</summary>
    internal bool Tracks => UnevaluatedItems is not null || UnevaluatedProperties is not null;

    /// <summary>The schema that takes the place of this one.</summary>
    internal SchemaNode Target
    {
        get
        {
            var node = this;
            while (node.Alias is { } next)
                node = next;
            return node;
        }
    }

    internal string Location => Resource.Uri + "#" + Pointer;
}

internal sealed class NumberRules
{
    internal NumberBound? Minimum { get; set; }
    internal bool MinimumIsExclusive { get; set; }
    internal NumberBound? Maximum { get; set; }
    internal bool MaximumIsExclusive { get; set; }
    /// <summary>Beside <see cref="Minimum"/>, from draft 6 on.</summary>
    internal NumberBound? ExclusiveMinimum { get; set; }
    internal NumberBound? ExclusiveMaximum { get; set; }
    internal NumberBound? MultipleOf { get; set; }
}

internal sealed class StringRules
{
    internal long MinLength { get; set; }
    internal long MaxLength { get; set; } = long.MaxValue;
    internal PatternMatcher? Pattern { get; set; }
    internal StringFormat? Format { get; set; }
}

internal sealed class ArrayRules
{
    internal long MinItems { get; set; }
    internal long MaxItems { get; set; } = long.MaxValue;
    internal bool UniqueItems { get; set; }
    internal SchemaNode[] Prefix { get; set; } = [];
    /// <summary>For the items after the prefix.</summary>
    internal SchemaNode? Items { get; set; }
    /// <summary>The keyword that <see cref="Items"/> came from.</summary>
    internal string ItemsKeyword { get; set; } = "items";
    internal string PrefixKeyword { get; set; } = "prefixItems";
    internal SchemaNode? Contains { get; set; }
    internal long MinContains { get; set; } = 1;
    internal long MaxContains { get; set; } = long.MaxValue;
    /// <summary>From 2020-12 on an item that matches <c>contains</c> counts as evaluated.</summary>
    internal bool ContainsEvaluates { get; set; }
    internal bool HasChildren => Prefix.Length > 0 || Items is not null || Contains is not null;
}

internal sealed class ObjectRules
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);

    internal ObjectRules() => Slots = _slots.GetAlternateLookup<ReadOnlySpan<char>>();

    internal long MinProperties { get; set; }
    internal long MaxProperties { get; set; } = long.MaxValue;
    /// <summary>A number for every name that a rule mentions.</summary>
    internal Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Slots { get; }
    internal List<string> Names { get; } = [];
    /// <summary>By slot; null for a name that only <c>required</c> and the like mention.</summary>
    internal List<SchemaNode?> Properties { get; } = [];
    internal List<(PatternMatcher Pattern, SchemaNode Node)> Patterns { get; } = [];
    internal SchemaNode? Additional { get; set; }
    internal SchemaNode? PropertyNames { get; set; }
    /// <summary>Slots.</summary>
    internal List<int> Required { get; } = [];
    /// <summary>A slot and the slots that it requires.</summary>
    internal List<(int Trigger, int[] Required, string Keyword)> Dependent { get; } = [];
    /// <summary>
    /// By slot, in an alternative: the members that tell it from the others. They are looked at before anything deep is, in whatever
    /// order the value has them; a recursive choice would else cost a power of the depth.
    /// </summary>
    internal SchemaNode?[]? Discriminators { get; set; }
    internal bool HasChildren => Names.Count > 0 || Patterns.Count > 0 || Additional is not null || PropertyNames is not null;

    internal int SlotOf(string name)
    {
        if (_slots.TryGetValue(name, out var slot))
            return slot;
        _slots.Add(name, Names.Count);
        Names.Add(name);
        Properties.Add(null);
        return Names.Count - 1;
    }
}

internal enum ApplicatorKind
{
    All,
    Any,
    One,
    Not,
    If,
    Dynamic,
    Dependent,
}

/// <summary>A keyword that applies further schemas to the same value.</summary>
internal sealed class Applicator(ApplicatorKind kind, string keyword, params SchemaNode?[] nodes)
{
    internal ApplicatorKind Kind { get; } = kind;

    internal string Keyword { get; } = keyword;

    /// <summary>The alternatives; of <c>if</c>: the condition, <c>then</c> and <c>else</c>, of which the last two may be missing.</summary>
    internal SchemaNode?[] Nodes { get; } = nodes;

    /// <summary>Of <c>$dynamicRef</c> and <c>$recursiveRef</c>: the name that the dynamic scope is searched for.</summary>
    internal string Anchor { get; init; } = "";

    /// <summary>Of a dependent schema: the slot of the member that it depends on.</summary>
    internal int Trigger { get; init; }
}
