using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KrakenPlugins.JsonSchema;

/// <summary>
/// A pattern of a schema: an ECMA-262 regular expression with Unicode semantics, matched in time linear in the text. What cannot be
/// matched so (look-around, back-references) is refused when the schema is compiled.
/// </summary>
internal sealed class PatternMatcher
{
    private const string Spaces = @"\t\n\v\f\r\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
    private readonly Regex _regex;

    private PatternMatcher(string text, Regex regex)
    {
        Text = text;
        _regex = regex;
    }

    /// <summary>The pattern as the schema writes it.</summary>
    internal string Text { get; }

    internal static bool TryParse(string pattern, [NotNullWhen(true)] out PatternMatcher? matcher, [NotNullWhen(false)] out string? error)
    {
        (matcher, error) = (null, null);
        try
        {
            matcher = new PatternMatcher(pattern, new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            error = exception.Message;
            return false;
        }
    }

    internal bool IsMatch(ReadOnlySpan<char> text) => _regex.IsMatch(text);

    // ECMA-262's meaning in the platform's syntax.
    private static string Translate(string pattern)
    {
        var result = new StringBuilder();
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\')
            {
                i += TranslateEscape(pattern.AsSpan(i + 1), inClass, result);
                continue;
            }
            if (c == '[' && inClass)
                result.Append('\\');
            inClass = c == '[' || (inClass && c != ']');
            result.Append(c == '$' && !inClass ? @"\z" : c.ToString());
        }
        return result.ToString();
    }

    // The number of characters taken after the backslash.
    private static int TranslateEscape(ReadOnlySpan<char> rest, bool inClass, StringBuilder result)
    {
        if (rest.IsEmpty)
            throw new ArgumentException("it ends in a backslash");
        var c = rest[0];
        var set = c switch { 'd' or 'D' => "0-9", 'w' or 'W' => "A-Za-z0-9_", 's' or 'S' => Spaces, _ => null };
        if (set is not null)
        {
            if (inClass && char.IsUpper(c))
                throw new ArgumentException($"\\{c} inside of a class is not supported");
            result.Append(inClass ? set : $"[{(char.IsUpper(c) ? "^" : "")}{set}]");
            return 1;
        }
        if (c == 'c' && rest.Length > 1 && char.IsAsciiLetter(rest[1]))
        {
            result.Append(CultureInfo.InvariantCulture, $"\\x{rest[1] % 32:x2}");
            return 2;
        }
        if (c is 'p' or 'P' && rest.IndexOf('}') is var end and > 2)
        {
            result.Append('\\').Append(c).Append('{').Append(Category(rest[2..end].ToString())).Append('}');
            return end + 1;
        }
        if (char.IsAsciiLetter(c) && !"tnvfrbBuxpPk".Contains(c, StringComparison.Ordinal))
            throw new ArgumentException($"\\{c} is no escape");
        result.Append('\\').Append(c);
        return 1;
    }

    private static string Category(string name) => name switch
    {
        "Letter" => "L",
        "Uppercase_Letter" => "Lu",
        "Lowercase_Letter" => "Ll",
        "Number" => "N",
        "Decimal_Number" or "digit" => "Nd",
        "Punctuation" => "P",
        "Symbol" => "S",
        _ => name,
    };
}
