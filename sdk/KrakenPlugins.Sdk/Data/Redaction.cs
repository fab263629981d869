namespace KrakenPlugins.Sdk.Data;

/// <summary>
/// What counts as a secret in logs and telemetry: headers and query parameters by their names. Whoever writes requests down masks their
/// values with <see cref="Mask"/>, unless the operator asked for exactly that header or parameter.
/// </summary>
public static class Redaction
{
    private const int LongestName = 64;

    private static readonly string[] s_endings = ["token", "secret", "password", "passwd", "apikey", "accesskey", "signature"];

    private static readonly string[] s_names = ["auth", "authorization", "jwt", "pwd", "sig"];

    /// <summary>What stands in place of a secret.</summary>
    public const string Mask = "***";

    /// <summary>
    /// Whether a header carries credentials: <c>Authorization</c>, <c>Proxy-Authorization</c>, <c>Cookie</c>, <c>Set-Cookie</c>, and names
    /// that end like those of <see cref="IsSecretParameter"/> (<c>X-Api-Key</c>, <c>X-Auth-Token</c>).
    /// </summary>
    public static bool IsSecretHeader(ReadOnlySpan<char> name) =>
        name.Equals("cookie", StringComparison.OrdinalIgnoreCase)
        || name.Equals("set-cookie", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("authorization", StringComparison.OrdinalIgnoreCase)
        || IsSecretParameter(name);

    /// <summary>
    /// Whether a parameter carries credentials. Case, <c>_</c> and <c>-</c> do not matter; secret is what ends in <c>token</c>,
    /// <c>secret</c>, <c>password</c>, <c>passwd</c>, <c>api_key</c>, <c>access_key</c> or <c>signature</c>, and what is called
    /// <c>auth</c>, <c>authorization</c>, <c>jwt</c>, <c>pwd</c> or <c>sig</c>.
    /// </summary>
    public static bool IsSecretParameter(ReadOnlySpan<char> name)
    {
        // The last letters of all of them: most names are told by one look.
        if (name.IsEmpty || (char)(name[^1] | 0x20) is not ('n' or 't' or 'd' or 'y' or 'e' or 'h' or 'g'))
            return false;
        Span<char> plain = stackalloc char[LongestName];
        var length = 0;
        // Names are told by their ends.
        foreach (var c in name.Length > LongestName ? name[^LongestName..] : name)
        {
            if (c is not ('_' or '-'))
                plain[length++] = char.ToLowerInvariant(c);
        }
        var text = plain[..length];
        foreach (var ending in s_endings)
        {
            if (text.EndsWith(ending, StringComparison.Ordinal))
                return true;
        }
        foreach (var whole in s_names)
        {
            if (text.SequenceEqual(whole))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Finds the next value of a secret parameter in a URL, a query or a text that quotes one: <c>name=value</c> at the beginning or behind
    /// <c>?</c> or <c>&amp;</c>, the value ending at <c>&amp;</c>, <c>#</c>, a quote or white space.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where to begin: 0, then the end of the last value found.</param>
    /// <param name="value">Start and length of the value; it is not empty.</param>
    public static bool TryFindSecret(ReadOnlySpan<char> text, int start, out (int Start, int Length) value)
    {
        for (var position = start; position < text.Length; position++)
        {
            var equals = text[position..].IndexOf('=');
            if (equals < 0)
                break;
            equals += position;
            var name = text[position..equals];
            name = name[(name.LastIndexOfAny('?', '&', ' ') + 1)..];
            var rest = text[(equals + 1)..];
            var length = rest.IndexOfAny("&#\"' \t\r\n");
            if (length < 0)
                length = rest.Length;
            // What has a slash is no name but a path with "=" in it.
            if (length > 0 && name.IndexOf('/') < 0 && IsSecretParameter(name))
            {
                value = (equals + 1, length);
                return true;
            }
            position = equals;
        }
        value = default;
        return false;
    }
}
