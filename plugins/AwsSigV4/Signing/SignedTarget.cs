namespace KrakenPlugins.AwsSigV4.Signing;

/// <summary>The target of a request before it is signed.</summary>
internal static class SignedTarget
{
    /// <summary>
    /// The target with <c>%20</c> for each <c>+</c> of its query: the services disagree whether a plus is a space, and a signature would not fit.
    /// Everything else stays as it is.
    /// </summary>
    public static string Of(string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0 || target.IndexOf('+', question) < 0
            ? target
            : string.Concat(target.AsSpan(0, question), target[question..].Replace("+", "%20", StringComparison.Ordinal));
    }
}

/// <summary>Signing steps on their way into the log.</summary>
internal static class SigningTrace
{
    private static readonly string[] s_secret = ["x-amz-security-token:", "cookie:", "x-amz-server-side-encryption-customer-key:", "x-amz-copy-source-server-side-encryption-customer-key:"];

    /// <summary>A canonical request without the values of headers that are secrets.</summary>
    public static string Hide(string canonical) =>
        string.Join('\n', canonical.Split('\n').Select(static line => Array.Find(s_secret, name => line.StartsWith(name, StringComparison.Ordinal)) is { } name ? name + "***" : line));
}
