namespace KrakenPlugins.Expressions;

/// <summary>A compiled expression. Immutable and safe for concurrent use.</summary>
public sealed class CelProgram
{
    internal CelProgram(string text, CelType resultType, IReadOnlyList<string> variables)
    {
        Text = text;
        ResultType = resultType;
        Variables = variables;
    }

    /// <summary>The expression.</summary>
    public string Text { get; }

    /// <summary>The type of its result, as far as it is known before it is evaluated.</summary>
    public CelType ResultType { get; }

    /// <summary>The names of the variables that it or the functions it calls may read, each once, in ordinal order.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>The result with these values of the variables, within the environment's limits. Never throws for what the values are.</summary>
    public CelValue Evaluate(CelInput input) => throw new NotImplementedException();

    /// <summary>The result within other limits.</summary>
    public CelValue Evaluate(CelInput input, CelLimits limits) => throw new NotImplementedException();
}
