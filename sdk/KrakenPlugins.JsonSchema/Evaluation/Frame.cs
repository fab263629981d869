using KrakenPlugins.JsonSchema.Compilation;

namespace KrakenPlugins.JsonSchema.Evaluation;

/// <summary>What a frame does next.</summary>
internal enum Phase
{
    /// <summary>The rules on the value itself; only where failures are collected, else they were checked before the frame was made.</summary>
    Assertions,
    Children,
    Applicators,
    Unevaluated,
}

/// <summary>What the verdict on a schema below means for the frame.</summary>
internal enum Awaiting
{
    /// <summary>A failure below is a failure here.</summary>
    Consent,
    /// <summary>One candidate of <c>contains</c>.</summary>
    Contains,
    /// <summary>The current applicator decides.</summary>
    Applicator,
}

/// <summary>How a schema is entered.</summary>
internal enum Entry
{
    /// <summary>On a child of the value.</summary>
    Child,
    /// <summary>On the same value; what it looks at counts as looked at here.</summary>
    SameValue,
    /// <summary>On the same value, without any trace.</summary>
    Probe,
}

/// <summary>One schema on one value, suspended while a schema below is evaluated.</summary>
internal struct Frame<T, TChildren>
{
    internal SchemaNode Node;
    internal T Instance;
    internal JsonInstanceKind Kind;
    internal Entry Entry;
    internal Phase Phase;
    internal Awaiting Awaiting;

    /// <summary>All failures are wanted, not only whether there is one.</summary>
    internal bool Collect;
    internal bool Failed;

    /// <summary>The value is another alternative's: nothing deep is worth a reason.</summary>
    internal bool Shallow;

    /// <summary>Which children were looked at must be known.</summary>
    internal bool Tracking;

    /// <summary>The children of the value; restarted for the last phase.</summary>
    internal TChildren Cursor;
    internal int Child;
    internal int Stage;
    internal int Slot;
    internal bool Claimed;
    internal int Contained;

    internal int Applicator;
    internal int Branch;
    internal int Matched;
    internal Alternatives? Alternatives;

    /// <summary>In the arena of bits: names seen, then children evaluated.</summary>
    internal int SeenAt;
    internal int EvaluatedAt;
    internal int ArenaEnd;

    internal int ScopeCount;
    internal long Chain;
    internal int Depth;
    internal PointerPath? Path;
}
