using System.Collections.Frozen;

namespace KrakenPlugins.Expressions.Syntax;

/// <summary>Words that the language keeps for later, and what those of other languages are in this one.</summary>
internal static class ReservedWords
{
    private static readonly FrozenSet<string> s_words = new[]
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool Contains(string name) => s_words.Contains(name);

    public static string? Meant(string word) => word switch
    {
        "and" or "AND" => "'&&'",
        "or" or "OR" => "'||'",
        "not" or "NOT" => "'!'",
        "is" or "eq" => "'=='",
        "if" or "else" => "the conditional 'a ? b : c'",
        "let" or "var" or "const" => "cel.bind(name, value, expression)",
        "for" or "while" or "loop" => "a macro as list.all(x, …) or list.exists(x, …)",
        _ => null,
    };
}
