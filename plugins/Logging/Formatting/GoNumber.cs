using System.Globalization;

namespace KrakenPlugins.Logging.Formatting;

/// <summary>Numbers as Go's verbs print them.</summary>
internal static class GoNumber
{
    /// <summary>The text of a number without sign.</summary>
    /// <param name="value">Not negative.</param>
    /// <param name="verb">One of <c>f F e E g G v d</c>; <c>d</c> prints whole numbers only, here as everywhere (OBS-033).</param>
    /// <param name="precision">Digits, or -1 for the verb's own.</param>
    public static string Format(double value, char verb, int precision)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return "Inf";
        return verb switch
        {
            'f' or 'F' => value.ToString("F" + Digits(precision, 6), CultureInfo.InvariantCulture),
            'e' => value.ToString((precision == 0 ? "0" : "0." + new string('0', precision < 0 ? 6 : precision)) + "e+00", CultureInfo.InvariantCulture),
            'E' => value.ToString((precision == 0 ? "0" : "0." + new string('0', precision < 0 ? 6 : precision)) + "E+00", CultureInfo.InvariantCulture),
            'g' or 'G' => General(value, verb, precision),
            'd' => Math.Truncate(value).ToString("F0", CultureInfo.InvariantCulture),
            _ => Plain(value),
        };
    }

    /// <summary>The text of a number of a document without exponent and without decimals that it does not have (OBS-033).</summary>
    public static string Plain(string json)
    {
        if (json.AsSpan().IndexOfAny('.', 'e', 'E') < 0)
            return json;
        if (decimal.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) && exact != 0)
            return exact.ToString("0.############################", CultureInfo.InvariantCulture);
        return double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? Plain(value) : json;
    }

    private static string Plain(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (!text.Contains('E', StringComparison.Ordinal))
            return text;
        return value >= 1 ? value.ToString("F0", CultureInfo.InvariantCulture) : value.ToString("0." + new string('#', 340), CultureInfo.InvariantCulture);
    }

    private static string General(double value, char verb, int precision)
    {
        var text = precision < 0
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : value.ToString("G" + Digits(Math.Max(precision, 1), 1), CultureInfo.InvariantCulture);
        // Go has a sign and two digits at least in the exponent.
        var exponent = text.IndexOf('E', StringComparison.Ordinal);
        if (exponent < 0)
            return text;
        var power = int.Parse(text.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{text[..exponent]}{(verb == 'g' ? 'e' : 'E')}{(power < 0 ? '-' : '+')}{Math.Abs(power):00}");
    }

    private static string Digits(int precision, int otherwise) => (precision < 0 ? otherwise : precision).ToString(CultureInfo.InvariantCulture);
}
