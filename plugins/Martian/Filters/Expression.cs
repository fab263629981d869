using System.Text.RegularExpressions;
using KrakenPlugins.Martian.Definitions;

namespace KrakenPlugins.Martian.Filters;

/// <summary>A regular expression of the configuration, unanchored, in time linear to the text.</summary>
internal sealed class Expression
{
    private readonly Regex _regex;

    private Expression(Regex regex) => _regex = regex;

    public static Expression Of(Definition definition, string name)
    {
        var text = definition.Text(name);
        try
        {
            return new Expression(new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw definition.Fault(name, $"error parsing regexp: {exception.Message}");
        }
    }

    public bool IsMatch(ReadOnlySpan<char> text) => _regex.IsMatch(text);
}
