using KrakenPlugins.Expressions.Values;

namespace KrakenPlugins.Expressions;

/// <summary>One evaluation, as a function sees it.</summary>
public ref struct CelContext
{
    private long _left;

    internal CelContext(CelInput input, long cost, Span<CelValue> locals)
    {
        Input = input;
        _left = cost;
        Locals = locals;
    }

    /// <summary>The variables' values: a function of the embedder may know its own class of input.</summary>
    public CelInput Input { get; }

    internal Span<CelValue> Locals { get; }

    /// <summary>
    /// Takes this many steps (see <see cref="CelLimits"/>) off the evaluation's limit. When it is <see langword="false"/>, nothing more
    /// may be done: the function returns <see cref="CostExceeded"/>.
    /// </summary>
    public bool TryCharge(long steps) => (_left -= Math.Max(steps, 0)) >= 0;

    /// <summary>Ends the evaluation: what it would have to look at is more than it may.</summary>
    internal bool Exceed()
    {
        _left = -1;
        return false;
    }

    internal readonly bool IsExceeded => _left < 0;

    // Looking a text up means going through it.
    internal bool TryChargeKey(in CelValue key) => key.Kind != CelKind.String || TryChargeText(key.RawString.Length);

    internal bool TryChargeText(long characters) => (_left -= (characters >> 3) + 1) >= 0;

    /// <summary>The error of an evaluation that costs more than its limit.</summary>
    public static CelValue CostExceeded => CelErrors.CostExceeded;
}
