namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>The profiles of <c>~/.aws/credentials</c> and <c>~/.aws/config</c>: name to attributes, names of attributes in lower case.</summary>
internal static class ProfileFile
{
    /// <summary>Adds what a file says; what another file said already stays.</summary>
    /// <param name="text">The file.</param>
    /// <param name="isConfig">Whether profiles are written as <c>[profile NAME]</c>.</param>
    /// <param name="profiles">Receives the profiles.</param>
    public static void Read(string text, bool isConfig, Dictionary<string, Dictionary<string, string>> profiles)
    {
        Dictionary<string, string>? current = null;
        foreach (var line in text.Split('\n'))
        {
            var trimmed = line.Trim();
            if (trimmed.Length == 0 || trimmed[0] is '#' or ';')
                continue;
            if (trimmed[0] == '[')
            {
                current = NameOf(trimmed, isConfig) is { } name ? Profile(profiles, name) : null;
                continue;
            }
            // Indented lines belong to the attribute above them (s3 = …), which nobody needs here.
            var equals = trimmed.IndexOf('=', StringComparison.Ordinal);
            if (current is not null && equals > 0 && !char.IsWhiteSpace(line[0]))
                current.TryAdd(trimmed[..equals].Trim().ToLowerInvariant(), ValueOf(trimmed[(equals + 1)..]));
        }
    }

    private static string? NameOf(string line, bool isConfig)
    {
        var end = line.IndexOf(']', StringComparison.Ordinal);
        if (end < 0)
            return null;
        var name = line[1..end].Trim();
        if (!isConfig || name == "default")
            return name;
        return name.StartsWith("profile", StringComparison.Ordinal) && name.Length > 7 && char.IsWhiteSpace(name[7]) ? name[7..].Trim() : null;
    }

    // A comment behind a value begins with a space in front of it.
    private static string ValueOf(string text)
    {
        var comment = text.AsSpan().IndexOfAny(" #", " ;", StringComparison.Ordinal);
        return (comment < 0 ? text : text[..comment]).Trim();
    }

    private static int IndexOfAny(this ReadOnlySpan<char> text, string first, string second, StringComparison comparison)
    {
        var (a, b) = (text.IndexOf(first, comparison), text.IndexOf(second, comparison));
        return a < 0 ? b : b < 0 ? a : Math.Min(a, b);
    }

    private static Dictionary<string, string> Profile(Dictionary<string, Dictionary<string, string>> profiles, string name)
    {
        if (!profiles.TryGetValue(name, out var profile))
            profiles.Add(name, profile = new(StringComparer.Ordinal));
        return profile;
    }
}
