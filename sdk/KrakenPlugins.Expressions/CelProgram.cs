using System.Buffers;
using KrakenPlugins.Expressions.Nodes;

namespace KrakenPlugins.Expressions;

/// <summary>A compiled expression. Immutable and safe for concurrent use.</summary>
public sealed class CelProgram
{
    private readonly Node _root;
    private readonly int _locals;
    private readonly CelLimits _limits;

    internal CelProgram(string text, CelType resultType, IReadOnlyList<string> variables, Node root, int locals, CelLimits limits)
    {
        Text = text;
        ResultType = resultType;
        Variables = variables;
        _root = root;
        _locals = locals;
        _limits = limits;
    }

    /// <summary>The expression.</summary>
    public string Text { get; }

    /// <summary>The type of its result, as far as it is known before it is evaluated.</summary>
    public CelType ResultType { get; }

    /// <summary>The names of the variables that it or the functions it calls may read, each once, in ordinal order.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>The result with these values of the variables, within the environment's limits. Never throws for what the values are.</summary>
    public CelValue Evaluate(CelInput input) => Evaluate(input, _limits);

    /// <summary>The result within other limits.</summary>
    public CelValue Evaluate(CelInput input, CelLimits limits)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(limits);
        if (_locals == 0)
            return Run(input, limits, default);
        return _locals <= FewValues.Length ? RunWithFew(input, limits) : RunWithMany(input, limits);
    }

    private CelValue RunWithFew(CelInput input, CelLimits limits)
    {
        var locals = default(FewValues);
        return Run(input, limits, locals);
    }

    private CelValue RunWithMany(CelInput input, CelLimits limits)
    {
        var locals = ArrayPool<CelValue>.Shared.Rent(_locals);
        var result = Run(input, limits, locals);
        ArrayPool<CelValue>.Shared.Return(locals, clearArray: true);
        return result;
    }

    private CelValue Run(CelInput input, CelLimits limits, Span<CelValue> locals)
    {
        var context = new CelContext(input, limits.MaxCost, locals);
        var result = _root.Evaluate(ref context);
        return context.IsExceeded ? CelContext.CostExceeded : result;
    }
}
