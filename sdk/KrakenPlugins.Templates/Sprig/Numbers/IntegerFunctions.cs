using System.Globalization;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Numbers;

/// <summary>Arithmetic on 64-bit integers; it wraps around as Go's does.</summary>
internal static class IntegerFunctions
{
    public static void AddTo(FunctionTable table, RandomSource random)
    {
        table.AddVariadic("add", Add, Kind.Any);
        table.Add("add1", static a => TemplateValue.From(unchecked(Conversion.ToInt64(a[0]) + 1)), Kind.Any);
        table.Add("sub", static a => TemplateValue.From(unchecked(Conversion.ToInt64(a[0]) - Conversion.ToInt64(a[1]))), Kind.Any, Kind.Any);
        table.AddVariadic("mul", Multiply, Kind.Any, Kind.Any);
        table.Add("div", static a => TemplateValue.From(Divide("div", a).Quotient), Kind.Any, Kind.Any);
        table.Add("mod", static a => TemplateValue.From(Divide("mod", a).Remainder), Kind.Any, Kind.Any);
        table.AddVariadic("max", Maximum, Kind.Any, Kind.Any);
        table.AddVariadic("biggest", Maximum, Kind.Any, Kind.Any);
        table.AddVariadic("min", Minimum, Kind.Any, Kind.Any);
        table.Add("randInt", a => RandomInteger(a[0].AsInt, a[1].AsInt, random), Kind.Int, Kind.Int);
        table.Add("int", static a => TemplateValue.From(Conversion.ToInt64(a[0])), Kind.Any);
        table.Add("int64", static a => TemplateValue.From(Conversion.ToInt64(a[0])), Kind.Any);
        table.Add("atoi", static a => TemplateValue.From(Conversion.TryParse(a[0].AsString, 10, out var value) ? value : 0), Kind.String);
        table.Add("toDecimal", ReadOctal, Kind.Any);
    }

    private static TemplateValue Add(ReadOnlySpan<TemplateValue> arguments)
    {
        var sum = 0L;
        foreach (var argument in arguments) sum = unchecked(sum + Conversion.ToInt64(argument));
        return TemplateValue.From(sum);
    }

    private static TemplateValue Multiply(ReadOnlySpan<TemplateValue> arguments)
    {
        var product = 1L;
        foreach (var argument in arguments) product = unchecked(product * Conversion.ToInt64(argument));
        return TemplateValue.From(product);
    }

    private static (long Quotient, long Remainder) Divide(string function, ReadOnlySpan<TemplateValue> arguments)
    {
        var divisor = Conversion.ToInt64(arguments[1]);
        if (divisor == 0) throw new TemplateFunctionException($"{function}: integer divide by zero");
        var dividend = Conversion.ToInt64(arguments[0]);
        // The processor traps on the one quotient that does not fit.
        if (divisor == -1) return (unchecked(-dividend), 0);
        return Math.DivRem(dividend, divisor);
    }

    private static TemplateValue Maximum(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = Conversion.ToInt64(arguments[0]);
        foreach (var argument in arguments[1..]) result = Math.Max(result, Conversion.ToInt64(argument));
        return TemplateValue.From(result);
    }

    private static TemplateValue Minimum(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = Conversion.ToInt64(arguments[0]);
        foreach (var argument in arguments[1..]) result = Math.Min(result, Conversion.ToInt64(argument));
        return TemplateValue.From(result);
    }

    private static TemplateValue RandomInteger(long minimum, long maximum, RandomSource random)
    {
        if (maximum > minimum) return TemplateValue.From(unchecked(minimum + (long)random.Below((ulong)(maximum - minimum))));
        throw new TemplateFunctionException(string.Create(CultureInfo.InvariantCulture, $"randInt: the upper bound {maximum} must be greater than the lower bound {minimum}"));
    }

    private static TemplateValue ReadOctal(ReadOnlySpan<TemplateValue> arguments) =>
        TemplateValue.From(Conversion.TryParse(GoFormat.Print(arguments[0]), 8, out var value) ? value : 0);
}
