using System.Globalization;
using System.Text;

namespace KrakenPlugins.Sdk.Configuration;

/// <summary>Quotes values of a document in findings: bounded, on one line, and without secrets.</summary>
public static class ConfigText
{
    private const int Longest = 80;

    private static readonly string[] s_secretWords = ["password", "passwd", "secret", "token", "credential", "authorization", "passphrase"];
    private static readonly string[] s_secretSuffixes = ["_key", "-key", "apikey", "api_keys"];

    /// <summary>Whether the value of an attribute of this name must not be shown: passwords, keys, tokens, credentials.</summary>
    public static bool IsSecret(string attributeName)
    {
        foreach (var word in s_secretWords)
        {
            if (attributeName.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        foreach (var suffix in s_secretSuffixes)
        {
            if (attributeName.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return attributeName.Equals("key", StringComparison.OrdinalIgnoreCase) || attributeName.Equals("keys", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The text in double quotes: control characters escaped, cut after 80 characters, credentials of a URL replaced.</summary>
    public static string Quote(string text)
    {
        text = WithoutCredentials(text);
        var quoted = new StringBuilder(Math.Min(text.Length, Longest) + 3).Append('"');
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029' || char.IsSurrogate(c))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append(text.Length > Longest ? "…\"" : "\"").ToString();
    }

    /// <summary>The text as <see cref="Quote"/> shows it, without the quotes: for the middle of a sentence.</summary>
    public static string Inline(string text) => Quote(text)[1..^1];

    /// <summary>What a finding may show of a value: its quoted text, or a neutral phrase where the attribute suggests a secret.</summary>
    /// <param name="attributeName">Name of the attribute, or of the list or map that holds the value.</param>
    /// <param name="value">The value found.</param>
    public static string Describe(string attributeName, ConfigNode value)
    {
        if (IsSecret(attributeName))
            return "the value";
        return value.Kind switch
        {
            ConfigKind.Null => "null",
            ConfigKind.Array => "a list",
            ConfigKind.Object => "an object",
            ConfigKind.String => Quote(value.Text),
            _ => value.Text.Length <= Longest ? value.Text : value.Text[..Longest] + "…",
        };
    }

    /// <summary>The text with the user information of every <c>scheme://user:password@host</c> replaced by <c>***</c>.</summary>
    public static string WithoutCredentials(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        if (start < 0 || text.IndexOf('@', start) < 0)
            return text;

        var clean = new StringBuilder(text.Length);
        var copied = 0;
        for (; start >= 0; start = text.IndexOf("://", start, StringComparison.Ordinal))
        {
            start += 3;
            var end = text.AsSpan(start).IndexOfAny("/?# ,");
            end = end < 0 ? text.Length : start + end;
            var at = text.LastIndexOf('@', end - 1, end - start);
            if (at < 0)
                continue;
            clean.Append(text, copied, start - copied).Append("***");
            copied = at;
        }
        return clean.Append(text, copied, text.Length - copied).ToString();
    }
}
