namespace KrakenPlugins.Expressions.Nodes;

/// <summary>Which values an overload takes when it is called, as bits of their kinds.</summary>
internal sealed class Signature
{
    private const int AnyValue = (1 << (int)CelKind.Error) - 1;

    private readonly int[] _masks;
    private readonly string?[] _opaque;
    private readonly bool _isVariadic;

    public Signature(CelOverload overload)
    {
        Overload = overload;
        _isVariadic = overload.IsVariadic;
        _masks = new int[overload.Parameters.Count];
        _opaque = new string?[_masks.Length];
        for (var i = 0; i < _masks.Length; i++)
        {
            var type = overload.Parameters[i];
            _masks[i] = Mask(type) | (overload.IsStrict ? 0 : 1 << (int)CelKind.Error);
            _opaque[i] = type.Kind == CelTypeKind.Opaque && !type.IsOptional ? type.Name : null;
        }
    }

    public CelOverload Overload { get; }

    public bool Takes(int position, in CelValue value)
    {
        position = Math.Min(position, _masks.Length - 1);
        return (_masks[position] & 1 << (int)value.Kind) != 0
            && (_opaque[position] is not { } name || value.Kind != CelKind.Opaque || value.AsOpaque.Type.Name == name);
    }

    public bool Takes(ReadOnlySpan<CelValue> values)
    {
        if (values.Length != _masks.Length && !(_isVariadic && values.Length > _masks.Length))
            return false;
        for (var i = 0; i < values.Length; i++)
        {
            if (!Takes(i, values[i]))
                return false;
        }
        return true;
    }

    private static int Mask(CelType type) => type.Kind switch
    {
        CelTypeKind.Dyn or CelTypeKind.Parameter => AnyValue,
        CelTypeKind.Null => 1 << (int)CelKind.Null,
        CelTypeKind.Bool => 1 << (int)CelKind.Bool,
        CelTypeKind.Int => 1 << (int)CelKind.Int,
        CelTypeKind.Uint => 1 << (int)CelKind.Uint,
        CelTypeKind.Double => 1 << (int)CelKind.Double,
        CelTypeKind.String => 1 << (int)CelKind.String,
        CelTypeKind.Bytes => 1 << (int)CelKind.Bytes,
        CelTypeKind.Duration => 1 << (int)CelKind.Duration,
        CelTypeKind.Timestamp => 1 << (int)CelKind.Timestamp,
        CelTypeKind.List => 1 << (int)CelKind.List,
        CelTypeKind.Map => 1 << (int)CelKind.Map,
        CelTypeKind.Type => 1 << (int)CelKind.Type,
        _ => type.IsOptional ? 1 << (int)CelKind.Optional : 1 << (int)CelKind.Opaque,
    };
}
