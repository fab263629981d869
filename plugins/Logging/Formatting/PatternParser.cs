using System.Text;

namespace KrakenPlugins.Logging.Formatting;

/// <summary>A pattern that cannot be used; the message says why, without position.</summary>
internal sealed class PatternException(string message) : Exception(message);

/// <summary>A piece of a pattern: text as it is, or a variable with what stands behind its colon.</summary>
/// <param name="Literal">The text, or <see langword="null"/> for a variable.</param>
/// <param name="Name">Name of the variable.</param>
/// <param name="Format">Its format, or <see langword="null"/> without one.</param>
internal readonly record struct PatternPart(byte[]? Literal, string Name, string? Format);

/// <summary>Splits patterns at their variables, <c>%{name}</c> and <c>%{name:format}</c>.</summary>
internal static class PatternParser
{
    /// <summary>The parts in order; an opening without end is text.</summary>
    public static List<PatternPart> Split(string pattern)
    {
        var parts = new List<PatternPart>();
        var position = 0;
        while (true)
        {
            var start = pattern.IndexOf("%{", position, StringComparison.Ordinal);
            var end = start < 0 ? -1 : pattern.IndexOf('}', start);
            if (end < 0)
                break;
            AddText(parts, pattern[position..start]);
            var inside = pattern[(start + 2)..end];
            var colon = inside.IndexOf(':', StringComparison.Ordinal);
            parts.Add(colon < 0 ? new(null, inside, null) : new(null, inside[..colon], inside[(colon + 1)..]));
            position = end + 1;
        }
        AddText(parts, pattern[position..]);
        return parts;
    }

    /// <summary>The verb of a variable: its own, or the default.</summary>
    /// <exception cref="PatternException">Go has no such verb.</exception>
    public static GoVerb Verb(PatternPart part, string otherwise, VerbOperand operand)
    {
        var format = string.IsNullOrEmpty(part.Format) ? otherwise : part.Format;
        return GoVerb.Parse(format, operand)
            ?? throw new PatternException($"\"{format}\" in %{{{part.Name}:{format}}} is no formatting verb for {Describe(operand)}; write one of Go's without its %, such as \"{otherwise}\"");
    }

    /// <summary>The time layout of a variable: its own, or the default.</summary>
    public static GoTime Time(PatternPart part, string otherwise) => GoTime.Parse(string.IsNullOrEmpty(part.Format) ? otherwise : part.Format);

    private static void AddText(List<PatternPart> parts, string text)
    {
        if (text.Length > 0)
            parts.Add(new(Encoding.UTF8.GetBytes(text), "", null));
    }

    private static string Describe(VerbOperand operand) => operand switch
    {
        VerbOperand.Integer => "an integer",
        VerbOperand.Number => "a number",
        _ => "a text",
    };
}
