using KrakenPlugins.Expressions;

namespace KrakenPlugins.Tiers;

/// <summary>A tier by an expression over the variable <c>value</c> (TRF-055).</summary>
/// <param name="tier">Its index.</param>
/// <param name="program">The expression.</param>
internal sealed class TierPolicy(int tier, CelProgram program)
{
    // Some hundred microseconds: a header is 32 KB at most, and every request pays for every policy above its tier.
    private const long MostSteps = 50_000;

    /// <summary>The language of policies, as far as it needs no request.</summary>
    public static CelEnvironment Environment { get; } = new CelEnvironmentBuilder()
        .Variable("value", CelType.String)
        .AddStringExtensions().AddMathExtensions().AddEncoders().AddLists().AddSets().AddNetwork().AddBindings()
        .Limits(MostSteps)
        .Build();

    /// <summary>Its index.</summary>
    public int Tier => tier;

    /// <summary>Whether a value is in the tier; one that the expression fails with is not (TRF-067).</summary>
    public bool IsMatch(string value)
    {
        var input = Input.OfThread;
        input.Value = value;
        var isMatch = program.Evaluate(input).IsTrue;
        input.Value = "";
        return isMatch;
    }

    // Evaluations do not wait, so that one per thread is enough.
    private sealed class Input : CelInput
    {
        [ThreadStatic]
        private static Input? t_input;

        public static Input OfThread => t_input ??= new Input();

        public string Value { get; set; } = "";

        protected override CelValue Get(int slot) => CelValue.Of(Value);
    }
}
