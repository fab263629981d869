using System.Globalization;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Quota.Counting;

/// <summary>A limit of a rule.</summary>
/// <param name="Unit">The window.</param>
/// <param name="Amount">What it holds.</param>
internal sealed record QuotaLimit(QuotaUnit Unit, double Amount);

/// <summary>A rule as the script gets it. Immutable.</summary>
internal sealed class QuotaRule
{
    // The arguments of nearly every call: one request, and the question whether anything is left.
    private readonly RedisArgument[] _one;
    private readonly RedisArgument[] _none;

    public QuotaRule(string name, IReadOnlyList<QuotaLimit> limits)
    {
        Name = name;
        Limits = [.. limits];
        _one = Build(QuotaScript.Take, 1);
        _none = Build(QuotaScript.Take, 0);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its limits in their order, each with a unit of its own.</summary>
    public QuotaLimit[] Limits { get; }

    /// <summary>Arguments of the script.</summary>
    public RedisArgument[] Arguments(string action, double weight) => (action, weight) switch
    {
        (QuotaScript.Take, 1) => _one,
        (QuotaScript.Take, 0) => _none,
        _ => Build(action, weight),
    };

    private RedisArgument[] Build(string action, double weight)
    {
        var arguments = new RedisArgument[2 + (2 * Limits.Length)];
        (arguments[0], arguments[1]) = (action, Text(weight));
        for (var i = 0; i < Limits.Length; i++)
            (arguments[2 + (2 * i)], arguments[3 + (2 * i)]) = (Limits[i].Unit.Letter, Text(Limits[i].Amount));
        return arguments;
    }

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
