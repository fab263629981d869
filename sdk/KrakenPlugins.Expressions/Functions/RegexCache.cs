using KrakenPlugins.Expressions.Values;
using KrakenPlugins.Re2;

namespace KrakenPlugins.Expressions.Functions;

/// <summary>Regular expressions whose text is only known when they are evaluated. Few are kept, as each may grow to megabytes.</summary>
internal static class RegexCache
{
    private const int MaxPattern = 1000;
    private const int CostOfPattern = 2000;
    private const int InstructionsPerStep = 8;

    private static readonly Re2Regex?[] s_kept = new Re2Regex?[32];

    /// <summary>Throws <see cref="FormatException"/> with the place in the pattern.</summary>
    public static Re2Regex Compile(string pattern)
    {
        try
        {
            return Re2Regex.Parse(pattern);
        }
        catch (Re2SyntaxException exception)
        {
            throw new FormatException($"the regular expression {CelText.Describe(CelValue.Of(pattern))} does not compile: {exception.Message} (RE2 syntax)", exception);
        }
    }

    public static CelValue IsMatch(ref CelContext context, Re2Regex regex, string text) =>
        context.TryChargeText(text.Length) ? CelValue.Of(regex.IsMatch(text)) : CelContext.CostExceeded;

    public static CelValue Matches(ref CelContext context, in CelValue text, in CelValue pattern)
    {
        var wanted = pattern.RawString;
        if (wanted.Length > MaxPattern)
            return CelValue.Error(CelErrorCode.BadArgument, $"a regular expression that is no constant has at most {MaxPattern} characters");
        if (!context.TryCharge(text.RawString.Length + wanted.Length))
            return CelContext.CostExceeded;
        ref var place = ref s_kept[(uint)wanted.GetHashCode(StringComparison.Ordinal) % s_kept.Length];
        var regex = Volatile.Read(ref place);
        if (regex?.Pattern != wanted)
        {
            if (!context.TryCharge(CostOfPattern))
                return CelContext.CostExceeded;
            if (!Re2Regex.TryParse(wanted, Re2Dialect.Re2, out regex, out _))
                return CelValue.Error(CelErrorCode.BadArgument, $"the regular expression, {CelText.Kind(pattern)}, does not compile (RE2 syntax)");
            if (!context.TryCharge(regex.Size))
                return CelContext.CostExceeded;
            Volatile.Write(ref place, regex);
        }
        // A pattern of whoever sends the request may make every character as expensive as it has instructions: (.?){999} in a few letters.
        if (!context.TryCharge((long)text.RawString.Length * regex.Size / InstructionsPerStep))
            return CelContext.CostExceeded;
        return CelValue.Of(regex.IsMatch(text.RawString));
    }
}
