namespace KrakenPlugins.Expressions;

/// <summary>A function without arguments.</summary>
public delegate CelValue CelNullary(ref CelContext context);

/// <summary>A function of one argument, or a method without further ones.</summary>
public delegate CelValue CelUnary(ref CelContext context, in CelValue a);

/// <summary>A function of two arguments.</summary>
public delegate CelValue CelBinary(ref CelContext context, in CelValue a, in CelValue b);

/// <summary>A function of three arguments.</summary>
public delegate CelValue CelTernary(ref CelContext context, in CelValue a, in CelValue b, in CelValue c);

/// <summary>A function of any number of arguments; they are only valid during the call.</summary>
public delegate CelValue CelVariadic(ref CelContext context, scoped ReadOnlySpan<CelValue> arguments);

/// <summary>A function that expressions can call: a name and what it takes. Names may have dots (<c>base64.encode</c>).</summary>
public sealed class CelFunction
{
    /// <summary>A function with its overloads, of which there is at least one.</summary>
    public CelFunction(string name, params CelOverload[] overloads)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(overloads);
        if (overloads.Length == 0)
            throw new ArgumentException($"the function {name} has no overload", nameof(overloads));
        Name = name;
        Overloads = overloads;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>What it takes and gives.</summary>
    public IReadOnlyList<CelOverload> Overloads { get; }

    /// <summary>Names of the variables that the function reads from the input itself; they count as used by the expressions that call it.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];
}
