using KrakenPlugins.Expressions.Nodes;
using KrakenPlugins.Expressions.Syntax;
using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Checking;

internal sealed partial class Compiler
{
    private const int ManyConstants = 6;

    private Compiled CompileOperator(OperatorExpr expression)
    {
        var operands = Array.ConvertAll(expression.Operands, Compile);
        if (expression.Operator is Operator.And or Operator.Or)
            return Logic(expression, operands);
        var signatures = OperatorTypes.Of(expression.Operator);
        if (Resolve(signatures, Array.ConvertAll(operands, static o => o.Type), out var type) is null)
            return NoOverload(expression.Offset, Operators.Symbol(expression.Operator), operands, signatures);
        var nodes = Array.ConvertAll(operands, static o => o.Node);
        return new(Fold(Create(expression.Operator, nodes), nodes), type);
    }

    private Compiled Logic(OperatorExpr expression, Compiled[] operands)
    {
        for (var i = 0; i < operands.Length; i++)
        {
            if (!_types.IsAssignable(operands[i].Type, CelType.Bool))
                Fail(expression.Operands[i].Offset, CelErrorCode.NoSuchOverload, $"'{Operators.Symbol(expression.Operator)}' takes bool, not {_types.Apply(operands[i].Type, isFinal: true)}");
        }
        var nodes = Array.ConvertAll(operands, static o => o.Node);
        return new(Fold(new LogicNode(expression.Operator == Operator.And, nodes), nodes), CelType.Bool);
    }

    private static Node Create(Operator op, Node[] operands) => op switch
    {
        Operator.Conditional => new ConditionalNode(operands[0], operands[1], operands[2]),
        Operator.Not => new NotNode(operands[0]),
        Operator.Negate => new NegateNode(operands[0]),
        Operator.Equal or Operator.NotEqual => Equal(operands[0], operands[1], op == Operator.NotEqual),
        Operator.In => In(operands[0], operands[1]),
        Operator.Add => new AddNode(operands[0], operands[1]),
        Operator.Subtract or Operator.Multiply or Operator.Divide or Operator.Modulo => new ArithmeticNode(op, operands[0], operands[1]),
        _ => new OrderNode(op, operands[0], operands[1]),
    };

    private static Node Equal(Node left, Node right, bool isNegated) => (left, right) switch
    {
        (_, ConstantNode { Value.Kind: CelKind.String } constant) => new EqualTextNode(left, constant.Value.AsString, isNegated),
        (ConstantNode { Value.Kind: CelKind.String } constant, _) => new EqualTextNode(right, constant.Value.AsString, isNegated),
        _ => new EqualNode(left, right, isNegated),
    };

    private static Node In(Node element, Node container)
    {
        if (container is not ConstantNode { Value.Kind: CelKind.List } constant || constant.Value.AsList is not { Count: >= ManyConstants } list)
            return new InNode(element, container);
        var constants = new ValueMap(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (!ValueMap.IsKey(list[i].Kind))
                return new InNode(element, container);
            constants.TryAdd(list[i], CelValue.True);
        }
        return new InConstantsNode(element, constants);
    }

    /// <summary>Which signatures take these types; <see langword="null"/> when none does. The type is what they have in common.</summary>
    private List<int>? Resolve(ReadOnlySpan<TypeSignature> signatures, CelType[] arguments, out CelType result)
    {
        List<int>? matching = null;
        CelType? common = null;
        for (var i = 0; i < signatures.Length; i++)
        {
            if (signatures[i].Parameters.Length != arguments.Length)
                continue;
            var names = new Dictionary<string, CelType>(StringComparer.Ordinal);
            if (!_types.AreAssignable(arguments, Array.ConvertAll(signatures[i].Parameters, p => _types.Rename(p, names))))
                continue;
            (matching ??= []).Add(i);
            var type = _types.Apply(_types.Rename(signatures[i].Result, names));
            common = common is null || common.Equals(type) ? type : CelType.Dyn;
        }
        result = common ?? CelType.Dyn;
        return matching;
    }

    private Compiled NoOverload(int offset, string name, Compiled[] arguments, ReadOnlySpan<TypeSignature> signatures)
    {
        var types = string.Join(", ", arguments.Select(a => _types.Apply(a.Type, isFinal: true)));
        var known = new List<string>();
        foreach (var signature in signatures[..Math.Min(signatures.Length, 8)])
            known.Add($"({string.Join(", ", signature.Parameters.Select(static p => p.ToString()))})");
        var rest = signatures.Length > known.Count ? ", …" : "";
        return Fail(offset, CelErrorCode.NoSuchOverload, $"no such overload: '{name}' does not take ({types}); it takes {string.Join(", ", known)}{rest}");
    }
}
