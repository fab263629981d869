using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions.Nodes;

/// <summary>What an access to a field or an element gives.</summary>
internal enum AccessKind
{
    /// <summary>The value, or an error where there is none.</summary>
    Value,
    /// <summary>An optional value.</summary>
    Optional,
    /// <summary>Whether there is one.</summary>
    Test,
}

/// <summary>A field with a name that is known, which in this world is a key of a map.</summary>
internal sealed class FieldNode(Node operand, string field, AccessKind kind) : Node(operand.Size + 1)
{
    private readonly CelValue _key = CelValue.Of(field);
    private readonly CelValue _missing = CelErrors.NoSuchKey(CelValue.Of(field));

    public override CelValue Evaluate(ref CelContext context)
    {
        var value = operand.Evaluate(ref context);
        if (kind == AccessKind.Value && value.Kind == CelKind.Map)
            return value.RawMap.TryGet(_key, out var found) ? found : _missing;
        return value.Kind switch
        {
            CelKind.Error => value,
            CelKind.Map or CelKind.Optional => Access.Get(value, _key, kind),
            _ => CelValue.Error(CelErrorCode.NoSuchOverload, $"type '{value.Type.Name}' does not support field selection"),
        };
    }
}

/// <summary>An element of a list or map.</summary>
internal sealed class IndexNode(Node operand, Node index, AccessKind kind) : Node(operand.Size + index.Size + 1)
{
    public override CelValue Evaluate(ref CelContext context)
    {
        var value = operand.Evaluate(ref context);
        if (value.IsError)
            return value;
        var key = index.Evaluate(ref context);
        if (key.IsError)
            return key;
        return context.TryChargeKey(key) ? Access.Get(value, key, kind) : CelContext.CostExceeded;
    }
}

/// <summary>An element with a key that is known.</summary>
internal sealed class ConstantIndexNode(Node operand, CelValue key) : Node(operand.Size + 1)
{
    private readonly CelValue _missing = CelErrors.NoSuchKey(key);
    private readonly int _index = CelNumber.TryGetInt(key, out var index) && index is >= 0 and < int.MaxValue ? (int)index : int.MaxValue;

    public override CelValue Evaluate(ref CelContext context)
    {
        var value = operand.Evaluate(ref context);
        if (value.Kind == CelKind.Map)
            return value.RawMap.TryGet(key, out var found) ? found : _missing;
        if (value.Kind == CelKind.List && _index < value.RawList.Count)
            return value.RawList[_index];
        return value.IsError ? value : Access.Get(value, key, AccessKind.Value);
    }
}

internal static class Access
{
    public static CelValue Get(in CelValue operand, in CelValue key, AccessKind kind)
    {
        CelValue found = default;
        bool isThere;
        switch (operand.Kind)
        {
            case CelKind.Map:
                isThere = operand.RawMap.TryGet(key, out found);
                break;
            case CelKind.List:
                if (!CelNumber.TryGetInt(key, out var index))
                    return CelValue.Error(CelErrorCode.BadArgument, $"invalid_argument: {CelText.Kind(key)} is no index of a list");
                isThere = index >= 0 && index < operand.RawList.Count;
                if (isThere)
                    found = operand.RawList[(int)index];
                break;
            case CelKind.Optional:
                return OfOptional(operand, key, kind);
            default:
                return CelErrors.NoSuchOverload("[]", operand, key);
        }
        return kind switch
        {
            AccessKind.Test => CelValue.Of(isThere),
            AccessKind.Optional => !isThere ? CelValue.None : found.IsError ? found : CelValue.OfOptional(found),
            _ when isThere => found,
            _ when operand.Kind == CelKind.Map => CelErrors.NoSuchKeyOfData,
            _ => CelErrors.IndexOutOfRange(CelNumber.TryGetInt(key, out var index) ? index : 0),
        };
    }

    private static CelValue OfOptional(in CelValue operand, in CelValue key, AccessKind kind)
    {
        if (!operand.TryGetOptional(out var content))
            return kind == AccessKind.Test ? CelValue.False : CelValue.None;
        return content.Kind is CelKind.Map or CelKind.List
            ? Get(content, key, kind == AccessKind.Test ? kind : AccessKind.Optional)
            : CelValue.Error(CelErrorCode.NoSuchKey, $"no such key: type '{content.Type.Name}' has no fields");
    }
}
