using KrakenPlugins.Expressions.Nodes;
using KrakenPlugins.Expressions.Syntax;

namespace KrakenPlugins.Expressions.Checking;

internal sealed partial class Compiler
{
    private Compiled CompileList(ListExpr list)
    {
        CelType? type = null;
        var elements = new ElementNode[list.Elements.Length];
        for (var i = 0; i < elements.Length; i++)
        {
            var (value, isOptional) = list.Elements[i];
            var compiled = Compile(value);
            elements[i] = new(compiled.Node, isOptional);
            type = _types.Join(type, isOptional ? Content(compiled, value.Offset) : compiled.Type);
        }
        var nodes = Array.ConvertAll(elements, static e => e.Value);
        return new(Fold(new ListNode(elements, Node.SizeOf(nodes)), nodes), CelType.List(type ?? _types.Fresh()));
    }

    private Compiled CompileMap(MapExpr map)
    {
        CelType? keyType = null, valueType = null;
        var entries = new EntryNode[map.Entries.Length];
        var nodes = new List<Node>();
        for (var i = 0; i < entries.Length; i++)
        {
            var (keyExpression, valueExpression, isOptional) = map.Entries[i];
            var key = Compile(keyExpression);
            var value = Compile(valueExpression);
            if (_types.Apply(key.Type).Kind is not (CelTypeKind.Dyn or CelTypeKind.Parameter or CelTypeKind.Bool or CelTypeKind.Int or CelTypeKind.Uint or CelTypeKind.String))
                Fail(keyExpression.Offset, CelErrorCode.BadArgument, $"unsupported key type: {_types.Apply(key.Type)}; a key is a bool, an int, a uint or a string");
            entries[i] = new(key.Node, value.Node, isOptional);
            nodes.Add(key.Node);
            nodes.Add(value.Node);
            keyType = _types.Join(keyType, key.Type);
            valueType = _types.Join(valueType, isOptional ? Content(value, valueExpression.Offset) : value.Type);
        }
        Node node = new MapNode(entries, Node.SizeOf([.. nodes]));
        return new(Fold(node, [.. nodes]), CelType.Map(keyType ?? _types.Fresh(), valueType ?? _types.Fresh()));
    }

    // What an optional value holds, where it is one.
    private CelType Content(Compiled value, int offset)
    {
        var content = _types.Fresh();
        if (_types.IsAssignable(value.Type, CelType.Optional(content)))
            return _types.Apply(content);
        return Fail(offset, CelErrorCode.NoSuchOverload, $"expected an optional value after '?', not {_types.Apply(value.Type, isFinal: true)}").Type;
    }

    private Compiled CompileLoop(LoopExpr loop)
    {
        var range = Compile(loop.Range);
        var (firstType, secondType) = RangeTypes(loop, range);
        var outer = _scope;
        var first = Declare(loop.First, firstType);
        var second = loop.Second is null ? -1 : Declare(loop.Second, secondType);
        Compiled? filter = loop.Filter is null ? null : Condition(loop.Filter);
        var body = loop.Kind is LoopKind.Map or LoopKind.TransformMap or LoopKind.TransformMapEntry ? Compile(loop.Body) : Condition(loop.Body);
        _scope = outer;
        var slots = new LoopSlots(first, second);
        return loop.Kind switch
        {
            LoopKind.All or LoopKind.Exists => new(new QuantifierNode(loop.Kind == LoopKind.All, range.Node, slots, body.Node), CelType.Bool),
            LoopKind.ExistsOne => new(new ExistsOneNode(range.Node, slots, body.Node), CelType.Bool),
            LoopKind.Filter => new(new ListLoopNode("filter", range.Node, slots, body.Node, new LocalNode(first)), CelType.List(firstType)),
            LoopKind.Map => new(new ListLoopNode(second < 0 ? "map" : "transformList", range.Node, slots, filter?.Node, body.Node), CelType.List(body.Type)),
            LoopKind.TransformMap => new(new MapLoopNode("transformMap", false, range.Node, slots, filter?.Node, body.Node), CelType.Map(firstType, body.Type)),
            _ => new(new MapLoopNode("transformMapEntry", true, range.Node, slots, filter?.Node, body.Node), EntriesType(loop, body)),
        };
    }

    private (CelType First, CelType Second) RangeTypes(LoopExpr loop, Compiled range)
    {
        var type = _types.Apply(range.Type);
        switch (type.Kind)
        {
            case CelTypeKind.List:
                return loop.Second is null ? (type.Parameters[0], CelType.Dyn) : (CelType.Int, type.Parameters[0]);
            case CelTypeKind.Map:
                return (type.Parameters[0], type.Parameters[1]);
            case CelTypeKind.Dyn or CelTypeKind.Parameter:
                return (CelType.Dyn, CelType.Dyn);
            default:
                Fail(loop.Offset, CelErrorCode.NoSuchOverload, $"a {type} cannot be gone through; expected a list or a map");
                return (CelType.Dyn, CelType.Dyn);
        }
    }

    private CelType EntriesType(LoopExpr loop, Compiled body)
    {
        var type = _types.Apply(body.Type);
        if (type.Kind is CelTypeKind.Map or CelTypeKind.Dyn or CelTypeKind.Parameter)
            return type.Kind == CelTypeKind.Map ? type : CelType.DynMap;
        return Fail(loop.Body.Offset, CelErrorCode.NoSuchOverload, $"transformMapEntry() takes a map of entries, not {type}").Type;
    }

    private Compiled Condition(Expr expression)
    {
        var compiled = Compile(expression);
        return _types.IsAssignable(compiled.Type, CelType.Bool)
            ? compiled
            : Fail(expression.Offset, CelErrorCode.NoSuchOverload, $"expected a condition (bool), not {_types.Apply(compiled.Type, isFinal: true)}");
    }

    private int Declare(string name, CelType type)
    {
        _scope = new(_scope, name, new LocalNode(_slots), _isChecked ? type : CelType.Dyn);
        return _slots++;
    }

    private Compiled CompileBind(BindExpr bind)
    {
        var outer = _scope;
        var slots = new List<int>();
        var size = 0;
        for (var i = 0; i < bind.Names.Length; i++)
        {
            var value = Compile(bind.Values[i]);
            var node = value.Node;
            if (node is not ConstantNode)
            {
                size += node.Size;
                slots.Add(_slots);
                node = new LazyLocalNode(_slots++, node);
            }
            _scope = new(_scope, bind.Names[i], node, value.Type);
        }
        var body = Compile(bind.Body);
        _scope = outer;
        return new(slots.Count == 0 ? body.Node : new BindNode([.. slots], size, body.Node), body.Type);
    }

    private Compiled CompileOptionalMap(OptionalMapExpr map)
    {
        var target = Compile(map.Target);
        var content = Content(target, map.Target.Offset);
        var outer = _scope;
        var slot = Declare(map.Name, content);
        var body = Compile(map.Body);
        _scope = outer;
        if (map.IsFlat)
            Content(body, map.Body.Offset);
        return new(new OptionalMapNode(target.Node, slot, body.Node, map.IsFlat), map.IsFlat ? body.Type : CelType.Optional(body.Type));
    }
}
