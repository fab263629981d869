using KrakenPlugins.Re2.Unicode;

namespace KrakenPlugins.Re2.Syntax;

/// <summary>A condition on a position; it consumes nothing.</summary>
internal enum Assertion
{
    BeginText,
    EndText,
    BeginLine,
    EndLine,
    WordBoundary,
    NoWordBoundary,
}

/// <summary>A parsed pattern, or a part of one.</summary>
internal abstract class Node
{
    protected Node(int height) => Height = height;

    /// <summary>Levels of nesting, this one included; bounds the recursion of everything that walks the tree.</summary>
    public int Height { get; }

    /// <summary>Whether it can match without consuming a character.</summary>
    public abstract bool IsNullable { get; }
}

internal sealed class EmptyNode() : Node(1)
{
    public static readonly EmptyNode Instance = new();

    public override bool IsNullable => true;
}

/// <summary>One character out of a set; an empty set never matches.</summary>
internal sealed class SetNode(CodePointSet set) : Node(1)
{
    public CodePointSet Set { get; } = set;

    public override bool IsNullable => false;
}

internal sealed class AssertionNode(Assertion assertion) : Node(1)
{
    public Assertion Assertion { get; } = assertion;

    public override bool IsNullable => true;
}

internal sealed class CaptureNode(Node body, int number) : Node(body.Height + 1)
{
    public Node Body { get; } = body;

    public int Number { get; } = number;

    public override bool IsNullable { get; } = body.IsNullable;
}

/// <param name="body">What is repeated.</param>
/// <param name="min">At least that often.</param>
/// <param name="max">At most that often; -1 for no limit.</param>
/// <param name="isGreedy">Whether more is preferred to fewer.</param>
internal sealed class RepeatNode(Node body, int min, int max, bool isGreedy) : Node(body.Height + 1)
{
    public Node Body { get; } = body;

    public int Min { get; } = min;

    public int Max { get; } = max;

    public bool IsGreedy { get; } = isGreedy;

    public override bool IsNullable { get; } = min == 0 || body.IsNullable;
}

internal sealed class ConcatNode(Node[] parts) : Node(parts.Max(static part => part.Height) + 1)
{
    public Node[] Parts { get; } = parts;

    public override bool IsNullable { get; } = parts.All(static part => part.IsNullable);
}

/// <summary>Alternatives, the first that leads to a match is taken.</summary>
internal sealed class AlternateNode(Node[] choices) : Node(choices.Max(static choice => choice.Height) + 1)
{
    public Node[] Choices { get; } = choices;

    public override bool IsNullable { get; } = choices.Any(static choice => choice.IsNullable);
}
