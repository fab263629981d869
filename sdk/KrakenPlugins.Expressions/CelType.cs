using System.Text;

namespace KrakenPlugins.Expressions;

/// <summary>What a <see cref="CelType"/> is.</summary>
public enum CelTypeKind
{
    /// <summary>Anything; checked when it is evaluated.</summary>
    Dyn,
    /// <summary>The type of <c>null</c>.</summary>
    Null,
    /// <summary>Booleans.</summary>
    Bool,
    /// <summary>Signed whole numbers.</summary>
    Int,
    /// <summary>Unsigned whole numbers.</summary>
    Uint,
    /// <summary>Doubles.</summary>
    Double,
    /// <summary>Texts.</summary>
    String,
    /// <summary>Bytes.</summary>
    Bytes,
    /// <summary>Lengths of time.</summary>
    Duration,
    /// <summary>Moments.</summary>
    Timestamp,
    /// <summary>Lists of one parameter.</summary>
    List,
    /// <summary>Maps of two parameters.</summary>
    Map,
    /// <summary>Types; the parameter is the type it is, where that is known.</summary>
    Type,
    /// <summary>A named type of a library, with or without parameters.</summary>
    Opaque,
    /// <summary>A parameter of an overload's signature, as <c>T</c> in <c>list(T)</c>.</summary>
    Parameter,
}

/// <summary>A type of CEL. Immutable.</summary>
public sealed class CelType : IEquatable<CelType>
{
    private static readonly CelType[] s_none = [];

    private CelType(CelTypeKind kind, string name, params CelType[] parameters)
    {
        Kind = kind;
        Name = name;
        Parameters = parameters.Length == 0 ? s_none : parameters;
    }

    /// <summary>What it is.</summary>
    public CelTypeKind Kind { get; }

    /// <summary>Its name in an expression: <c>int</c>, <c>list</c>, <c>google.protobuf.Timestamp</c>, <c>net.IP</c>.</summary>
    public string Name { get; }

    /// <summary>Its parameters: of a list one, of a map the keys' and the values'.</summary>
    public IReadOnlyList<CelType> Parameters { get; }

    /// <summary>Anything, checked when it is evaluated.</summary>
    public static CelType Dyn { get; } = new(CelTypeKind.Dyn, "dyn");

    /// <summary>The type of <c>null</c>.</summary>
    public static CelType Null { get; } = new(CelTypeKind.Null, "null_type");

    /// <summary>Booleans.</summary>
    public static CelType Bool { get; } = new(CelTypeKind.Bool, "bool");

    /// <summary>Signed whole numbers of 64 bits.</summary>
    public static CelType Int { get; } = new(CelTypeKind.Int, "int");

    /// <summary>Unsigned whole numbers of 64 bits.</summary>
    public static CelType Uint { get; } = new(CelTypeKind.Uint, "uint");

    /// <summary>Doubles.</summary>
    public static CelType Double { get; } = new(CelTypeKind.Double, "double");

    /// <summary>Texts.</summary>
    public static CelType String { get; } = new(CelTypeKind.String, "string");

    /// <summary>Bytes.</summary>
    public static CelType Bytes { get; } = new(CelTypeKind.Bytes, "bytes");

    /// <summary>Lengths of time.</summary>
    public static CelType Duration { get; } = new(CelTypeKind.Duration, "google.protobuf.Duration");

    /// <summary>Moments.</summary>
    public static CelType Timestamp { get; } = new(CelTypeKind.Timestamp, "google.protobuf.Timestamp");

    /// <summary>A type as a value, without saying which.</summary>
    public static CelType Type { get; } = new(CelTypeKind.Type, "type");

    internal static CelType DynList { get; } = List(Dyn);

    internal static CelType DynMap { get; } = Map(Dyn, Dyn);

    internal static CelType DynOptional { get; } = Optional(Dyn);

    /// <summary>Lists of such elements.</summary>
    public static CelType List(CelType element) => new(CelTypeKind.List, "list", NotNull(element));

    /// <summary>Maps of such keys and values.</summary>
    public static CelType Map(CelType key, CelType value) => new(CelTypeKind.Map, "map", NotNull(key), NotNull(value));

    /// <summary>The type as a value that is known to be this one.</summary>
    public static CelType TypeOf(CelType type) => new(CelTypeKind.Type, "type", NotNull(type));

    /// <summary>Values of a type that may be absent.</summary>
    public static CelType Optional(CelType content) => new(CelTypeKind.Opaque, "optional_type", NotNull(content));

    /// <summary>A library's type.</summary>
    public static CelType Opaque(string name, params CelType[] parameters)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(parameters);
        return new(CelTypeKind.Opaque, name, parameters);
    }

    /// <summary>A parameter of an overload's signature: the same name is the same type within one call.</summary>
    public static CelType Parameter(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new(CelTypeKind.Parameter, name);
    }

    internal bool IsOptional => Kind == CelTypeKind.Opaque && Name == "optional_type";

    internal static CelType OfValue(in CelValue value) => value.Kind switch
    {
        CelKind.Null => Null,
        CelKind.Bool => Bool,
        CelKind.Int => Int,
        CelKind.Uint => Uint,
        CelKind.Double => Double,
        CelKind.String => String,
        CelKind.Bytes => Bytes,
        CelKind.List => DynList,
        CelKind.Map => DynMap,
        CelKind.Duration => Duration,
        CelKind.Timestamp => Timestamp,
        CelKind.Type => Type,
        CelKind.Optional => DynOptional,
        CelKind.Opaque => value.AsOpaque.Type,
        _ => Dyn,
    };

    /// <summary>The same type with the same parameters.</summary>
    public bool Equals(CelType? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || Kind != other.Kind || Name != other.Name || Parameters.Count != other.Parameters.Count)
            return false;
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (!Parameters[i].Equals(other.Parameters[i]))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CelType);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Name, Parameters.Count);

    /// <summary>As people write it: <c>map(string, list(int))</c>.</summary>
    public override string ToString()
    {
        if (Parameters.Count == 0)
            return Name;
        var text = new StringBuilder(Name).Append('(');
        for (var i = 0; i < Parameters.Count; i++)
            text.Append(i == 0 ? "" : ", ").Append(Parameters[i]);
        return text.Append(')').ToString();
    }

    private static CelType NotNull(CelType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type;
    }
}
