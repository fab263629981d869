using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Re2;

namespace KrakenPlugins.Martian.Filters;

/// <summary>Reads the regular expressions of the configuration: RE2's syntax, matched in time linear to the text.</summary>
internal static class Expression
{
    /// <summary>The expression in an attribute.</summary>
    public static Re2Regex Of(Definition definition, string name) =>
        Re2Regex.TryParse(definition.Text(name), Re2Dialect.Re2, out var regex, out var reason) ? regex : throw definition.Fault(name, reason);
}
