using System.Text;

namespace KrakenPlugins.Credentials;

/// <summary>Texts of a provider of credentials on their way into the log.</summary>
/// <param name="secrets">What must not appear, however the provider echoes it; empty texts count for nothing.</param>
public sealed class ProviderText(IEnumerable<string> secrets)
{
    private const int Longest = 300;

    private readonly string[] _secrets = [.. secrets.Where(static s => s.Length > 0)
        .SelectMany(static s => new[] { s, FormText.Encode(s), Uri.EscapeDataString(s), Convert.ToBase64String(Encoding.UTF8.GetBytes(s)) })
        .Distinct(StringComparer.Ordinal).OrderByDescending(static s => s.Length)];

    /// <summary>The text on one line, without secrets, 300 characters at most.</summary>
    public string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        foreach (var secret in _secrets)
            text = text.Replace(secret, "***", StringComparison.OrdinalIgnoreCase);
        var clean = string.Concat(text.Take(Longest).Select(static c => char.IsControl(c) ? ' ' : c));
        return text.Length > Longest ? clean + "…" : clean;
    }
}
