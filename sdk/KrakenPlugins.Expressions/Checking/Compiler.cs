using System.Runtime.CompilerServices;
using KrakenPlugins.Expressions.Nodes;
using KrakenPlugins.Expressions.Syntax;
using KrakenPlugins.Expressions.Values;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Expressions.Checking;

/// <summary>A part of an expression that has been checked: what evaluates it and the type of its result.</summary>
internal readonly record struct Compiled(Node Node, CelType Type);

/// <summary>
/// Checks the types of a parsed expression and makes the nodes that evaluate it, in one pass. Without checking, everything is dyn and
/// what cannot be resolved is an error of the evaluation.
/// </summary>
internal sealed partial class Compiler
{
    private const int MaxIssues = 20;
    private const int MaxFoldingCost = 10_000;

    private readonly string _text;
    private readonly Declarations _declarations;
    private readonly bool _isChecked;
    private readonly Substitution _types = new();
    private readonly List<CelIssue> _issues = [];
    private readonly SortedSet<string> _variables = new(StringComparer.Ordinal);
    private Scope? _scope;
    private int _slots;

    private Compiler(string text, Declarations declarations, bool isChecked)
    {
        _text = text;
        _declarations = declarations;
        _isChecked = isChecked;
    }

    /// <summary>Throws <see cref="CelException"/>.</summary>
    public static CelProgram Compile(string text, Declarations declarations, CelLimits limits, bool isChecked)
    {
        var compiler = new Compiler(text, declarations, isChecked);
        try
        {
            var root = compiler.Compile(Parser.Parse(text, declarations.Macros));
            if (compiler._issues.Count == 0)
                return new(text, compiler._types.Apply(root.Type, isFinal: true), [.. compiler._variables], root.Node, compiler._slots, limits);
        }
        catch (SyntaxError error)
        {
            compiler._issues.Add(TextPosition.Issue(text, error.Offset, error.Message));
        }
        throw new CelException(text, [.. compiler._issues.OrderBy(static i => i.Offset)]);
    }

