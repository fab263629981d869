using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Nodes;

internal readonly record struct ElementNode(Node Value, bool IsOptional);

internal sealed class ListNode(ElementNode[] elements, int size) : Node(size)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        if (!context.TryCharge(elements.Length))
            return CelContext.CostExceeded;
        var values = new CelValue[elements.Length];
        var count = 0;
        foreach (var (node, isOptional) in elements)
        {
            var value = node.Evaluate(ref context);
            if (value.IsError)
                return value;
            if (!isOptional)
                values[count++] = value;
            else if (value.Kind != CelKind.Optional)
                return CelErrors.NoSuchOverload("[?…]", value);
            else if (value.TryGetOptional(out var content))
                values[count++] = content;
        }
        return CelValue.OfList(new ArrayList(values, count));
    }
}

internal readonly record struct EntryNode(Node Key, Node Value, bool IsOptional);

internal sealed class MapNode(EntryNode[] entries, int size) : Node(size)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        if (!context.TryCharge(entries.Length * 2L))
            return CelContext.CostExceeded;
        var map = new ValueMap(entries.Length);
        foreach (var entry in entries)
        {
            var key = entry.Key.Evaluate(ref context);
            if (key.IsError)
                return key;
            var value = entry.Value.Evaluate(ref context);
            if (value.IsError)
                return value;
            if (entry.IsOptional)
            {
                if (value.Kind != CelKind.Optional)
                    return CelErrors.NoSuchOverload("{?…}", value);
                if (!value.TryGetOptional(out value))
                    continue;
            }
            if (Add(ref context, map, key, value) is { IsError: true } error)
                return error;
        }
        return CelValue.OfMap(map);
    }

    /// <summary>An error when it is no key or there already.</summary>
    public static CelValue Add(ref CelContext context, ValueMap map, in CelValue key, in CelValue value)
    {
        if (!context.TryChargeKey(key))
            return CelContext.CostExceeded;
        if (!ValueMap.IsKey(key.Kind))
            return CelValue.Error(CelErrorCode.BadArgument, $"unsupported key type: {key.Type.Name}; a key is a bool, an int, a uint or a string");
        return map.TryAdd(key, value) ? default : CelValue.Error(CelErrorCode.BadArgument, $"Failed with repeated key: {CelText.Kind(key)}");
    }
}
