using KrakenPlugins.Expressions.Functions;

namespace KrakenPlugins.Expressions;

/// <summary>Builds a <see cref="CelEnvironment"/>: the standard library is always there, the rest is added.</summary>
public sealed class CelEnvironmentBuilder
{
    internal List<KeyValuePair<string, CelType>> Variables { get; } = [];

    internal List<CelFunction> Functions { get; } = [];

    internal List<CelType> TypeNames { get; } =
    [
        CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.Null, CelType.Type,
        CelType.DynList, CelType.DynMap, CelType.Timestamp, CelType.Duration,
    ];

    internal string ContainerName { get; private set; } = "";

    internal CelZones DefaultZone { get; private set; }

    internal CelLimits DefaultLimits { get; private set; } = CelLimits.Default;

    internal bool HasBindings { get; private set; }

    internal bool HasOptionals { get; private set; }

    internal bool HasTwoVariableMacros { get; private set; }

    internal bool HasBlocks { get; private set; }

    /// <summary>Declares a variable; its number is how many were declared before. Names may have dots.</summary>
    public CelEnvironmentBuilder Variable(string name, CelType type)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(type);
        if (Variables.Exists(v => v.Key == name))
            throw new ArgumentException($"the variable {name} is declared twice", nameof(name));
        Variables.Add(new(name, type));
        return this;
    }

    /// <summary>Adds a function, or overloads to one of this name.</summary>
    public CelEnvironmentBuilder Function(CelFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        Functions.Add(function);
        return this;
    }

    /// <summary>The namespace in which names are looked up first: in <c>a.b</c>, <c>x</c> is <c>a.b.x</c>, <c>a.x</c> or <c>x</c>.</summary>
    public CelEnvironmentBuilder Container(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ContainerName = name;
        return this;
    }

    /// <summary>Which zone the getters of timestamps use when they are given none; UTC if this is not called.</summary>
    public CelEnvironmentBuilder TimestampZones(CelZones zones)
    {
        DefaultZone = zones;
        return this;
    }

    /// <summary>What an evaluation may cost at most, in steps (see <see cref="CelLimits"/>).</summary>
    public CelEnvironmentBuilder Limits(long maxCost)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxCost);
        DefaultLimits = new(maxCost);
        return this;
    }

    /// <summary><c>charAt</c>, <c>indexOf</c>, <c>lastIndexOf</c>, <c>join</c>, <c>replace</c>, <c>split</c>, <c>substring</c>, <c>trim</c>, <c>reverse</c>, <c>lowerAscii</c>, <c>upperAscii</c>, <c>format</c>, <c>strings.quote</c>.</summary>
    public CelEnvironmentBuilder AddStringExtensions() => AddAll(StringExtensions.Create());

    /// <summary><c>math.greatest</c>, <c>least</c>, <c>ceil</c>, <c>floor</c>, <c>round</c>, <c>trunc</c>, <c>abs</c>, <c>sign</c>, <c>sqrt</c>, <c>isNaN</c>, <c>isInf</c>, <c>isFinite</c>, <c>bitAnd</c>, <c>bitOr</c>, <c>bitXor</c>, <c>bitNot</c>, <c>bitShiftLeft</c>, <c>bitShiftRight</c>.</summary>
    public CelEnvironmentBuilder AddMathExtensions() => AddAll(MathExtensions.Create());

    /// <summary><c>base64.encode</c>, <c>base64.decode</c>.</summary>
    public CelEnvironmentBuilder AddEncoders() => AddAll(Encoders.Create());

    /// <summary><c>slice</c>, <c>flatten</c>, <c>distinct</c>, <c>reverse</c>, <c>sort</c>, <c>first</c>, <c>last</c>, <c>lists.range</c>.</summary>
    public CelEnvironmentBuilder AddLists() => AddAll(ListExtensions.Create());

    /// <summary><c>sets.contains</c>, <c>sets.equivalent</c>, <c>sets.intersects</c>.</summary>
    public CelEnvironmentBuilder AddSets() => AddAll(SetExtensions.Create());

    /// <summary><c>ip</c>, <c>isIP</c>, <c>cidr</c>, <c>isCIDR</c> and their methods.</summary>
    public CelEnvironmentBuilder AddNetwork()
    {
        TypeNames.Add(NetworkTypes.Address);
        TypeNames.Add(NetworkTypes.Block);
        return AddAll(NetworkExtensions.Create());
    }

    /// <summary><c>cel.bind(name, value, expression)</c>.</summary>
    public CelEnvironmentBuilder AddBindings()
    {
        HasBindings = true;
        return this;
    }

    /// <summary><c>optional.of</c>, <c>optional.none</c>, <c>a.?b</c>, <c>a[?b]</c>, <c>{?k: o}</c>, <c>[?o]</c> and the methods of optional values.</summary>
    public CelEnvironmentBuilder AddOptionals()
    {
        HasOptionals = true;
        TypeNames.Add(CelType.DynOptional);
        return AddAll(Optionals.Create());
    }

    /// <summary><c>all</c>, <c>exists</c>, <c>existsOne</c> with two variables, <c>transformList</c>, <c>transformMap</c>, <c>transformMapEntry</c>.</summary>
    public CelEnvironmentBuilder AddTwoVariableComprehensions()
    {
        HasTwoVariableMacros = true;
        return this;
    }

    /// <summary>The macros with which the language's tests write <c>cel.block</c>.</summary>
    internal CelEnvironmentBuilder AddBlocks()
    {
        HasBlocks = true;
        return this;
    }

    /// <summary>The environment; throws <see cref="ArgumentException"/> when a function has two overloads of the same name.</summary>
    public CelEnvironment Build() => new(this);

    private CelEnvironmentBuilder AddAll(IEnumerable<CelFunction> functions)
    {
        Functions.AddRange(functions);
        return this;
    }
}
