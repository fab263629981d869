using System.Globalization;

namespace KrakenPlugins.Expressions.Syntax;

/// <summary>Calls that are no calls: the parser turns them into what they stand for.</summary>
internal sealed class Macros(bool hasBindings, bool hasOptionals, bool hasTwoVariables, bool hasBlocks)
{
    public bool HasOptionals { get; } = hasOptionals;

    /// <summary>What the call stands for; <see langword="null"/> when it is one of a function.</summary>
    public Expr? Expand(int offset, Expr? target, string name, Expr[] arguments) => target switch
    {
        null => name == "has" && arguments.Length == 1 ? Has(offset, arguments[0]) : null,
        IdentifierExpr { Name: "cel", IsAbsolute: false } => Library(offset, name, arguments) ?? Method(offset, target, name, arguments),
        _ => Method(offset, target, name, arguments),
    };

    private static Expr Has(int offset, Expr argument) => argument switch
    {
        SelectExpr select => new SelectExpr(select.Offset, select.Operand, select.Field, select.IsOptional, isTest: true, select.IsQuoted),
        IndexExpr index => new IndexExpr(index.Offset, index.Operand, index.Index, index.IsOptional, isTest: true),
        _ => throw new SyntaxError(argument.Offset > 0 ? argument.Offset : offset, "has() takes a field or an index: has(m.f), has(m['f'])"),
    };

    private Expr? Method(int offset, Expr target, string name, Expr[] arguments) => (name, arguments.Length) switch
    {
        ("all", 2) => Loop(offset, LoopKind.All, target, arguments),
        ("exists", 2) => Loop(offset, LoopKind.Exists, target, arguments),
        ("exists_one" or "existsOne", 2) => Loop(offset, LoopKind.ExistsOne, target, arguments),
        ("filter", 2) => Loop(offset, LoopKind.Filter, target, arguments),
        ("map", 2) => Loop(offset, LoopKind.Map, target, arguments),
        ("map", 3) => new LoopExpr(offset, LoopKind.Map, target, Variable(arguments[0]), null, arguments[1], arguments[2]),
        ("optMap", 2) when HasOptionals => new OptionalMapExpr(offset, target, Variable(arguments[0]), arguments[1], isFlat: false),
        ("optFlatMap", 2) when HasOptionals => new OptionalMapExpr(offset, target, Variable(arguments[0]), arguments[1], isFlat: true),
        _ => hasTwoVariables ? TwoVariables(offset, target, name, arguments) : null,
    };

    private static LoopExpr? TwoVariables(int offset, Expr target, string name, Expr[] arguments)
    {
        (LoopKind Kind, bool MayFilter)? macro = name switch
        {
            "all" => (LoopKind.All, false),
            "exists" => (LoopKind.Exists, false),
            "exists_one" or "existsOne" => (LoopKind.ExistsOne, false),
            "transformList" => (LoopKind.Map, true),
            "transformMap" => (LoopKind.TransformMap, true),
            "transformMapEntry" => (LoopKind.TransformMapEntry, true),
            _ => null,
        };
        if (macro is not { } found || arguments.Length != 3 && !(found.MayFilter && arguments.Length == 4))
            return null;
        var (first, second) = (Variable(arguments[0]), Variable(arguments[1]));
        if (first == second)
            throw new SyntaxError(arguments[1].Offset, $"both variables of {name}() are called '{first}'");
        return new(offset, found.Kind, target, first, second, arguments.Length == 4 ? arguments[2] : null, arguments[^1]);
    }

    private Expr? Library(int offset, string name, Expr[] arguments) => (name, arguments) switch
    {
        ("bind", [var variable, var value, var body]) when hasBindings => new BindExpr(offset, [Variable(variable)], [value], body),
        ("block", [ListExpr values, var body]) when hasBlocks => Block(offset, values, body),
        ("index", [ConstantExpr number]) when hasBlocks => new IdentifierExpr(offset, BlockName(number.Value.AsInt), false),
        ("iterVar", [ConstantExpr depth, ConstantExpr number]) when hasBlocks =>
            new IdentifierExpr(offset, string.Create(CultureInfo.InvariantCulture, $"@it:{depth.Value.AsInt}:{number.Value.AsInt}"), false),
        _ => null,
    };

    private static BindExpr Block(int offset, ListExpr values, Expr body) => new(
        offset,
        [.. Enumerable.Range(0, values.Elements.Length).Select(static i => BlockName(i))],
        [.. values.Elements.Select(static e => e.Value)],
        body);

    private static string BlockName(long number) => string.Create(CultureInfo.InvariantCulture, $"@index{number}");

    private static LoopExpr Loop(int offset, LoopKind kind, Expr target, Expr[] arguments) =>
        new(offset, kind, target, Variable(arguments[0]), null, null, arguments[1]);

    private static string Variable(Expr argument) => argument is IdentifierExpr { IsAbsolute: false } name
        ? name.Name
        : throw new SyntaxError(argument.Offset, "expected the name of a variable of the macro's own");
}