    private Compiled Compile(Expr expression)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new SyntaxError(expression.Offset, "the expression is too deep for the stack of this thread");
        var compiled = expression switch
        {
            ConstantExpr constant => new(new ConstantNode(constant.Value), constant.Value.Type),
            IdentifierExpr name => CompileName(name),
            SelectExpr select => CompileSelect(select),
            IndexExpr index => CompileIndex(index),
            OperatorExpr operation => CompileOperator(operation),
            CallExpr call => CompileCall(call),
            ListExpr list => CompileList(list),
            MapExpr map => CompileMap(map),
            LoopExpr loop => CompileLoop(loop),
            BindExpr bind => CompileBind(bind),
            OptionalMapExpr map => CompileOptionalMap(map),
            MessageExpr message => Fail(message.Offset, CelErrorCode.Undeclared, $"'{message.Name}' is no type that can be made; messages are not supported, use a map: {{'field': value}}"),
            _ => throw new InvalidOperationException($"unknown part of an expression: {expression.GetType().Name}"),
        };
        return _isChecked ? compiled : compiled with { Type = CelType.Dyn };
    }

    private Compiled CompileName(IdentifierExpr name)
    {
        if (!name.IsAbsolute && Scope.Find(_scope, name.Name) is { } local)
            return new(local.Node, local.Type);
        return Global(name.Name, name.IsAbsolute) ?? Undeclared(name);
    }

    private Compiled? Global(string name, bool isAbsolute)
    {
        if (_declarations.TryVariable(name, isAbsolute, out var found, out var slot, out var type))
        {
            _variables.Add(found);
            return new Compiled(new VariableNode(slot), type);
        }
        return _declarations.Type(name, isAbsolute) is { } denoted
            ? new Compiled(new ConstantNode(CelValue.OfType(denoted)), CelType.TypeOf(denoted))
            : null;
    }

    private Compiled Undeclared(IdentifierExpr name)
    {
        var hint = ReservedWords.Meant(name.Name) is { } meant ? $"; did you mean {meant}?"
            : NearestName.Suggest(name.Name, [.. _declarations.VariableNames, "true", "false", "null"]);
        if (hint.Length == 0 && _declarations.Function(name.Name, name.IsAbsolute) is not null)
            hint = $"; {name.Name} is a function: {name.Name}(…)";
        else if (hint.Length == 0 && _declarations.VariableNames.Any())
            hint = $"; known are {string.Join(", ", _declarations.VariableNames.Take(12))}";
        return Fail(name.Offset, CelErrorCode.Undeclared, $"undeclared reference to '{name.Name}'{hint}");
    }

    private Compiled CompileSelect(SelectExpr select)
    {
        if (!select.IsTest && QualifiedName(select) is { } qualified && Global(qualified.Name, qualified.IsAbsolute) is { } found)
            return found;
        var operand = Compile(select.Operand);
        var kind = select.IsTest ? AccessKind.Test : select.IsOptional ? AccessKind.Optional : AccessKind.Value;
        var node = Fold(new FieldNode(operand.Node, select.Field, kind), operand.Node);
        var type = FieldType(_types.Apply(operand.Type), select);
        if (type is null)
            return Fail(select.Offset, CelErrorCode.NoSuchOverload, $"type '{_types.Apply(operand.Type)}' does not support field selection ('{select.Field}')");
        return new(node, select.IsTest ? CelType.Bool : select.IsOptional && !type.IsOptional ? CelType.Optional(type) : type);
    }

    private CelType? FieldType(CelType operand, SelectExpr select) => operand.Kind switch
    {
        CelTypeKind.Dyn or CelTypeKind.Parameter => CelType.Dyn,
        CelTypeKind.Map => operand.Parameters[1],
        _ when operand.IsOptional => FieldType(_types.Apply(operand.Parameters[0]), select) is { } field ? CelType.Optional(field) : null,
        _ => null,
    };

    // The name of a chain of names, unless it begins with a local variable.
    private (string Name, bool IsAbsolute)? QualifiedName(Expr expression)
    {
        switch (expression)
        {
            case IdentifierExpr name:
                return name.IsAbsolute || Scope.Find(_scope, name.Name) is null ? (name.Name, name.IsAbsolute) : null;
            case SelectExpr { IsOptional: false, IsTest: false, IsQuoted: false } select when QualifiedName(select.Operand) is { } operand:
                return ($"{operand.Name}.{select.Field}", operand.IsAbsolute);
            default:
                return null;
        }
    }

    private Compiled CompileIndex(IndexExpr expression)
    {
        var operand = Compile(expression.Operand);
        var index = Compile(expression.Index);
        var signatures = expression.IsOptional ? OperatorTypes.OptionalIndex : OperatorTypes.Index;
        if (Resolve(signatures, [operand.Type, index.Type], out var type) is null)
            return NoOverload(expression.Offset, "[]", [operand, index], signatures);
        var kind = expression.IsTest ? AccessKind.Test : expression.IsOptional ? AccessKind.Optional : AccessKind.Value;
        Node node = kind == AccessKind.Value && index.Node is ConstantNode constant && !constant.Value.IsError
            ? new ConstantIndexNode(operand.Node, constant.Value)
            : new IndexNode(operand.Node, index.Node, kind);
        return new(Fold(node, operand.Node, index.Node), expression.IsTest ? CelType.Bool : type);
    }

    /// <summary>The result of a node whose operands are constants, unless that is an error, which belongs to the evaluation.</summary>
    private static Node Fold(Node node, params ReadOnlySpan<Node> operands)
    {
        foreach (var operand in operands)
        {
            if (operand is not ConstantNode)
                return node;
        }
        var context = new CelContext(CelInput.Empty, MaxFoldingCost, default);
        var value = node.Evaluate(ref context);
        return value.IsError || context.IsExceeded ? node : new ConstantNode(value);
    }

    private Compiled Fail(int offset, CelErrorCode code, string message)
    {
        if (_isChecked)
        {
            _issues.Add(TextPosition.Issue(_text, offset, message));
            if (_issues.Count >= MaxIssues)
                throw new CelException(_text, [.. _issues.OrderBy(static i => i.Offset)]);
        }
        return new(new ConstantNode(CelValue.Error(code, message)), CelType.Dyn);
    }
}
