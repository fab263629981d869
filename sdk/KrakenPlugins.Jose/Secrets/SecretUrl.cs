namespace KrakenPlugins.Jose;

/// <summary>The part of <c>secret_url</c> behind its scheme: a path, and parameters.</summary>
internal sealed class SecretUrl
{
    private readonly string[] _parameters;

    public SecretUrl(string rest)
    {
        var mark = rest.IndexOf('?', StringComparison.Ordinal);
        Path = Uri.UnescapeDataString(mark < 0 ? rest : rest[..mark]);
        _parameters = mark < 0 ? [] : rest[(mark + 1)..].Split('&');
        if (Path.Trim('/').Length == 0)
            throw new JwkException("it names no key");
    }

    public string Path { get; }

    /// <summary>The value of a parameter, or <see langword="null"/>.</summary>
    public string? Parameter(string name)
    {
        foreach (var parameter in _parameters)
        {
            if (parameter.StartsWith(name + "=", StringComparison.Ordinal))
                return Uri.UnescapeDataString(parameter[(name.Length + 1)..]);
        }
        return null;
    }

    /// <summary>The bytes of what a service answered, in either alphabet.</summary>
    public static byte[] Base64(string service, string text)
    {
        var standard = text.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        var bytes = new byte[standard.Length + 3];
        if (!Convert.TryFromBase64String(standard.PadRight((standard.Length + 3) / 4 * 4, '='), bytes, out var length))
            throw new JwkException($"{service} answered with something that is no base64");
        return bytes[..length];
    }
}
