using System.Globalization;

namespace Gateway.CommandLine;

/// <summary>The command line cannot be understood; <see cref="Exception.Message"/> is for the person who typed it.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="flag">Long name of a flag that is unknown, or empty.</param>
internal sealed class UsageException(string message, string flag = "") : Exception(message)
{
    /// <summary>Long name of a flag that is unknown, or empty.</summary>
    public string Flag => flag;
}

/// <summary>What was given to a command.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    /// <summary>Arguments that are no flags, in order.</summary>
    public List<string> Positional { get; } = [];

    /// <summary>Whether a flag was given, and not switched off.</summary>
    public bool Has(string flag) => _values.TryGetValue(flag, out var values) && values[^1] != "false";

    /// <summary>How often a counted flag was given.</summary>
    public int Count(string flag) => _values.TryGetValue(flag, out var values) ? int.Parse(values[^1], CultureInfo.InvariantCulture) : 0;

    /// <summary>The last value of a flag, or <see langword="null"/>.</summary>
    public string? Text(string flag) => _values.TryGetValue(flag, out var values) ? values[^1] : null;

    /// <summary>The last value of a number, or 0.</summary>
    public int Number(string flag) => Count(flag);

    /// <summary>Every value of a flag.</summary>
    public IReadOnlyList<string> All(string flag) => _values.TryGetValue(flag, out var values) ? values : [];

    /// <summary>Records a flag.</summary>
    /// <param name="flag">Which.</param>
    /// <param name="value">The value; <see langword="null"/> when none was given.</param>
    /// <exception cref="UsageException">It is not of the flag's kind.</exception>
    public void Add(Flag flag, string? value)
    {
        if (!_values.TryGetValue(flag.Name, out var values))
            _values.Add(flag.Name, values = []);
        values.Add(flag.Kind switch
        {
            FlagKind.Switch => value is null ? "true" : Boolean(flag, value),
            FlagKind.Count => Text(value is null ? Integer(flag, values.Count == 0 ? "0" : values[^1]) + 1 : Integer(flag, value)),
            FlagKind.Number => Text(Integer(flag, value!)),
            _ => value!,
        });
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Integer(Flag flag, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"invalid argument \"{value}\" for \"{flag.Display}\": it takes a whole number");

    private static string Boolean(Flag flag, string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => "true",
        "0" or "f" or "F" or "false" or "FALSE" or "False" => "false",
        _ => throw new UsageException($"invalid argument \"{value}\" for \"{flag.Display}\": it takes true or false"),
    };
}
