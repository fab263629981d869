using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Numbers;

/// <summary>Arithmetic on floating-point numbers. Sums, products and quotients are computed in decimal, so <c>addf 0.1 0.2</c> is 0.3.</summary>
internal static class FloatFunctions
{
    public static void AddTo(FunctionTable table)
    {
        table.AddVariadic("addf", static a => Fold("addf", a, 0, '+'), Kind.Any);
        table.Add("add1f", static a => Fold("add1f", a, 1, '+'), Kind.Any);
        table.AddVariadic("subf", static a => Fold("subf", a[1..], Conversion.ToFloat(a[0]), '-'), Kind.Any, Kind.Any);
        table.AddVariadic("mulf", static a => Fold("mulf", a[1..], Conversion.ToFloat(a[0]), '*'), Kind.Any, Kind.Any);
        table.AddVariadic("divf", static a => Fold("divf", a[1..], Conversion.ToFloat(a[0]), '/'), Kind.Any, Kind.Any);
        table.AddVariadic("maxf", Maximum, Kind.Any, Kind.Any);
        table.AddVariadic("minf", Minimum, Kind.Any, Kind.Any);
        table.Add("ceil", static a => TemplateValue.From(Math.Ceiling(Conversion.ToFloat(a[0]))), Kind.Any);
        table.Add("floor", static a => TemplateValue.From(Math.Floor(Conversion.ToFloat(a[0]))), Kind.Any);
        table.AddVariadic("round", Round, Kind.Any, Kind.Int, Kind.Float);
        table.Add("float64", static a => TemplateValue.From(Conversion.ToFloat(a[0])), Kind.Any);
    }

    private static TemplateValue Fold(string function, ReadOnlySpan<TemplateValue> arguments, double start, char operation)
    {
        var result = Operand(function, start);
        foreach (var argument in arguments) result = Apply(function, result, Operand(function, Conversion.ToFloat(argument)), operation);
        return TemplateValue.From(result.ToDouble());
    }

    private static ExactDecimal Operand(string function, double value)
    {
        if (double.IsFinite(value)) return ExactDecimal.From(value);
        throw new TemplateFunctionException($"{function}: there is no decimal for a number that is not finite");
    }

    private static ExactDecimal Apply(string function, ExactDecimal left, ExactDecimal right, char operation) => operation switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        _ => right.IsZero ? throw new TemplateFunctionException($"{function}: division by zero") : left / right,
    };

    private static TemplateValue Maximum(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = Conversion.ToFloat(arguments[0]);
        foreach (var argument in arguments[1..]) result = Math.Max(result, Conversion.ToFloat(argument));
        return TemplateValue.From(result);
    }

    private static TemplateValue Minimum(ReadOnlySpan<TemplateValue> arguments)
    {
        var result = Conversion.ToFloat(arguments[0]);
        foreach (var argument in arguments[1..]) result = Math.Min(result, Conversion.ToFloat(argument));
        return TemplateValue.From(result);
    }

    // A third argument says from which fraction on a number is rounded up.
    private static TemplateValue Round(ReadOnlySpan<TemplateValue> arguments)
    {
        var roundUpFrom = arguments.Length > 2 ? arguments[2].AsFloat : 0.5;
        var power = Math.Pow(10, arguments[1].AsInt);
        var scaled = power * Conversion.ToFloat(arguments[0]);
        var fraction = scaled - Math.Truncate(scaled);
        var rounded = fraction >= roundUpFrom ? Math.Ceiling(scaled) : Math.Floor(scaled);
        return TemplateValue.From(rounded / power);
    }
}
