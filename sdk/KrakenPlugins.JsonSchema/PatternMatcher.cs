using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Re2;

namespace KrakenPlugins.JsonSchema;

/// <summary>
/// A pattern of a schema: an ECMA-262 regular expression with Unicode semantics, matched in time linear in the text. What cannot be
/// matched so (look-around, back-references) is refused when the schema is compiled.
/// </summary>
internal sealed class PatternMatcher
{
    private readonly Re2Regex _regex;

    private PatternMatcher(Re2Regex regex) => _regex = regex;

    /// <summary>The pattern as the schema writes it.</summary>
    internal string Text => _regex.Pattern;

    internal static bool TryParse(string pattern, [NotNullWhen(true)] out PatternMatcher? matcher, [NotNullWhen(false)] out string? error)
    {
        matcher = Re2Regex.TryParse(pattern, Re2Dialect.EcmaScript, out var regex, out error) ? new PatternMatcher(regex) : null;
        return matcher is not null;
    }

    internal bool IsMatch(ReadOnlySpan<char> text) => _regex.IsMatch(text);
}
