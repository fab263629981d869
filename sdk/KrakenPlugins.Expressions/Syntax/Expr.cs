namespace KrakenPlugins.Expressions.Syntax;

/// <summary>A part of a parsed expression. The depth is that of the tree below it, itself included.</summary>
internal abstract class Expr(int offset, int depth)
{
    public int Offset { get; } = offset;

    public int Depth { get; } = depth;
}

internal sealed class ConstantExpr(int offset, CelValue value) : Expr(offset, 1)
{
    public CelValue Value { get; } = value;
}

/// <summary>A name; with a dot before it, one that is not looked up in the container or among local variables.</summary>
internal sealed class IdentifierExpr(int offset, string name, bool isAbsolute) : Expr(offset, 1)
{
    public string Name { get; } = name;

    public bool IsAbsolute { get; } = isAbsolute;
}

/// <summary><c>a.b</c>, <c>a.?b</c>, or <c>has(a.b)</c>. A name in backticks is never part of a qualified one.</summary>
internal sealed class SelectExpr(int offset, Expr operand, string field, bool isOptional, bool isTest, bool isQuoted) : Expr(offset, operand.Depth + 1)
{
    public Expr Operand { get; } = operand;

    public string Field { get; } = field;

    public bool IsOptional { get; } = isOptional;

    public bool IsTest { get; } = isTest;

    public bool IsQuoted { get; } = isQuoted;
}

/// <summary><c>a[i]</c>, <c>a[?i]</c>, or <c>has(a[i])</c>.</summary>
internal sealed class IndexExpr(int offset, Expr operand, Expr index, bool isOptional, bool isTest) : Expr(offset, Math.Max(operand.Depth, index.Depth) + 1)
{
    public Expr Operand { get; } = operand;

    public Expr Index { get; } = index;

    public bool IsOptional { get; } = isOptional;

    public bool IsTest { get; } = isTest;
}

/// <summary>A call of a function, or of a method where there is a target.</summary>
internal sealed class CallExpr(int offset, Expr? target, string function, bool isAbsolute, Expr[] arguments)
    : Expr(offset, Math.Max(target?.Depth ?? 0, MaxDepth(arguments)) + 1)
{
    public Expr? Target { get; } = target;

    public string Function { get; } = function;

    public bool IsAbsolute { get; } = isAbsolute;

    public Expr[] Arguments { get; } = arguments;

    public static int MaxDepth(ReadOnlySpan<Expr> expressions)
    {
        var depth = 0;
        foreach (var expression in expressions)
            depth = Math.Max(depth, expression.Depth);
        return depth;
    }
}

/// <summary>An operator with its operands; that of <c>&amp;&amp;</c> and <c>||</c> may have more than two.</summary>
internal sealed class OperatorExpr(int offset, Operator op, params Expr[] operands) : Expr(offset, CallExpr.MaxDepth(operands) + 1)
{
    public Operator Operator { get; } = op;

    public Expr[] Operands { get; } = operands;
}

/// <summary>An element of a list; an optional one is left out when it is absent.</summary>
internal readonly record struct ListElement(Expr Value, bool IsOptional);

internal sealed class ListExpr(int offset, ListElement[] elements, int depth) : Expr(offset, depth)
{
    public ListElement[] Elements { get; } = elements;
}

internal readonly record struct MapEntry(Expr Key, Expr Value, bool IsOptional);

internal sealed class MapExpr(int offset, MapEntry[] entries, int depth) : Expr(offset, depth)
{
    public MapEntry[] Entries { get; } = entries;
}

/// <summary>A message with its fields. No type of message is known: it only serves for a good error.</summary>
internal sealed class MessageExpr(int offset, string name) : Expr(offset, 1)
{
    public string Name { get; } = name;
}

internal enum LoopKind
{
    All, Exists, ExistsOne, Map, Filter, TransformMap, TransformMapEntry,
}

/// <summary>A macro that goes through a list or map, with one or two variables.</summary>
internal sealed class LoopExpr(int offset, LoopKind kind, Expr range, string first, string? second, Expr? filter, Expr body)
    : Expr(offset, Math.Max(Math.Max(range.Depth, filter?.Depth ?? 0), body.Depth) + 1)
{
    public LoopKind Kind { get; } = kind;

    public Expr Range { get; } = range;

    public string First { get; } = first;

    public string? Second { get; } = second;

    public Expr? Filter { get; } = filter;

    public Expr Body { get; } = body;
}

/// <summary>Names for values that are evaluated when they are first needed: <c>cel.bind</c>, <c>cel.block</c>.</summary>
internal sealed class BindExpr(int offset, string[] names, Expr[] values, Expr body) : Expr(offset, Math.Max(CallExpr.MaxDepth(values), body.Depth) + 1)
{
    public string[] Names { get; } = names;

    public Expr[] Values { get; } = values;

    public Expr Body { get; } = body;
}

/// <summary><c>o.optMap(x, e)</c> or <c>o.optFlatMap(x, e)</c>.</summary>
internal sealed class OptionalMapExpr(int offset, Expr target, string name, Expr body, bool isFlat) : Expr(offset, Math.Max(target.Depth, body.Depth) + 1)
{
    public Expr Target { get; } = target;

    public string Name { get; } = name;

    public Expr Body { get; } = body;

    public bool IsFlat { get; } = isFlat;
}
