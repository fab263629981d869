namespace KrakenPlugins.Expressions;

/// <summary>The values of the variables of one evaluation. Asked at most where an expression uses them, so they may be made late.</summary>
public abstract class CelInput
{
    /// <summary>
    /// The value of the variable with this number, in the order in which <see cref="CelEnvironmentBuilder.Variable(string, CelType)"/> declared them.
    /// An error value where it has none.
    /// </summary>
    protected internal abstract CelValue Get(int slot);

    /// <summary>An input without variables.</summary>
    public static CelInput Empty { get; } = new CelValues(0);
}

/// <summary>An input that holds its values in an array.</summary>
public sealed class CelValues : CelInput
{
    private readonly CelValue[] _values;

    /// <summary>An input for this many variables, which all lack a value yet.</summary>
    public CelValues(int count)
    {
        _values = new CelValue[count];
        Array.Fill(_values, CelValue.Error(CelErrorCode.Undeclared, "the variable has no value"));
    }

    /// <summary>The value of a variable.</summary>
    public CelValue this[int slot]
    {
        get => _values[slot];
        set => _values[slot] = value;
    }

    /// <inheritdoc/>
    protected internal override CelValue Get(int slot) => _values[slot];
}
